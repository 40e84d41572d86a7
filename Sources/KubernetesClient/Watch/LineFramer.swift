import NIOCore

/// Splits a stream of chunks into lines. A chunk may hold part of a line or several lines.
struct LineFramer {
    /// The maximum length of a line in bytes; etcd stores objects of at most 1.5 MiB.
    let maximumLength: Int
    private var buffer = ByteBuffer()
    /// The length of the buffer's prefix without a newline.
    private var searched = 0

    init(maximumLength: Int = 8 * 1024 * 1024) {
        self.maximumLength = maximumLength
    }

    mutating func append(_ chunk: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(chunk)
    }

    /// Returns the next complete line without its newline; nil if more bytes are needed. Skips empty lines.
    /// - Throws: ``KubernetesError`` `decoding` if a line is too long.
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
