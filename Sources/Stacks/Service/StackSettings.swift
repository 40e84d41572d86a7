import FoundationEssentials

/// Limits and time-outs of a stack's lifecycle. docs/configuration.md lists the environment variables that set them.
package struct StackSettings: Sendable, Equatable {
    package var namespace = "stacks"
    package var maxPerUser = 5
    /// False allows creates that name neither user nor problem.
    package var requireOwner = true
    package var timeToLive: Duration = .seconds(7200)
    /// The time beyond the TTL after which the kubelet ends a Pod that nobody removed.
    package var podDeadlineSlack: Duration = .seconds(120)
    package var schedulingTimeout: Duration = .seconds(20)
    /// The age at which another process may reclaim a reservation.
    package var portLockTTL: Duration = .seconds(30)
    /// The time for which a delete waits for Pod and Service to be gone before the reconciler takes over. Longer than the maximum grace
    /// period of a Pod.
    package var deletionTimeout: Duration = .seconds(45)
    /// The time for which a failing image pull or container creation counts as creating.
    package var startGrace: Duration = .seconds(60)
    /// The number of ports tried for each port of a stack if the API server reports the chosen one as allocated.
    package var portAttempts = 8
    /// The time after which stacks in deletion on an unreachable node are given up; zero for never.
    package var deadNodeTimeout: Duration = .seconds(600)
    package var reconcileInterval: Duration = .seconds(10)
    /// The destinations open to a stack whose create names none.
    package var defaultEgress = Egress.none

    package init() {}
}

extension Duration {
    /// The duration in seconds, for `Date` arithmetic.
    var timeInterval: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
