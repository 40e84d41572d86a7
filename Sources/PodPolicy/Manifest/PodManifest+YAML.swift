import Yams

extension PodManifest {
    /// The manifest as YAML for people and stores, without the values of the caller's environment.
    /// - Throws: an error of the encoder; none is known for a manifest of the policy.
    public var yaml: String {
        get throws {
            let encoder = YAMLEncoder()
            // Sorted, so that two results can be compared as text.
            encoder.options.sortKeys = true
            let text = try encoder.encode(hidingEnvironment)
            guard Self.mayHoldAmbiguousWords(text), let root = try Yams.compose(yaml: text) else { return text }
            return try Yams.serialize(node: Self.quotingAmbiguousWords(root))
        }
    }

    /// Returns true for words that the encoder leaves unquoted although Kubernetes' parser reads them as booleans or numbers: `y`, `0O17`,
    /// `1_e3`. Numbers of the manifest are plain decimals.
    private static func isAmbiguous(_ text: some StringProtocol) -> Bool {
        if ["y", "Y", "n", "N"].contains(text) { return true }
        guard let first = text.utf8.first, Grammar.isDigit(first) || "+-.".utf8.contains(first) else { return false }
        return !text.utf8.allSatisfy(Grammar.isDigit) && YAMLType(ofPlain: String(text)) != .string
    }

    private static func mayHoldAmbiguousWords(_ text: String) -> Bool {
        // A key ends with a colon.
        text.split { " \n".contains($0) }.contains { isAmbiguous($0.last == ":" ? $0.dropLast() : $0) }
    }

    private static func quotingAmbiguousWords(_ node: Node) -> Node {
        switch node {
        case .scalar(var scalar):
            if isAmbiguous(scalar.string) { scalar.style = .singleQuoted }
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
