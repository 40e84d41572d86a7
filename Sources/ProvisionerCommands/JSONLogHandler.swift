import FoundationEssentials
package import Logging
import Synchronization
import SystemPackage

/// Writes each log entry as one line of JSON to standard error.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let label: String

    package init(label: String, level: Logger.Level, metadataProvider: Logger.MetadataProvider? = nil) {
        self.label = label
        logLevel = level
        self.metadataProvider = metadataProvider
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        var line: [String: String] = [:]
        for (key, value) in fields { line[key == "hb.request.id" ? "request_id" : key] = "\(value)" }
        line["time"] = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        line["level"] = event.level.rawValue
        line["message"] = "\(event.message)"
        line["logger"] = label
        LogOutput.write(line)
    }
}

/// Standard error, one line at a time.
private enum LogOutput {
    private static let lock = Mutex(())

    static func write(_ line: [String: String]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of strings can always be encoded; a log line is no place to fail.
        guard var bytes = try? [UInt8](encoder.encode(line)) else { return }
        bytes.append(UInt8(ascii: "\n"))
        lock.withLock { _ in
            // Nobody is left to be told that standard error is closed.
            _ = try? FileDescriptor.standardError.writeAll(bytes)
        }
    }
}
