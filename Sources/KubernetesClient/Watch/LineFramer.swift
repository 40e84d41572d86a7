import NIOCore

/// Cuts a stream of chunks into lines: an object may come in any number of pieces, and a piece may hold any number of objects.
struct LineFramer {
    /// The longest line, in bytes; etcd keeps no object of more than 1.5 MiB.
    let maximumLength: Int
    private var buffer = ByteBuffer()
    /// How much of the buffer is known to hold no newline.
    private var searched = 0

    init(maximumLength: Int = 8 * 1024 * 1024) {
        self.maximumLength = maximumLength
    }

    mutating func append(_ chunk: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(chunk)
    }

    /// The next complete line, without its newline; nil when more bytes are needed. Empty lines are left out.
    /// - Throws: ``KubernetesError`` `decoding` when a line is too long.
    mutating func next() throws -> ByteBuffer? {
        while true {
            let newline = buffer.readableBytesView.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n"))
            let length = newline.map { $0 - buffer.readerIndex } ?? buffer.readableBytes
            guard length <= maximumLength else {
                throw KubernetesError(.decoding, "a watch event is longer than \(maximumLength) bytes")
            }
            guard newline != nil else {
                searched = length
                return nil
            }
            let line = buffer.readSlice(length: length)
            buffer.moveReaderIndex(forwardBy: 1)
            searched = 0
            if let line, line.readableBytes > 0 { return line }
        }
    }
}
