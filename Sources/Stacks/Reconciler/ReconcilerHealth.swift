/// The health of reconciliation across all replicas. Without passes only the kubelet enforces TTLs, and records and ports accumulate.
package struct ReconcilerHealth: Sendable, Equatable {
    package var isLeading: Bool
    /// The time since some replica was known to lead; nil if none ever was.
    package var timeSinceLeaderSeen: Duration?
    /// The time since this process ended a pass or became leader; nil if it did neither.
    package var timeSinceLastPass: Duration?
    /// The time between the starts of two passes.
    package var interval: Duration

    /// The time without a known leader that is tolerated. As long as for the watches: while the API server is down no replica can renew the
    /// Lease, but reads still work.
    private static let leaderPatience: Duration = .seconds(180)
    /// The maximum duration of a pass with many repairs.
    private static let passPatience: Duration = .seconds(180)

    package init(isLeading: Bool, timeSinceLeaderSeen: Duration?, timeSinceLastPass: Duration?, interval: Duration) {
        self.isLeading = isLeading
        self.timeSinceLeaderSeen = timeSinceLeaderSeen
        self.timeSinceLastPass = timeSinceLastPass
        self.interval = interval
    }

    /// The problem as a sentence; nil if there is none.
    package var problem: String? {
        guard isLeading else {
            guard let seen = timeSinceLeaderSeen else { return "no replica has been seen to lead yet" }
            return seen > Self.leaderPatience ? "no replica leads: the Lease was last seen held \(seen.components.seconds) s ago" : nil
        }
        guard let pass = timeSinceLastPass else { return "the reconciler has not begun yet" }
        return pass > Self.passPatience + interval * 3 ? "the last pass over all stacks ended \(pass.components.seconds) s ago" : nil
    }
}
