package import NIOCore

/// A body that writes its own JSON: those with stacks, of which a list has thousands.
protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// Writes the same text as ``JSONEncoder.api``, without its intermediate values. Callers write the fields in the order of their names.
package struct JSONWriter {
    /// The text up to ``piece``, in pieces: one buffer of megabytes would be moved each time that it grows.
    private var finished: [ByteBuffer] = []
    private var piece = ByteBufferAllocator().buffer(capacity: 2048)
    /// True after a value, which a comma separates from the next one.
    private var isAfterValue = false

    /// The size from which on an array goes on in the next piece.
    private static let pieceSize = 48 * 1024
    private static let pieceCapacity = 64 * 1024
    /// The bytes of a string that are escaped at once, since there must be room for each of them in its longest form.
    private static let sliceSize = 4096
    private static let longestEscape = 6

    private init() {}

    /// Returns the text of a body.
    static func pieces(of body: some JSONWritable) -> [ByteBuffer] {
        var json = JSONWriter()
        body.write(to: &json)
        return json.finished + [json.piece]
    }

    /// Returns the text of a body in one buffer without spare room, to be kept.
    static func buffer(of body: some JSONWritable) -> ByteBuffer {
        let pieces = pieces(of: body)
        var buffer = ByteBufferAllocator().buffer(capacity: pieces.reduce(0) { $0 + $1.readableBytes })
        for piece in pieces { buffer.writeImmutableBuffer(piece) }
        return buffer
    }

    /// Returns an object of texts with its fields in the order of their names, as a line.
    package static func line(of fields: [String: String]) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                if json.isAfterValue { json.piece.writeStaticString(",") }
                json.string(name)
                json.piece.writeStaticString(":")
                json.string(value)
                json.isAfterValue = true
            }
        }
        json.piece.writeStaticString("\n")
        return json.piece
    }

    // MARK: Containers

    mutating func object(_ fields: (inout JSONWriter) -> Void) {
        begin("{")
        fields(&self)
        end("}")
    }

    mutating func array(_ name: StaticString, _ elements: some Sequence<some JSONWritable>) {
        key(name)
        begin("[")
        for element in elements { add(element) }
        end("]")
    }

    /// The text of an object whose only field is an array. Each piece is written when it is asked for.
    struct Pieces<Elements: Sequence>: Sequence, IteratorProtocol where Elements.Element: JSONWritable {
        private var elements: Elements.Iterator
        private var json = JSONWriter()
        private var isComplete = false

        init(_ name: StaticString, _ elements: Elements) {
            self.elements = elements.makeIterator()
            json.begin("{")
            json.key(name)
            json.begin("[")
        }

        mutating func next() -> ByteBuffer? {
            while json.finished.isEmpty, !isComplete {
                if let element = elements.next() {
                    json.add(element)
                } else {
                    json.end("]")
                    json.end("}")
                    json.finished.append(json.piece)
                    isComplete = true
                }
            }
            return json.finished.isEmpty ? nil : json.finished.removeFirst()
        }
    }

    private mutating func add(_ element: some JSONWritable) {
        if isAfterValue { piece.writeStaticString(",") }
        element.write(to: &self)
        guard piece.readableBytes >= Self.pieceSize else { return }
        finished.append(piece)
        piece = ByteBufferAllocator().buffer(capacity: Self.pieceCapacity)
    }

    private mutating func begin(_ bracket: StaticString) {
        piece.writeStaticString(bracket)
        isAfterValue = false
    }

    private mutating func end(_ bracket: StaticString) {
        piece.writeStaticString(bracket)
        isAfterValue = true
    }

    // MARK: Fields

    mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { piece.writeStaticString("null") }
        isAfterValue = true
    }

    mutating func field(_ name: StaticString, _ value: Int64?) {
        key(name)
        if let value { piece.writeString(String(value)) } else { piece.writeStaticString("null") }
        isAfterValue = true
    }

    mutating func field(_ name: StaticString, _ value: Int?) { field(name, value.map { Int64($0) }) }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        piece.writeStaticString(value ? "true" : "false")
        isAfterValue = true
    }

    private mutating func key(_ name: StaticString) {
        piece.writeStaticString(isAfterValue ? ",\"" : "\"")
        piece.writeStaticString(name)
        piece.writeStaticString("\":")
    }

    // MARK: Strings

    private mutating func string(_ text: String) {
        var text = text
        piece.writeStaticString("\"")
        text.withUTF8 { bytes in
            for start in stride(from: 0, to: bytes.count, by: Self.sliceSize) {
                let slice = UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(bytes)[start..<min(start + Self.sliceSize, bytes.count)]
                )
                piece.writeWithUnsafeMutableBytes(minimumWritableBytes: slice.count * Self.longestEscape) { Self.escape(slice, to: $0) }
            }
        }
        piece.writeStaticString("\"")
    }

    /// - Parameter target: has room for the longest form of every byte.
    /// - Returns: the number of bytes written.
    private static func escape(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) -> Int {
        var (read, written) = (0, 0)
        while read < source.count {
            // Most text goes eight bytes at a time.
            if source.count - read >= 8 {
                let eight = source.loadUnaligned(fromByteOffset: read, as: UInt64.self)
                if isPlain(eight) {
                    target.storeBytes(of: eight, toByteOffset: written, as: UInt64.self)
                    read += 8
                    written += 8
                    continue
                }
            }
            let byte = source[read]
            read += 1
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                target[written] = byte
                written += 1
            } else {
                for escaped in escapes[Int(byte)] {
                    target[written] = escaped
                    written += 1
                }
            }
        }
        return written
    }

    /// Returns true if none of eight bytes has to be escaped. Borrows of a lower byte only make a plain one look otherwise.
    private static func isPlain(_ eight: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = (eight &- ones &* 0x20) & ~eight
        let quote = eight ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslash = eight ^ ones &* UInt64(UInt8(ascii: "\\"))
        let found = control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return found & (ones &* 0x80) == 0
    }

    /// The escapes of the control characters, the quote and the backslash, by byte.
    private static let escapes: [[UInt8]] = (0...UInt8(ascii: "\\")).map { byte in
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
        case 0x08: Array(#"\b"#.utf8)
        case 0x0C: Array(#"\f"#.utf8)
        case UInt8(ascii: "\n"): Array(#"\n"#.utf8)
        case UInt8(ascii: "\r"): Array(#"\r"#.utf8)
        case UInt8(ascii: "\t"): Array(#"\t"#.utf8)
        default: Array((byte < 0x10 ? #"\u000"# : #"\u00"#).utf8) + Array(String(byte, radix: 16).utf8)
        }
    }
}
