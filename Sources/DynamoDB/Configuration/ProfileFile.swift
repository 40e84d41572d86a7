/// A shared config or credentials file: sections of settings.
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct ProfileFile: Sendable, Equatable {
    /// Settings by the text between a section's brackets. A setting `b` indented below a setting `a` is `a.b`.
    private(set) var sections: [String: [String: String]] = [:]

    /// - Throws: ``DynamoDBError`` `configuration` with the line number, but never the line, which may contain a key.
    init(text: String, path: String) throws {
        var section: String?
        var parent: (key: String, indentation: Int)?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            func mistake(_ what: String) -> DynamoDBError { DynamoDBError(.configuration, "\(path) line \(index + 1): \(what)") }
            let content = Self.trimmed(line)
            if content.isEmpty || line.first == "#" || line.first == ";" { continue }
            if line.first == "[" {
                guard let name = Self.sectionName(content) else { throw mistake("a section needs a closing bracket") }
                section = name
                parent = nil
                sections[name] = sections[name] ?? [:]
                continue
            }
            guard let section else { throw mistake("a setting stands before the first section") }
            let indentation = line.prefix { $0.isWhitespace }.count
            if let parent, indentation > parent.indentation {
                if let (key, value) = Self.setting(content) { sections[section]?["\(parent.key).\(key)"] = value }
            } else {
                guard let (key, value) = Self.setting(content) else { throw mistake("is not of the form key = value") }
                sections[section]?[key] = value
                parent = (key, indentation)
            }
        }
    }

    private static func sectionName(_ content: Substring) -> String? {
        guard let end = content.firstIndex(of: "]") else { return nil }
        let words = content[content.index(after: content.startIndex)..<end].split(whereSeparator: \.isWhitespace)
        return words.joined(separator: " ").filter { $0 != "\"" }
    }

    private static func setting(_ content: Substring) -> (key: String, value: String)? {
        guard let separator = content.firstIndex(of: "=") else { return nil }
        let key = trimmed(content[..<separator]).lowercased()
        guard !key.isEmpty else { return nil }
        return (key, String(trimmed(withoutComment(content[content.index(after: separator)...]))))
    }

    /// Removes a comment, which starts with white space and `#` or `;`.
    private static func withoutComment(_ value: Substring) -> Substring {
        for index in value.indices where value[index] == "#" || value[index] == ";" {
            let before = value[..<index]
            if before.last?.isWhitespace == true { return before }
        }
        return value
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...last]
    }
}
