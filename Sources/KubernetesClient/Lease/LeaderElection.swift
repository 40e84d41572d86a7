/// One candidate's view of an election and its decisions: a value without I/O or clocks.
///
/// Two candidates never lead at the same time. A leader leads until its deadline, which counts from the moment *before* it sent its last
/// successful write. Other candidates count the longer lease duration from the moment *after* they observed the Lease change, on their own
/// clocks, and then have to write on condition of the observed resource version. The times in the Lease are never used, since other clocks
/// may be wrong.
struct LeaderElection: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Step: Equatable, Sendable {
        case create(Lease.Spec)
        case replace(Lease)
        /// Another candidate holds the Lease.
        case wait
    }

    /// The last observation of a changed Lease.
    private struct Observation {
        /// The resource version; nil if there was no Lease.
        var version: String?
        var since: Instant
    }

    let identity: String
    let timing: LeaderElectionTiming
    private(set) var leadingUntil: Instant?
    /// This candidate's Lease as last written; nil if it has to be read first.
    private var held: Lease?
    private var observation: Observation?
    /// The last time at which some candidate was known to lead.
    private(set) var leaderSeen: Instant?

    init(identity: String, timing: LeaderElectionTiming) {
        self.identity = identity
        self.timing = timing
    }

    func isLeading(at now: Instant) -> Bool { leadingUntil.map { now < $0 } ?? false }

    /// Returns the write of a leader that needs no read before.
    func renewal(time: MicroTime) -> Step? {
        held.map { .replace(renewed($0, time)) }
    }

    /// Decides on the Lease that was just read.
    /// - Parameters:
    ///   - current: nil if there is none.
    ///   - now: a moment after the read.
    ///   - time: this candidate's wall clock, for display only.
    mutating func decide(on current: Lease?, now: Instant, time: MicroTime) -> Step {
        let isFirstLook = observation == nil
        let since = observe(current?.metadata.resourceVersion, now)
        guard let current else {
            // Someone deleted the Lease; its holder learns this only at its next renewal. At the first observation there was no holder.
            let isFree = isFirstLook || isLeading(at: now) || now >= since + timing.leaseDuration
            if isFirstLook { observation = nil }
            return isFree ? .create(acquired(transitions: 0, time)) : .wait
        }
        if current.spec.holderIdentity == identity { return .replace(renewed(current, time)) }
        stepDown()
        guard current.spec.holderIdentity.nonEmpty != nil else { return .replace(taken(current, time)) }
        guard now < since + Self.duration(of: current, timing) else { return .replace(taken(current, time)) }
        leaderSeen = now
        return .wait
    }

    /// Records a successful write. The term starts or continues, unless it has run out meanwhile.
    /// - Parameter sentAt: a moment before the write was sent.
    mutating func wrote(_ lease: Lease, sentAt: Instant, now: Instant) {
        held = lease
        _ = observe(lease.metadata.resourceVersion, now)
        if let leadingUntil, now >= leadingUntil { return }
        leadingUntil = sentAt + timing.renewDeadline
        leaderSeen = now
    }

    /// Records a failed read or write: the state of the Lease is unknown.
    mutating func failed() { held = nil }

    mutating func stepDown() { (leadingUntil, held) = (nil, nil) }

    /// Returns the Lease without its holder; nil if this candidate does not hold it.
    func released(_ lease: Lease, time: MicroTime) -> Lease? {
        guard lease.spec.holderIdentity == identity else { return nil }
        var lease = renewed(lease, time)
        lease.spec.holderIdentity = ""
        lease.spec.leaseDurationSeconds = 1
        return lease
    }

    /// Records an observation.
    /// - Returns: the time of the first observation of this version.
    private mutating func observe(_ version: String?, _ now: Instant) -> Instant {
        if let observation, observation.version == version { return observation.since }
        observation = Observation(version: version, since: now)
        return now
    }

    private func acquired(transitions: Int, _ time: MicroTime) -> Lease.Spec {
        Lease.Spec(
            holderIdentity: identity,
            leaseDurationSeconds: timing.leaseDurationSeconds,
            acquireTime: time,
            renewTime: time,
            leaseTransitions: transitions
        )
    }

    private func taken(_ lease: Lease, _ time: MicroTime) -> Lease {
        var lease = lease
        // The field has 32 bits.
        let transitions = min(max(lease.spec.leaseTransitions ?? 0, 0), Int(Int32.max) - 1) + 1
        lease.spec = acquired(transitions: transitions, time)
        return lease
    }

    /// Returns the holder's lease duration within bounds, so that a manual edit cannot block the election forever.
    private static func duration(of lease: Lease, _ timing: LeaderElectionTiming) -> Duration {
        lease.spec.leaseDurationSeconds.map { .seconds(min(max($0, 1), 24 * 3600)) } ?? timing.leaseDuration
    }

    /// Returns a renewed Lease, always with another text than before, even if the clock has not advanced: an unchanged write creates no new
    /// version, so the other candidates would not observe it.
    private func renewed(_ lease: Lease, _ time: MicroTime) -> Lease {
        var lease = lease
        lease.spec.leaseDurationSeconds = timing.leaseDurationSeconds
        lease.spec.renewTime = lease.spec.renewTime?.followed(by: time) ?? time
        return lease
    }
}
