import Yams

/// Encodes a value as a YAML node of which each scalar has its type. Yams' own encoder asks regular expressions for the type of each word, and
/// by other rules than Kubernetes' parser.
struct NodeEncoder: Encoder {
    private let place: Place

    /// - Throws: an error for a floating-point number; the manifest has none.
    static func node(of value: some Encodable) throws -> Node {
        let place = Place()
        try value.encode(to: NodeEncoder(place))
        return place.node(Tags())
    }

    fileprivate init(_ place: Place) { self.place = place }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.kind = .mapping
        return KeyedEncodingContainer(FieldEncoder(place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.kind = .sequence
        return ElementEncoder(place: place)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension NodeEncoder: SingleValueEncodingContainer {
    func encodeNil() { place.kind = .plain("null") }
    func encode(_ value: Bool) { place.kind = .plain("\(value)") }
    func encode(_ value: String) { place.kind = .text(value) }
    func encode<T: FixedWidthInteger & Encodable>(_ value: T) { place.kind = .plain("\(value)") }
    func encode<T: Encodable>(_ value: T) throws { try value.encode(to: self) }

    func encode<T: BinaryFloatingPoint & Encodable>(_ value: T) throws {
        throw EncodingError.invalidValue(value, .init(codingPath: [], debugDescription: "a manifest has no floating-point numbers"))
    }
}

/// A node in the making.
private final class Place {
    enum Kind {
        case text(String)
        /// A number, a boolean or null.
        case plain(String)
        case mapping
        case sequence
    }

    var kind = Kind.plain("null")
    /// The fields of a mapping, or the elements of a sequence, whose names are empty.
    private var parts: [(name: String, value: Place)] = []

    func add(_ name: String = "") -> Place {
        let place = Place()
        parts.append((name, place))
        return place
    }

    /// The keys of mappings are sorted, so that two results can be compared as text.
    func node(_ tags: Tags) -> Node {
        switch kind {
        case .text(let text): tags.text(text)
        case .plain(let text): Node(text, tags.other)
        case .sequence: Node(parts.map { $0.value.node(tags) }, tags.sequence)
        case .mapping: Node(parts.sorted { $0.name < $1.name }.map { (tags.text($0.name), $0.value.node(tags)) }, tags.mapping)
        }
    }
}

/// One object for each type of node. They only keep Yams from looking for the type: the emitter writes none of them.
private struct Tags {
    private let string = Tag(.str)
    let other = Tag(.int)
    let sequence = Tag(.seq)
    let mapping = Tag(.map)

    /// Quoted where a parser might read something else.
    func text(_ text: String) -> Node { Node(text, string, YAMLType.isAmbiguous(text) ? .singleQuoted : .any) }
}

private struct FieldEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: Place
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { encoder(key).encodeNil() }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try value.encode(to: encoder(key)) }

    func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { NodeEncoder(place.add("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

    private func encoder(_ key: Key) -> NodeEncoder { NodeEncoder(place.add(key.stringValue)) }
}

private struct ElementEncoder: UnkeyedEncodingContainer {
    let place: Place
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(place: Place) { self.place = place }

    mutating func encodeNil() { encoder().encodeNil() }
    mutating func encode<T: Encodable>(_ value: T) throws { try value.encode(to: encoder()) }

    mutating func nestedContainer<Nested>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { encoder() }

    private mutating func encoder() -> NodeEncoder {
        count += 1
        return NodeEncoder(place.add())
    }
}
