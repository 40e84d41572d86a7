/// Builds the tree of the only document in a text.
struct DocumentReader: ~Copyable {
    private var parser: EventParser

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(PodSpecRefusal) {
        parser = try EventParser(bytes)
    }

    /// Reads the next document. Empty documents, as `---` at the end or a template's output leave them, are skipped.
    /// - Returns: nil if there is no other.
    mutating func document() throws(PodSpecRefusal) -> Element? {
        var document: Element?
        while case .documentStart(let position) = try parser.next() {
            let event = try parser.next()
            if case .scalar(let scalar) = event, Element.scalar(scalar).isNull {
                // Nothing, or null.
            } else if document != nil {
                throw Document.refusal(.multipleDocuments, "the Pod spec must be one document; here another begins", position)
            } else {
                document = try element(event, depth: 1)
            }
            _ = try parser.next()
        }
        return document
    }

    /// - Parameter event: the first event of the element; later ones are read from the parser.
    private mutating func element(_ event: EventParser.Event, depth: Int) throws(PodSpecRefusal) -> Element {
        switch event {
        case .scalar(let scalar):
            try refuse(depth: depth, scalar.position)
            return .scalar(scalar)
        case .sequenceStart(let position):
            try refuse(depth: depth, position)
            return .sequence(try elements(depth: depth + 1), position)
        case .mappingStart(let position):
            try refuse(depth: depth, position)
            return .mapping(try fields(depth: depth + 1), position)
        case .documentStart, .documentEnd, .sequenceEnd, .mappingEnd, .streamEnd:
            throw Document.refusal(.syntax, "the Pod spec is not YAML")
        }
    }

    private mutating func elements(depth: Int) throws(PodSpecRefusal) -> [Element] {
        var elements: [Element] = []
        while true {
            let event = try parser.next()
            if case .sequenceEnd = event { return elements }
            elements.append(try element(event, depth: depth))
        }
    }

    private mutating func fields(depth: Int) throws(PodSpecRefusal) -> [Element.Field] {
        var fields: [Element.Field] = []
        var keys: Set<String> = []
        while true {
            switch try parser.next() {
            case .mappingEnd: return fields
            case .scalar(let key):
                guard key.text != "<<" || !key.isPlain else {
                    throw Document.refusal(.aliasNotAllowed, "YAML merge keys are not allowed", key.position)
                }
                // Compared as text, so that `1` and `"1"` are the same key.
                guard keys.insert(key.text).inserted else {
                    throw Document.refusal(.duplicateKey, "the key \"\(Excerpt.of(key.text))\" occurs twice", key.position)
                }
                let value = try element(try parser.next(), depth: depth)
                fields.append(Element.Field(key: key.text, keyPosition: key.position, value: value))
            case .sequenceStart(let position), .mappingStart(let position):
                throw Document.refusal(.syntax, "a key must be a string, not a list or a mapping", position)
            case .documentStart, .documentEnd, .sequenceEnd, .streamEnd:
                throw Document.refusal(.syntax, "the Pod spec is not YAML")
            }
        }
    }

    private func refuse(depth: Int, _ position: Position) throws(PodSpecRefusal) {
        guard depth > Document.maximumDepth else { return }
        throw Document.tooDeep(position)
    }
}
