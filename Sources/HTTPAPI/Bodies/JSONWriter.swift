import NIOCore

/// A body that writes its own JSON: those with stacks, of which a list has thousands.
protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// Writes the same text as ``JSONEncoder.api``, without its intermediate values. Callers write the fields in the order of their names.
package struct JSONWriter {
    /// The text up to ``piece``, in pieces: one buffer of megabytes would be moved each time that it grows.
    private var finished: [ByteBuffer] = []
    /// The text of the piece that is being written, and room for more. A `ByteBuffer` takes longer for each short text.
    private var piece = [UInt8](repeating: 0, count: 2048)
    private var pieceLength = 0
    /// True after a value, which a comma separates from the next one.
    private var isAfterValue = false

    /// The size from which on an array goes on in the next piece.
    private static let pieceSize = 48 * 1024
    /// The bytes of a string that are escaped at once, since there must be room for each of them in its longest form.
    private static let sliceSize = 4096
    private static let longestEscape = 6

    private init() {}

    /// Returns the text of a body.
    static func pieces(of body: some JSONWritable) -> [ByteBuffer] {
        var json = JSONWriter()
        body.write(to: &json)
        json.finishPiece()
        return json.finished
    }

    /// Returns the text of a body in one buffer without spare room, to be kept.
    static func buffer(of body: some JSONWritable) -> ByteBuffer {
        let pieces = pieces(of: body)
        var buffer = ByteBufferAllocator().buffer(capacity: pieces.reduce(0) { $0 + $1.readableBytes })
        for piece in pieces { buffer.writeImmutableBuffer(piece) }
        return buffer
    }

    /// Returns an object of texts with its fields in the order of their names, as a line.
    package static func line(of fields: [(name: String, value: String)]) -> ArraySlice<UInt8> {
        var json = JSONWriter()
        json.object { json in
            for (name, value) in fields.sorted(by: { $0.name < $1.name }) {
                json.separate()
                json.string(name)
                json.write(":")
                json.string(value)
                json.isAfterValue = true
            }
        }
        json.write("\n")
        return json.piece[..<json.pieceLength]
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
                    json.finishPiece()
                    isComplete = true
                }
            }
            return json.finished.isEmpty ? nil : json.finished.removeFirst()
        }
    }

    private mutating func add(_ element: some JSONWritable) {
        separate()
        element.write(to: &self)
        if pieceLength >= Self.pieceSize { finishPiece() }
    }

    private mutating func finishPiece() {
        finished.append(ByteBuffer(bytes: piece[..<pieceLength]))
        pieceLength = 0
    }

    private mutating func begin(_ bracket: StaticString) {
        write(bracket)
        isAfterValue = false
    }

    private mutating func end(_ bracket: StaticString) {
        write(bracket)
        isAfterValue = true
    }

    private mutating func separate() {
        if isAfterValue { write(",") }
    }

    // MARK: Fields

    mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { write("null") }
        isAfterValue = true
    }

    mutating func field(_ name: StaticString, _ value: Int64?) {
        key(name)
        if let value { plain(String(value)) } else { write("null") }
        isAfterValue = true
    }

    mutating func field(_ name: StaticString, _ value: Int?) { field(name, value.map { Int64($0) }) }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        write(value ? "true" : "false")
        isAfterValue = true
    }

    private mutating func key(_ name: StaticString) {
        write(isAfterValue ? ",\"" : "\"")
        write(name)
        write("\":")
    }

    // MARK: Text

    private mutating func write(_ text: StaticString) { text.withUTF8Buffer { copy(UnsafeRawBufferPointer($0)) } }

    /// Writes a text of which no character has to be escaped.
    private mutating func plain(_ text: String) {
        var text = text
        text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    private mutating func copy(_ text: UnsafeRawBufferPointer) {
        write(length: text.count) { target in
            target.copyMemory(from: text)
            return text.count
        }
    }

    private mutating func string(_ text: String) {
        var text = text
        write("\"")
        text.withUTF8 { bytes in
            for start in stride(from: 0, to: bytes.count, by: Self.sliceSize) {
                let slice = UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(bytes)[start..<min(start + Self.sliceSize, bytes.count)]
                )
                write(length: slice.count * Self.longestEscape) { Self.escape(slice, to: $0) }
            }
        }
        write("\"")
    }

    /// Calls `body` with room for a text.
    /// - Parameter length: the length of the longest text that `body` may write.
    /// - Parameter body: returns the length of what it wrote.
    private mutating func write(length: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        let room = piece.count - pieceLength
        if room < length { piece.append(contentsOf: repeatElement(0, count: max(length - room, piece.count))) }
        pieceLength += piece.withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0[pieceLength...])) }
    }

    /// - Parameter target: has room for the longest form of every byte.
    /// - Returns: the number of bytes written.
    private static func escape(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) -> Int {
        var (read, written) = (0, 0)
        while read < source.count {
            // Most text goes eight bytes at a time, up to the first that has to be escaped.
            if source.count - read >= 8 {
                let eight = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: read, as: UInt64.self))
                target.storeBytes(of: eight.littleEndian, toByteOffset: written, as: UInt64.self)
                let plain = plainBytes(of: eight)
                read += plain
                written += plain
                if plain == 8 { continue }
            }
            let byte = source[read]
            read += 1
            func append(_ byte: UInt8) {
                target[written] = byte
                written += 1
            }
            func escape(_ letter: UInt8) {
                append(UInt8(ascii: "\\"))
                append(letter)
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): escape(byte)
            case 0x08: escape(UInt8(ascii: "b"))
            case 0x0C: escape(UInt8(ascii: "f"))
            case UInt8(ascii: "\n"): escape(UInt8(ascii: "n"))
            case UInt8(ascii: "\r"): escape(UInt8(ascii: "r"))
            case UInt8(ascii: "\t"): escape(UInt8(ascii: "t"))
            case ..<0x20:
                escape(UInt8(ascii: "u"))
                append(UInt8(ascii: "0"))
                append(UInt8(ascii: "0"))
                append(UInt8(ascii: "0") + byte >> 4)
                append(byte & 0xF < 10 ? UInt8(ascii: "0") + byte & 0xF : UInt8(ascii: "a") + byte & 0xF - 10)
            default: append(byte)
            }
        }
        return written
    }

    /// Returns how many of eight bytes come before the first that has to be escaped. The lowest byte comes first.
    private static func plainBytes(of eight: UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = (eight &- ones &* 0x20) & ~eight
        let quote = eight ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslash = eight ^ ones &* UInt64(UInt8(ascii: "\\"))
        let found = control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        // A borrow makes a plain byte look otherwise only above one that is found rightly.
        return (found & (ones &* 0x80)).trailingZeroBitCount / 8
    }
}
