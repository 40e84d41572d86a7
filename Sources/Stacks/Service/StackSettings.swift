import FoundationEssentials

/// Limits and time-outs of a stack's lifecycle. docs/configuration.md lists the environment variables that set them.
package struct StackSettings: Sendable, Equatable {
    package var namespace = "stacks"
    package var maxPerUser = 5
    package var timeToLive: Duration = .seconds(7200)
    /// How much longer than the stack the Pod may live if nobody removes it: the kubelet ends it then.
    package var podDeadlineSlack: Duration = .seconds(120)
    package var schedulingTimeout: Duration = .seconds(20)
    /// The age at which a reservation of another process may be reclaimed.
    package var portLockTTL: Duration = .seconds(30)
    /// How long a delete waits to see Pod and Service gone before it leaves the rest to the reconciler. Longer than the longest
    /// grace period that a Pod may ask for.
    package var deletionTimeout: Duration = .seconds(45)
    /// How long a failing image pull or container creation still counts as creating.
    package var startGrace: Duration = .seconds(60)
    /// Different ports tried when the API server says that the one chosen is taken.
    package var portAttempts = 8
    /// How long a node may be unreachable until the stacks that are being removed from it are given up; zero for ever.
    package var deadNodeTimeout: Duration = .seconds(600)
    package var reconcileInterval: Duration = .seconds(10)

    package init() {}
}

extension Duration {
    /// The same length for `Date` arithmetic, in seconds.
    var timeInterval: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
