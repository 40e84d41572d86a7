package import Logging

/// Keeps what is logged, so that tests can read it and wait for it.
package struct RecordingLog: LogHandler {
    /// One call of a logger.
    package struct Line: Sendable {
        package var level: Logger.Level
        package var message: String
        /// Of the logger and of the call.
        package var fields: Logger.Metadata

        /// The fields as text.
        package var metadata: [String: String] { fields.mapValues { "\($0)" } }
    }

    package let lines = Observed<[Line]>([])
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level

    /// Keeps the lines of `level` and above.
    package init(level: Logger.Level = .trace) { logLevel = level }

    package var logger: Logger { Logger(label: "test") { _ in self } }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.update { $0.append(Line(level: event.level, message: "\(event.message)", fields: fields)) }
    }

    /// The messages of one level.
    package func messages(at level: Logger.Level) -> [String] { lines.value.filter { $0.level == level }.map(\.message) }
}
