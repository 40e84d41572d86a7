/// The periods of an election. The defaults are client-go's.
public struct LeaderElectionTiming: Sendable, Equatable {
    /// The time without an observed change after which another candidate may take the Lease. Rounded up to whole seconds.
    public var leaseDuration: Duration = .seconds(15)
    /// The time for which a leader leads after its last renewal.
    public var renewDeadline: Duration = .seconds(10)
    /// The time between a leader's renewals; candidates wait up to 2.2 times as long between attempts.
    public var retryPeriod: Duration = .seconds(2)

    /// The maximum random extension of a wait, as a factor, so that candidates do not all try at once.
    static let jitter = 1.2

    /// Creates the defaults: 15 s, 10 s, 2 s.
    public init() {}

    var leaseDurationSeconds: Int {
        let (seconds, attoseconds) = leaseDuration.components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }

    /// - Parameter random: in 0..<1.
    func candidateWait(random: Double) -> Duration { retryPeriod * (1 + random * Self.jitter) }

    /// The reason for which the periods are unsafe or useless; nil if they are sound.
    var problem: String? {
        if retryPeriod <= .zero { return "the retry period must be more than zero" }
        if renewDeadline <= retryPeriod * Self.jitter { return "the renew deadline must be more than \(Self.jitter) retry periods" }
        if leaseDuration <= renewDeadline { return "the lease duration must be more than the renew deadline" }
        return nil
    }
}
