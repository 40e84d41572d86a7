import Synchronization

/// How long this process has seen each node unreachable, by its own monotonic clock: neither a wall clock that is set nor a restart
/// makes a node look dead for longer than it was seen to be.
final class DeadNodes: Sendable {
    private struct Outage {
        var since: ContinuousClock.Instant
        var lastWarning: ContinuousClock.Instant?
    }

    private struct State {
        var outages: [String: Outage] = [:]
        var lastUpdate: ContinuousClock.Instant?
    }

    private static let warningInterval: Duration = .seconds(60)
    private let state = Mutex(State())

    /// Takes the nodes that are unreachable now; all others are well.
    /// - Parameter longestGap: after a longer time without an update nothing is known of the nodes: one may have been well meanwhile.
    func update(_ unreachable: Set<String>, at now: ContinuousClock.Instant, longestGap: Duration = .seconds(3600)) {
        state.withLock { state in
            if let last = state.lastUpdate, now - last > longestGap { state.outages = [:] }
            state.lastUpdate = now
            state.outages = state.outages.filter { unreachable.contains($0.key) }
            for name in unreachable where state.outages[name] == nil { state.outages[name] = Outage(since: now) }
        }
    }

    /// Begins to count anew, as at the start of a term: nobody looked at the nodes before.
    func reset() { state.withLock { $0 = State() } }

    /// - Returns: nil while the node is well.
    func timeUnreachable(_ name: String, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { $0.outages[name].map { now - $0.since } }
    }

    /// Whether a warning about the node is due; counts as given then.
    func takeWarning(_ name: String, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard let outage = state.outages[name] else { return false }
            if let last = outage.lastWarning, now - last < Self.warningInterval { return false }
            state.outages[name]?.lastWarning = now
            return true
        }
    }
}
