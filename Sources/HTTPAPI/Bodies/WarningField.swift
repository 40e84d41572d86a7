import HTTPTypes
import PodPolicy

/// The `Warning` header: one field per warning, with the code for miscellaneous warnings.
/// https://www.rfc-editor.org/rfc/rfc9111#name-warning
enum WarningField {
    /// The maximum number of fields, since proxies limit headers. The body contains all warnings.
    static let maximumCount = 8
    static let maximumLength = 240

    static func values(of warnings: [PodSpecWarning]) -> [String] {
        warnings.prefix(maximumCount).map { "299 ctf-provisioner \(quoted("\($0.path): \($0.message)"))" }
    }

    /// Returns visible ASCII between quotes, with a question mark for any other character.
    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(maximumLength).map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case " "..."~": String(scalar)
            default: "?"
            }
        }
        return "\"\(shown.joined())\(scalars.count > maximumLength ? "..." : "")\""
    }
}

extension HTTPFields {
    mutating func add(_ warnings: [PodSpecWarning]) {
        guard let name = HTTPField.Name("Warning") else { return }
        for value in WarningField.values(of: warnings) { append(HTTPField(name: name, value: value)) }
    }
}
