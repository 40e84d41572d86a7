import Synchronization

/// Measures how long this process has seen each node unreachable, by the monotonic clock. Neither a change of the wall clock nor a restart
/// makes a node look dead for longer than observed.
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

    /// Sets the nodes that are unreachable now; all others are reachable.
    /// - Parameter longestGap: after a longer time without an update all durations start again, since a node may have been reachable
    ///   meanwhile.
    func update(_ unreachable: Set<String>, at now: ContinuousClock.Instant, longestGap: Duration = .seconds(3600)) {
        state.withLock { state in
            if let last = state.lastUpdate, now - last > longestGap { state.outages = [:] }
            state.lastUpdate = now
            state.outages = state.outages.filter { unreachable.contains($0.key) }
            for name in unreachable where state.outages[name] == nil { state.outages[name] = Outage(since: now) }
        }
    }

    /// Starts all durations again, at the start of a leadership term.
    func reset() { state.withLock { $0 = State() } }

    /// - Returns: nil if the node is reachable.
    func timeUnreachable(_ name: String, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { $0.outages[name].map { now - $0.since } }
    }

    /// Returns true if a warning about the node is due, and records it as given.
    func takeWarning(_ name: String, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard let outage = state.outages[name] else { return false }
            if let last = outage.lastWarning, now - last < Self.warningInterval { return false }
            state.outages[name]?.lastWarning = now
            return true
        }
    }
}
