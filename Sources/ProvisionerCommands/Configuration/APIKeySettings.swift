import Foundation
import HTTPAPI

/// The API keys: from `API_KEY`, and from `API_KEY_FILE` which is read again when it changes.
struct APIKeySettings: Equatable {
    /// The keys of `API_KEY`.
    var fixed: [APIKeys.Key] = []
    /// The keys of `API_KEY_FILE` at the start.
    var fromFile: [APIKeys.Key] = []
    var file: String?

    var keys: [APIKeys.Key] { fixed + fromFile }

    /// Returns the settings; nil if no key is asked for.
    init?(reading reader: inout EnvironmentReader) {
        let isEnabled = reader.optionalBool("API_KEY_ENABLED")
        let text = reader.text("API_KEY")
        file = reader.text("API_KEY_FILE")
        guard isEnabled != false else { return nil }
        if let text {
            guard let parsed = Self.parse(text, name: "API_KEY") else {
                reader.mistake("API_KEY", Self.expected)
                return nil
            }
            guard !parsed.isEmpty else {
                reader.mistake("API_KEY", "holds no key")
                return nil
            }
            fixed = parsed
        }
        if let file {
            do {
                fromFile = try Self.keys(ofFile: file, SmallFile.read(file))
            } catch {
                reader.mistake("API_KEY_FILE", "\(error)")
                return nil
            }
        }
        guard keys.isEmpty else { return }
        if isEnabled == true { reader.mistake("API_KEY", "is unset like API_KEY_FILE, but API_KEY_ENABLED is true") }
        return nil
    }

    /// Returns the keys in the content of a file, for which an empty one is an error: it would lock everyone out.
    /// - Throws: ``SmallFile/Unreadable``, without the content.
    static func keys(ofFile file: String, _ bytes: [UInt8]) throws -> [APIKeys.Key] {
        guard let keys = parse(String(decoding: bytes, as: UTF8.self), name: "API_KEY_FILE") else {
            throw SmallFile.Unreadable(description: "\(file): \(expected)")
        }
        guard !keys.isEmpty else { throw SmallFile.Unreadable(description: "\(file): holds no key") }
        return keys
    }

    private static let expected = "a key holds a space or another character that is not printable ASCII"

    /// Parses keys separated by commas or line ends. No header can contain another character, so such a key would be rejected always.
    private static func parse(_ text: String, name: String) -> [APIKeys.Key]? {
        let values = text.split(whereSeparator: { $0 == "," || $0.isNewline })
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t")) }
            .filter { !$0.isEmpty }
        guard values.allSatisfy({ $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else { return nil }
        return values.enumerated().map { APIKeys.Key(name: "\(name)[\($0.offset + 1)]", value: $0.element) }
    }
}
