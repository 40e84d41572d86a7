import FoundationEssentials
import HTTPAPI
import Logging
import NIOCore
import Stacks

/// Writes each log entry as one line of JSON.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let label: String
    private let queue: LogQueue

    init(
        label: String,
        level: Logger.Level,
        metadataProvider: Logger.MetadataProvider? = nil,
        queue: LogQueue
    ) {
        self.label = label
        logLevel = level
        self.metadataProvider = metadataProvider
        self.queue = queue
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        queue.write(Self.line(fields, event.level, "\(event.message)", label: label).readableBytesView)
    }

    /// Returns an entry as a line of the log.
    static func line(_ fields: Logger.Metadata, _ level: Logger.Level, _ message: String, label: String) -> ByteBuffer {
        var line: [String: String] = [:]
        for (key, value) in fields { line[key == "hb.request.id" ? "request_id" : key] = "\(value)" }
        line["time"] = Date().rfc3339
        line["level"] = level.rawValue
        line["message"] = message
        line["logger"] = label
        return JSONWriter.line(of: line)
    }
}
