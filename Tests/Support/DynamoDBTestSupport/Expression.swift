/// An expression, cut into its words.
struct Expression {
    /// Attribute names as they stand there, `#name` among them.
    var names: [String] = []
    /// `:value`.
    var values: [String] = []
    /// Names that an update sets, removes, adds to or deletes from.
    var updated: [String] = []

    private static let functions: Set = [
        "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size", "if_not_exists", "list_append",
    ]
    private static let operators: Set = ["AND", "OR", "NOT", "BETWEEN", "IN"]
    private static let clauses: Set = ["SET", "REMOVE", "ADD", "DELETE"]

    init(_ text: String, isUpdate: Bool) {
        var isTarget = false
        for token in Self.tokens(text) {
            let upper = token.uppercased()
            if isUpdate, Self.clauses.contains(upper) {
                isTarget = true
            } else if token == "," {
                isTarget = isUpdate
            } else if token.hasPrefix(":") {
                values.append(token)
            } else if token.first?.isLetter == true || token.hasPrefix("#") || token.hasPrefix("_") {
                guard !Self.functions.contains(token), !Self.operators.contains(upper) else { continue }
                names.append(token)
                if isTarget { updated.append(token) }
                isTarget = false
            }
        }
    }

    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var word = ""
        for character in text + " " {
            if character.isLetter || character.isNumber || character == "_" || (word.isEmpty && (character == "#" || character == ":")) {
                word.append(character)
            } else {
                if !word.isEmpty { tokens.append(word) }
                word = ""
                if character == "," { tokens.append(",") }
            }
        }
        return tokens
    }
}
