import Synchronization

/// How long this process has seen each node unreachable, by its own monotonic clock: neither a wall clock that is set nor a restart
/// makes a node look dead for longer than it was seen to be.
final class DeadNodes: Sendable {
    private struct Outage {
        var since: ContinuousClock.Instant
        var lastWarning: ContinuousClock.Instant?
    }

    private static let warningInterval: Duration = .seconds(60)
    private let outages = Mutex<[String: Outage]>([:])

    /// Takes the nodes that are unreachable now; all others are well.
    func update(_ unreachable: Set<String>, at now: ContinuousClock.Instant) {
        outages.withLock { outages in
            outages = outages.filter { unreachable.contains($0.key) }
            for name in unreachable where outages[name] == nil { outages[name] = Outage(since: now) }
        }
    }

    /// - Returns: nil while the node is well.
    func timeUnreachable(_ name: String, at now: ContinuousClock.Instant) -> Duration? {
        outages.withLock { $0[name].map { now - $0.since } }
    }

    /// Whether a warning about the node is due; counts as given then.
    func takeWarning(_ name: String, at now: ContinuousClock.Instant) -> Bool {
        outages.withLock { outages in
            guard let outage = outages[name] else { return false }
            if let last = outage.lastWarning, now - last < Self.warningInterval { return false }
            outages[name]?.lastWarning = now
            return true
        }
    }
}
