import FoundationEssentials
import KubernetesClient
import PodPolicy
package import Stacks

extension KubernetesCluster {
    package func events(of record: StackRecord) async throws -> [StackEvent] {
        async let ofPod = events(ofObject: record.id.podName)
        async let ofService = events(ofObject: record.id.serviceName)
        let events = try await ofPod + ofService
        // Read after the events: a cache that lags behind them may have caught up.
        return events.hidingEnvironment(of: record, pods.object(namespace: settings.namespace, name: record.id.podName))
    }

    private func events(ofObject name: String) async throws -> [StackEvent] {
        try await mappingErrors {
            try await client.list(
                Event.self,
                namespace: settings.namespace,
                fieldSelector: "involvedObject.name=\(name)",
                maximumCount: 500
            )
        }.items.map(StackEvent.init)
    }

    /// The API server cuts a log at its end, so a log that is cut is asked for again, with fewer lines.
    package func log(of id: StackID, container: String, lines: Int) async throws -> [UInt8] {
        var tail: LogTail? = LogTail(lines: lines)
        var log: [UInt8] = []
        while let current = tail {
            log = try await mappingErrors {
                try await client.log(
                    ofPod: id.podName,
                    namespace: settings.namespace,
                    container: container,
                    tailLines: current.lines,
                    limitBytes: LogTail.limitBytes
                )
            }
            tail = current.next(after: log)
        }
        return log
    }
}

/// One request for the end of a log.
struct LogTail: Equatable {
    var lines: Int
    private var attempt = 1

    static let limitBytes = 1 << 20
    /// The number of lines that fit into the limit even if each has the 16 KiB at which container runtimes split a line.
    private static let safeLines = limitBytes / (16 << 10)

    init(lines: Int) { self.lines = lines }

    /// Returns the next request, for as many lines as probably fit.
    /// - Returns: nil if the log was not cut, or if fewer lines make no difference.
    func next(after log: [UInt8]) -> LogTail? {
        guard log.count >= Self.limitBytes, attempt < 3, lines > Self.safeLines else { return nil }
        var next = self
        next.attempt += 1
        let fitting = log.count { $0 == UInt8(ascii: "\n") }
        next.lines = next.attempt == 3 ? Self.safeLines : min(max(fitting / 4 * 3, Self.safeLines), lines - 1)
        return next
    }
}

extension [StackEvent] {
    /// Hides the values of the caller's environment, which messages of Kubernetes may quote. Only the Pod has the values, so without it
    /// whole messages are hidden.
    func hidingEnvironment(of record: StackRecord, _ pod: Pod?) -> [StackEvent] {
        guard record.podSpec.contains(PodEnvironment.hidden) else { return self }
        let redaction = pod?.redaction
        return map { event in
            var event = event
            event.message = event.message.map { redaction?($0) ?? PodEnvironment.hidden }
            return event
        }
    }
}

extension StackEvent {
    init(_ event: Event) {
        let last = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp
        let object = [event.involvedObject?.kind, event.involvedObject?.name].compactMap { $0 }.joined(separator: "/")
        self.init(
            time: last.map { Date(microseconds: $0.microseconds) } ?? event.metadata.creationTimestamp,
            type: event.type,
            reason: event.reason,
            message: event.message,
            count: max(1, event.series?.count ?? event.count ?? 1),
            object: object.isEmpty ? nil : object
        )
    }
}
