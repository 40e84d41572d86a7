import Yams

extension PodManifest {
    /// The same as YAML, for people.
    public var yaml: String {
        do {
            let encoder = YAMLEncoder()
            // In one order, so that two answers can be compared as text.
            encoder.options.sortKeys = true
            let text = try encoder.encode(self)
            guard Self.mayHoldAmbiguousWords(text), let root = try Yams.compose(yaml: text) else { return text }
            return try Yams.serialize(node: Self.quotingAmbiguousWords(root))
        } catch {
            preconditionFailure("strings, numbers and lists of them can always be written as YAML: \(error)")
        }
    }

    /// The encoder leaves these without quotes, but YAML 1.1, as Kubernetes' tools read it, has them for true and false.
    private static let ambiguousWords: Set<Substring> = ["y", "Y", "n", "N"]

    private static func mayHoldAmbiguousWords(_ text: String) -> Bool {
        text.split { " \n:".contains($0) }.contains { ambiguousWords.contains($0) }
    }

    private static func quotingAmbiguousWords(_ node: Node) -> Node {
        switch node {
        case .scalar(var scalar):
            if ambiguousWords.contains(scalar.string[...]) { scalar.style = .singleQuoted }
            return .scalar(scalar)
        case .sequence(var sequence):
            for index in sequence.indices { sequence[index] = quotingAmbiguousWords(sequence[index]) }
            return .sequence(sequence)
        case .mapping(let mapping):
            let pairs = mapping.map { (quotingAmbiguousWords($0.key), quotingAmbiguousWords($0.value)) }
            return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style))
        case .alias: return node
        }
    }
}
