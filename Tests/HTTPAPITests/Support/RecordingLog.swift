import Logging
import TestBasics
import TestSupport

/// Keeps what is logged, so that tests can read it and wait for it.
struct RecordingLog: LogHandler {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    let lines = Observed<[Line]>([])
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.update { $0.append(Line(level: event.level, message: "\(event.message)", metadata: fields.mapValues { "\($0)" })) }
    }

    /// The access log.
    var requests: [Line] { lines.value.filter { $0.message == "request" } }

    /// Everything as text.
    var text: String { lines.value.map { "\($0)" }.joined(separator: "\n") }
}
