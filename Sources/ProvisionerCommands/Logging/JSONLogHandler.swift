import FoundationEssentials
import HTTPAPI
import Logging
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
        let error: Logger.Metadata = event.error.map { ["error": "\($0)"] } ?? [:]
        let metadata = [metadata, metadataProvider?.get() ?? [:], event.metadata ?? [:], error]
        queue.write(Self.line(metadata, event.level, event.message.description, label: label))
    }

    /// Returns an entry as a line of the log.
    /// - Parameter metadata: of two values with one name, the later counts.
    static func line(_ metadata: [Logger.Metadata], _ level: Logger.Level, _ message: String, label: String) -> ArraySlice<UInt8> {
        // A dozen names are compared sooner than hashed.
        var fields: [(name: String, value: String)] = []
        func set(_ name: String, _ value: String) {
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].value = value
            } else {
                fields.append((name, value))
            }
        }
        for (key, value) in metadata.joined() { set(key == "hb.request.id" ? "request_id" : key, value.description) }
        set("time", Date().rfc3339)
        set("level", level.rawValue)
        set("message", message)
        set("logger", label)
        return JSONWriter.line(of: fields)
    }
}
