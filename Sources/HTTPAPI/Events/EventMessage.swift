import NIOCore

/// The wire format of server-sent events.
/// https://html.spec.whatwg.org/multipage/server-sent-events.html
enum EventMessage {
    static let contentType = "text/event-stream"

    /// The first lines of a stream: a client whose connection ends comes back after this time.
    static let retry = ByteBuffer(string: "retry: 2000\n\n")

    /// A comment, which shows both sides that the connection is alive.
    static let comment = ByteBuffer(string: ":\n\n")

    /// - Parameter data: JSON text in one line.
    static func event(_ name: String, id: UInt64, data: ByteBuffer) -> ByteBuffer {
        var message = ByteBuffer(string: "id: \(id)\nevent: \(name)\ndata: ")
        message.writeImmutableBuffer(data)
        message.writeStaticString("\n\n")
        return message
    }
}
