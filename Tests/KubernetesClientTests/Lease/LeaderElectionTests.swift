import Foundation
import Testing

@testable import KubernetesClient

@Suite struct LeaderElectionTests {
    private let start = ContinuousClock.now
    private let time = MicroTime(Date(timeIntervalSince1970: 1_800_000_000))

    private func candidate(_ identity: String = "me") -> LeaderElection {
        LeaderElection(identity: identity, timing: LeaderElectionTiming())
    }

    private func lease(_ holder: String?, version: String = "1", seconds: Int? = 15, transitions: Int? = 3) -> Lease {
        var lease = Lease(metadata: ObjectMeta(name: "l", namespace: "n", resourceVersion: version), spec: Lease.Spec())
        lease.spec.holderIdentity = holder
        lease.spec.leaseDurationSeconds = seconds
        lease.spec.leaseTransitions = transitions
        lease.spec.acquireTime = MicroTime(Date(timeIntervalSince1970: 1_700_000_000))
        lease.spec.renewTime = MicroTime(Date(timeIntervalSince1970: 1_700_000_000))
        return lease
    }

    @Test func `creates a Lease where there is none`() {
        var election = candidate()
        let expected = Lease.Spec(
            holderIdentity: "me",
            leaseDurationSeconds: 15,
            acquireTime: time,
            renewTime: time,
            leaseTransitions: 0
        )
        #expect(election.decide(on: nil, now: start, time: time) == .create(expected))
        #expect(election.decide(on: nil, now: start, time: time) == .create(expected), "again, should the first try have failed")
    }

    @Test(arguments: [nil, ""])
    func `takes a Lease that nobody holds at once`(holder: String?) {
        var election = candidate()
        var expected = lease("me", transitions: 4)
        expected.spec.acquireTime = time
        expected.spec.renewTime = time
        #expect(election.decide(on: lease(holder), now: start, time: time) == .replace(expected))
    }

    @Test(arguments: [(0, false), (14_999, false), (15_000, true), (60_000, true)])
    func `takes the Lease of another only after it has not changed for its duration`(milliseconds: Int, isTaken: Bool) {
        var election = candidate()
        #expect(election.decide(on: lease("other"), now: start, time: time) == .wait)
        let step = election.decide(on: lease("other"), now: start + .milliseconds(milliseconds), time: time)
        #expect((step != .wait) == isTaken)
    }

    @Test func `each change of the Lease starts the wait anew`() {
        var election = candidate()
        for second in stride(from: 0, to: 100, by: 10) {
            let step = election.decide(on: lease("other", version: "\(second)"), now: start + .seconds(second), time: time)
            #expect(step == .wait)
        }
        #expect(election.decide(on: lease("other", version: "90"), now: start + .seconds(104), time: time) == .wait)
        #expect(election.decide(on: lease("other", version: "90"), now: start + .seconds(105), time: time) != .wait)
    }

    @Test(arguments: [(1, 1), (40, 40), (nil, 15)])
    func `waits for the duration that the Lease says, or its own when it says none`(seconds: Int?, expected: Int) {
        var election = candidate()
        let other = lease("other", seconds: seconds)
        #expect(election.decide(on: other, now: start, time: time) == .wait)
        #expect(election.decide(on: other, now: start + .seconds(expected) - .milliseconds(1), time: time) == .wait)
        #expect(election.decide(on: other, now: start + .seconds(expected), time: time) != .wait)
    }

    @Test func `the times in the Lease do not matter`() {
        for renewed in [0.0, 1_800_000_000, 9_000_000_000] {
            var election = candidate()
            var other = lease("other")
            other.spec.renewTime = MicroTime(Date(timeIntervalSince1970: renewed))
            #expect(election.decide(on: other, now: start, time: time) == .wait)
            #expect(election.decide(on: other, now: start + .seconds(14), time: time) == .wait)
            #expect(election.decide(on: other, now: start + .seconds(15), time: time) != .wait)
        }
    }

    @Test func `a Lease that is deleted under another holder is created only after its duration`() {
        var election = candidate()
        #expect(election.decide(on: lease("other"), now: start, time: time) == .wait)
        #expect(election.decide(on: nil, now: start + .seconds(14), time: time) == .wait)
        #expect(election.decide(on: nil, now: start + .seconds(28), time: time) == .wait)
        #expect(election.decide(on: nil, now: start + .seconds(29), time: time) != .wait)
    }

    @Test func `a leader creates its Lease again at once when it was deleted`() {
        var election = candidate()
        election.wrote(lease("me"), sentAt: start, now: start)
        #expect(election.decide(on: nil, now: start + .seconds(5), time: time) != .wait)
    }

    @Test func `leads from its write until its deadline, counted from before the write`() {
        var election = candidate()
        #expect(!election.isLeading(at: start))
        election.wrote(lease("me"), sentAt: start, now: start + .seconds(3))
        #expect(election.isLeading(at: start + .seconds(3)))
        #expect(election.isLeading(at: start + .milliseconds(9999)))
        #expect(!election.isLeading(at: start + .seconds(10)))
    }

