import Yams

/// Turns the parser's tree into ours and refuses what YAML can do beyond JSON.
struct DocumentReader {
    /// The lines of the text, needed only if there may be a tag that the tree does not show. Arrays, so that a column is found at once.
    private let lines: [[Unicode.Scalar]]?

    init(_ text: String) {
        lines =
            text.utf8.contains(UInt8(ascii: "!"))
            ? text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { Array($0.unicodeScalars) } : nil
    }

    func element(_ node: Node, depth: Int) throws(PodSpecRefusal) -> Element {
        let position = position(of: node)
        guard depth <= Document.maximumDepth else {
            throw Document.refusal(.tooDeep, "the Pod spec is nested deeper than \(Document.maximumDepth) levels", position)
        }
        switch node {
        case .alias:
            throw Document.refusal(.aliasNotAllowed, "YAML aliases and anchors are not allowed", position)
        case .scalar(let scalar):
            // The parser gives every quoted scalar the tag of strings, whether or not one was written.
            let isQuoted = scalar.style != .plain
            let tag = scalar.tag.rawValue
            try refuse(tag: isQuoted && tag == Tag.Name.str.rawValue ? "" : tag, anchor: scalar.anchor, at: position)
            return .scalar(Element.Scalar(text: scalar.string, isPlain: scalar.style == .plain, position: position))
        case .sequence(let sequence):
            try refuse(tag: sequence.tag.rawValue, anchor: sequence.anchor, at: position)
            var elements: [Element] = []
            for child in sequence { elements.append(try element(child, depth: depth + 1)) }
            return .sequence(elements, position)
        case .mapping(let mapping):
            try refuse(tag: mapping.tag.rawValue, anchor: mapping.anchor, at: position)
            return .mapping(try fields(of: mapping, depth: depth), position)
        }
    }

    private func fields(of mapping: Node.Mapping, depth: Int) throws(PodSpecRefusal) -> [Element.Field] {
        var fields: [Element.Field] = []
        var keys: Set<String> = []
        for (key, value) in mapping {
            let position = position(of: key)
            guard case .scalar(let scalar) = key else { throw Document.refusal(.syntax, "a key must be a string", position) }
            guard scalar.anchor == nil else {
                throw Document.refusal(.aliasNotAllowed, "YAML aliases and anchors are not allowed", position)
            }
            // Comparing keys has resolved their tags, so that one given looks like one inferred; the text tells them apart.
            guard !isTag(at: position) else { throw Document.refusal(.tagNotAllowed, "YAML tags are not allowed", position) }
            guard scalar.string != "<<" || scalar.style != .plain else {
                throw Document.refusal(.aliasNotAllowed, "YAML merge keys are not allowed", position)
            }
            guard keys.insert(scalar.string).inserted else {
                throw Document.refusal(.duplicateKey, "the key \"\(Excerpt.of(scalar.string))\" stands twice", position)
            }
            fields.append(Element.Field(key: scalar.string, keyPosition: position, value: try element(value, depth: depth + 1)))
        }
        return fields
    }

    private func refuse(tag: String, anchor: Anchor?, at position: Position) throws(PodSpecRefusal) {
        guard anchor == nil else { throw Document.refusal(.aliasNotAllowed, "YAML aliases and anchors are not allowed", position) }
        guard tag.isEmpty, !isTag(at: position) else { throw Document.refusal(.tagNotAllowed, "YAML tags are not allowed", position) }
    }

    private func isTag(at position: Position) -> Bool {
        guard let lines, lines.indices.contains(position.line - 1) else { return false }
        let line = lines[position.line - 1]
        return line.indices.contains(position.column - 1) && line[position.column - 1] == "!"
    }

    private func position(of node: Node) -> Position {
        Position(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }
}
