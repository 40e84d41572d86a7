import CYaml

/// The events of libyaml, one by one. Forbidden constructs are rejected at their event, before a tree is built: an alias could stand for
/// billions of nodes.
/// https://pyyaml.org/wiki/LibYAML
struct EventParser: ~Copyable {
    enum Event {
        case documentStart(Position)
        case documentEnd
        case scalar(Element.Scalar)
        case sequenceStart(Position)
        case sequenceEnd
        case mappingStart(Position)
        case mappingEnd
        case streamEnd
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The position of ``byte(at:)`` in the text.
    private var looked = (characters: 0, bytes: 0)

    /// - Parameter bytes: UTF-8, which must outlive the parser.
    /// - Throws: ``PodSpecRefusal`` if memory is exhausted.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(PodSpecRefusal) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw Document.refusal(.syntax, "the Pod spec cannot be read: the parser has no memory")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        self.parser = parser
        self.bytes = bytes
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Returns the next event.
    /// - Throws: ``PodSpecRefusal`` with one problem.
    mutating func next() throws(PodSpecRefusal) -> Event {
        var event = yaml_event_t()
        // Skips the start of the stream.
        repeat {
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        } while event.type == YAML_STREAM_START_EVENT
        defer { yaml_event_delete(&event) }
        let position = Position(event.start_mark)
        let data = event.data
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart(position)
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SCALAR_EVENT:
            // libyaml does not report the tag `!`, but the scalar starts with it.
            let isTagged = data.scalar.tag != nil || byte(at: event.start_mark.index) == UInt8(ascii: "!")
            try refuse(anchor: data.scalar.anchor, isTagged: isTagged, position)
            let text = String(decoding: UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length), as: UTF8.self)
            return .scalar(Element.Scalar(text: text, isPlain: data.scalar.style == YAML_PLAIN_SCALAR_STYLE, position: position))
        case YAML_SEQUENCE_START_EVENT:
            try refuse(anchor: data.sequence_start.anchor, isTagged: data.sequence_start.tag != nil, position)
            return .sequenceStart(position)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            try refuse(anchor: data.mapping_start.anchor, isTagged: data.mapping_start.tag != nil, position)
            return .mappingStart(position)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: throw Document.refusal(.aliasNotAllowed, Self.noAliases, position)
        default: return .streamEnd
        }
    }

    private static let noAliases = "YAML aliases and anchors are not allowed"

    private func refuse(anchor: UnsafeMutablePointer<yaml_char_t>?, isTagged: Bool, _ position: Position) throws(PodSpecRefusal) {
        guard anchor == nil else { throw Document.refusal(.aliasNotAllowed, Self.noAliases, position) }
        guard !isTagged else { throw Document.refusal(.tagNotAllowed, "YAML tags are not allowed", position) }
    }

    /// - Parameter index: counts characters and never decreases.
    private mutating func byte(at index: Int) -> UInt8? {
        while looked.characters < index, looked.bytes < bytes.count {
            repeat { looked.bytes += 1 } while looked.bytes < bytes.count && (0x80..<0xC0).contains(bytes[looked.bytes])
            looked.characters += 1
        }
        return looked.characters == index && looked.bytes < bytes.count ? bytes[looked.bytes] : nil
    }

    private var failure: PodSpecRefusal {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be parsed"
        let position =
            parser.pointee.error == YAML_READER_ERROR
            ? Position(after: bytes.prefix(max(0, parser.pointee.problem_offset))) : Position(parser.pointee.problem_mark)
        // libyaml reads ahead, and may count a thousand brackets before it reports the first one as open.
        guard !problem.contains("nesting level") else { return Document.tooDeep(position) }
        return Document.refusal(.syntax, "the Pod spec is not YAML: \(problem)", position)
    }
}

extension Position {
    /// libyaml counts lines and columns from 0.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) &+ 1, column: Int(clamping: mark.column) &+ 1)
    }
}
