import TestBasics

extension RecordingLog {
    /// The access log.
    var requests: [Line] { lines.value.filter { $0.message == "request" } }

    /// Everything as text.
    var text: String { lines.value.map { "\($0)" }.joined(separator: "\n") }
}
