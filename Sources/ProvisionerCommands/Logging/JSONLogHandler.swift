import FoundationEssentials
import Logging
import Synchronization
import SystemPackage

/// Writes each log entry as one line of JSON.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let label: String
    private let output: FileDescriptor

    init(
        label: String,
        level: Logger.Level,
        metadataProvider: Logger.MetadataProvider? = nil,
        output: FileDescriptor = .standardError
    ) {
        self.label = label
        logLevel = level
        self.metadataProvider = metadataProvider
        self.output = output
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
        var line: [String: String] = [:]
        for (key, value) in fields { line[key == "hb.request.id" ? "request_id" : key] = "\(value)" }
        line["time"] = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        line["level"] = event.level.rawValue
        line["message"] = "\(event.message)"
        line["logger"] = label
        LogOutput.write(line, to: output)
    }
}

/// One line at a time.
private enum LogOutput {
    private static let lock = Mutex(())

    static func write(_ line: [String: String], to output: FileDescriptor) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of strings can always be encoded; a log line is no place to fail.
        guard var bytes = try? [UInt8](encoder.encode(line)) else { return }
        bytes.append(UInt8(ascii: "\n"))
        lock.withLock { _ in
            // Nobody is left to be told that the log is closed.
            _ = try? output.writeAll(bytes)
        }
    }
}
