import Foundation

/// Specs as challenge authors write them, and as attackers do; the fuzzer begins with them.
struct Corpus {
    struct Entry: Sendable, CustomStringConvertible {
        var name: String
        var text: String
        var isAccepted: Bool { name.hasPrefix("accept-") }
        var description: String { name }
    }

    var entries: [Entry]

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/corpus").standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        entries = try files.sorted { $0.path < $1.path }.map {
            Entry(name: $0.lastPathComponent, text: try String(contentsOf: $0, encoding: .utf8))
        }
    }
}