    @Test func `a write whose answer comes after the deadline makes no leader`() {
        var election = candidate()
        election.wrote(lease("me"), sentAt: start, now: start + .seconds(60))
        #expect(!election.isLeading(at: start + .seconds(60)))
    }

    @Test func `a renewal prolongs the term, but does not bring back one that has run out`() {
        var election = candidate()
        election.wrote(lease("me"), sentAt: start, now: start)
        election.wrote(lease("me", version: "2"), sentAt: start + .seconds(2), now: start + .seconds(3))
        #expect(election.isLeading(at: start + .seconds(11)))
        election.wrote(lease("me", version: "3"), sentAt: start + .seconds(11), now: start + .seconds(12))
        #expect(!election.isLeading(at: start + .seconds(13)))
        election.stepDown()
        election.wrote(lease("me", version: "4"), sentAt: start + .seconds(13), now: start + .seconds(13))
        #expect(election.isLeading(at: start + .seconds(13)), "a new term")
    }

    @Test func `a leader that sees another holder leads no more`() {
        var election = candidate()
        election.wrote(lease("me"), sentAt: start, now: start)
        election.failed()
        #expect(election.renewal(time: time) == nil, "after a failure the Lease is read first")
        #expect(election.decide(on: lease("other", version: "2"), now: start + .seconds(1), time: time) == .wait)
        #expect(!election.isLeading(at: start + .seconds(1)))
    }

    @Test func `a renewal keeps when it was acquired and how often it went over, and needs no read`() throws {
        var election = candidate()
        election.wrote(lease("me", version: "7"), sentAt: start, now: start)
        guard case .replace(let renewed) = try #require(election.renewal(time: time)) else {
            Issue.record("not a replacement")
            return
        }
        var expected = lease("me", version: "7")
        expected.spec.renewTime = time
        #expect(renewed == expected)
    }

    @Test(arguments: [1_600_000_000.0, 1_700_000_000])
    func `a renewal shows also when the clock stands still or goes back`(seconds: Double) throws {
        var election = candidate()
        election.wrote(lease("me"), sentAt: start, now: start)
        guard case .replace(let renewed) = try #require(election.renewal(time: MicroTime(Date(timeIntervalSince1970: seconds)))) else {
            Issue.record("not a replacement")
            return
        }
        #expect(renewed.spec.renewTime == MicroTime(Date(timeIntervalSince1970: 1_700_000_000.000_001)))
    }

    @Test func `a release empties the holder and keeps the transitions, but only of its own Lease`() throws {
        let election = candidate()
        let released = try #require(election.released(lease("me"), time: time))
        #expect(released.spec.holderIdentity == "")
        #expect(released.spec.leaseDurationSeconds == 1)
        #expect(released.spec.leaseTransitions == 3)
        #expect(election.released(lease("other"), time: time) == nil)
        #expect(election.released(lease(""), time: time) == nil)
    }

    @Test(arguments: [(0.0, 2.0), (0.5, 3.2), (0.999, 4.3976)])
    func `candidates wait up to 2.2 retry periods`(random: Double, seconds: Double) {
        let wait = LeaderElectionTiming().candidateWait(random: random) / .seconds(1)
        #expect(abs(wait - seconds) < 0.001)
    }

    @Test(arguments: [
        (15, 10, 2, nil),
        (15, 15, 2, "the lease duration must be more than the renew deadline"),
        (15, 2, 2, "the renew deadline must be more than 1.2 retry periods"),
        (15, 10, 0, "the retry period must be more than zero"),
    ])
    func `times that are not safe are refused`(lease: Int, renew: Int, retry: Int, problem: String?) throws {
        var timing = LeaderElectionTiming()
        timing.leaseDuration = .seconds(lease)
        timing.renewDeadline = .seconds(renew)
        timing.retryPeriod = .seconds(retry)
        #expect(timing.problem == problem)
        guard let problem else { return }
        let lock = LeaseLock(read: { nil }, create: { Lease(metadata: ObjectMeta(), spec: $0) }, replace: { $0 })
        #expect(throws: KubernetesError(.configuration, "leader election: \(problem)")) {
            try LeaderElector(lock: lock, identity: "me", timing: timing, logger: quiet)
        }
        #expect(throws: KubernetesError(.configuration, "leader election: the identity must not be empty")) {
            try LeaderElector(lock: lock, identity: "", logger: quiet)
        }
    }

    @Test func `the duration in the Lease is never shorter than the one that is kept`() {
        var timing = LeaderElectionTiming()
        timing.leaseDuration = .milliseconds(15_001)
        #expect(timing.leaseDurationSeconds == 16)
        timing.leaseDuration = .seconds(15)
        #expect(timing.leaseDurationSeconds == 15)
    }
}
