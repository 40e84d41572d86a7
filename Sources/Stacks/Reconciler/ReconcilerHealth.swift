/// Whether somebody reconciles. Without passes TTLs are kept by the kubelet alone, and records and ports pile up.
package struct ReconcilerHealth: Sendable, Equatable {
    /// Whether it is this process that reconciles.
    package var isLeading: Bool
    /// How long ago it was certain that some replica leads; nil when it never was.
    package var timeSinceLeaderSeen: Duration?
    /// How long ago this process ended a pass or began to reconcile; nil when it did neither.
    package var timeSinceLastPass: Duration?
    /// Between two passes.
    package var interval: Duration

    /// As long as the watches may be without a word: while the API server is away nobody can renew the Lease, and reads go on.
    private static let leaderPatience: Duration = .seconds(180)
    /// A pass with much to repair may take so long.
    private static let passPatience: Duration = .seconds(180)

    package init(isLeading: Bool, timeSinceLeaderSeen: Duration?, timeSinceLastPass: Duration?, interval: Duration) {
        self.isLeading = isLeading
        self.timeSinceLeaderSeen = timeSinceLeaderSeen
        self.timeSinceLastPass = timeSinceLastPass
        self.interval = interval
    }

    /// What is wrong, in one sentence; nil when all is well.
    package var problem: String? {
        guard isLeading else {
            guard let seen = timeSinceLeaderSeen else { return "no replica has been seen to lead yet" }
            return seen > Self.leaderPatience ? "no replica leads: the Lease was last seen held \(seen.components.seconds) s ago" : nil
        }
        guard let pass = timeSinceLastPass else { return "the reconciler has not begun yet" }
        return pass > Self.passPatience + interval * 3 ? "the last pass over all stacks ended \(pass.components.seconds) s ago" : nil
    }
}
