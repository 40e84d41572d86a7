/// One candidate's view of an election, and its decisions: values in, values out, without I/O or clocks.
///
/// Two candidates never both lead, for this reason. A leader leads until its deadline, which counts from the moment *before* it sent
/// its last successful write. The others count the longer lease duration from the moment *after* they saw the Lease change, on their
/// own clocks, and then still have to write over the very version that they saw. What the Lease says about times is never used: other
/// clocks may be wrong.
struct LeaderElection: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Step: Equatable, Sendable {
        case create(Lease.Spec)
        case replace(Lease)
        /// Somebody else holds it.
        case wait
    }

    /// The Lease as it was last seen to change.
    private struct Sighting {
        /// nil: there was none.
        var version: String?
        var since: Instant
    }

    let identity: String
    let timing: LeaderElectionTiming
    private(set) var leadingUntil: Instant?
    /// Our own Lease as we last wrote it; nil when it has to be read first.
    private var held: Lease?
    private var sighting: Sighting?
    /// When it was last certain that some candidate leads.
    private(set) var leaderSeen: Instant?

    init(identity: String, timing: LeaderElectionTiming) {
        self.identity = identity
        self.timing = timing
    }

    func isLeading(at now: Instant) -> Bool { leadingUntil.map { now < $0 } ?? false }

    /// What a leader can write without reading first.
    func renewal(time: MicroTime) -> Step? {
        held.map { .replace(renewed($0, time)) }
    }

    /// What to do about the Lease as it was just read.
    /// - Parameters:
    ///   - current: nil when there is none.
    ///   - now: after it was read.
    ///   - time: by our own clock, for other people to look at.
    mutating func decide(on current: Lease?, now: Instant, time: MicroTime) -> Step {
        let isFirstLook = sighting == nil
        let since = sight(current?.metadata.resourceVersion, now)
        guard let current else {
            // It was deleted under its holder, who cannot know before the next renewal. At the first look there was no holder.
            let isFree = isFirstLook || isLeading(at: now) || now >= since + timing.leaseDuration
            if isFirstLook { sighting = nil }
            return isFree ? .create(acquired(transitions: 0, time)) : .wait
        }
        if current.spec.holderIdentity == identity { return .replace(renewed(current, time)) }
        stepDown()
        guard current.spec.holderIdentity.nonEmpty != nil else { return .replace(taken(current, time)) }
        guard now < since + Self.duration(of: current, timing) else { return .replace(taken(current, time)) }
        leaderSeen = now
        return .wait
    }

    /// Our write has succeeded. The term begins or goes on, unless it has run out meanwhile.
    /// - Parameter sentAt: before it was sent.
    mutating func wrote(_ lease: Lease, sentAt: Instant, now: Instant) {
        held = lease
        _ = sight(lease.metadata.resourceVersion, now)
        if let leadingUntil, now >= leadingUntil { return }
        leadingUntil = sentAt + timing.renewDeadline
        leaderSeen = now
    }

    /// A read or write has failed: what the Lease is now is unknown.
    mutating func failed() { held = nil }

    /// The term is over.
    mutating func stepDown() { (leadingUntil, held) = (nil, nil) }

    /// The Lease without a holder; nil when it is not ours to give.
    func released(_ lease: Lease, time: MicroTime) -> Lease? {
        guard lease.spec.holderIdentity == identity else { return nil }
        var lease = renewed(lease, time)
        lease.spec.holderIdentity = ""
        lease.spec.leaseDurationSeconds = 1
        return lease
    }

    /// - Returns: since when the Lease has been of this version.
    private mutating func sight(_ version: String?, _ now: Instant) -> Instant {
        if let sighting, sighting.version == version { return sighting.since }
        sighting = Sighting(version: version, since: now)
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
        // The API knows 32 bits.
        let transitions = min(max(lease.spec.leaseTransitions ?? 0, 0), Int(Int32.max) - 1) + 1
        lease.spec = acquired(transitions: transitions, time)
        return lease
    }

    /// What the holder asks for, within reason: whoever edits a Lease by hand must not stop the election for ever.
    private static func duration(of lease: Lease, _ timing: LeaderElectionTiming) -> Duration {
        lease.spec.leaseDurationSeconds.map { .seconds(min(max($0, 1), 24 * 3600)) } ?? timing.leaseDuration
    }

    /// Always another text than before, even if our clock stands still or went back: a write that changes nothing makes no new
    /// version, and the others would not see it.
    private func renewed(_ lease: Lease, _ time: MicroTime) -> Lease {
        var lease = lease
        lease.spec.leaseDurationSeconds = timing.leaseDurationSeconds
        lease.spec.renewTime = lease.spec.renewTime?.followed(by: time) ?? time
        return lease
    }
}
