/// How long a leader may lead without renewing its Lease, and how often all try. The defaults are client-go's.
public struct LeaderElectionTiming: Sendable, Equatable {
    /// How long the others wait after the last change that they saw before they take the Lease. Rounded up to whole seconds.
    public var leaseDuration: Duration = .seconds(15)
    /// How long a leader leads after its last renewal.
    public var renewDeadline: Duration = .seconds(10)
    /// Between a leader's renewals; candidates wait up to 2.2 times as long between their tries.
    public var retryPeriod: Duration = .seconds(2)

    /// A wait is longer by a random part of this factor, so that candidates do not all try at once.
    static let jitter = 1.2

    /// The defaults: 15 s, 10 s, 2 s.
    public init() {}

    var leaseDurationSeconds: Int {
        let (seconds, attoseconds) = leaseDuration.components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }

    /// - Parameter random: in 0..<1.
    func candidateWait(random: Double) -> Duration { retryPeriod * (1 + random * Self.jitter) }

    /// What makes it unsafe or useless; nil when it is sound.
    var problem: String? {
        if retryPeriod <= .zero { return "the retry period must be more than zero" }
        if renewDeadline <= retryPeriod * Self.jitter { return "the renew deadline must be more than \(Self.jitter) retry periods" }
        if leaseDuration <= renewDeadline { return "the lease duration must be more than the renew deadline" }
        return nil
    }
}
