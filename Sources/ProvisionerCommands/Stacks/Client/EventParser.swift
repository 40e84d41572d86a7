/// Parses server-sent events from bytes as they come.
/// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
struct EventParser {
    struct Event: Equatable {
        var name = "message"
        var data = ""
    }

    struct TooLong: Error {}

    private let maximumSize: Int
    private var buffer: [UInt8] = []
    /// Bytes before this index contain no line end.
    private var searched = 0
    private var name: String?
    private var data: [String] = []
    private var size = 0
    private var events: ArraySlice<Event> = []

    init(maximumSize: Int = ServerClient.maximumBodySize) {
        self.maximumSize = maximumSize
    }

    /// - Throws: ``TooLong`` for an event over the limit.
    mutating func append(_ bytes: some Collection<UInt8>) throws {
        buffer += bytes
        var begin = 0
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            take(buffer[begin..<end])
            begin = end + 1
            searched = begin
        }
        buffer.removeFirst(begin)
        searched = buffer.count
        guard size + buffer.count <= maximumSize else { throw TooLong() }
    }

    /// Returns the next whole event.
    mutating func next() -> Event? { events.popFirst() }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        var line = bytes
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        if line.isEmpty {
            if !data.isEmpty { events.append(Event(name: name ?? "message", data: data.joined(separator: "\n"))) }
            (name, data, size) = (nil, [], 0)
            return
        }
        size += line.count
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data": data.append(String(decoding: value, as: UTF8.self))
        // A comment, an id, a time to wait, or a field that is to come.
        default: break
        }
    }
}
