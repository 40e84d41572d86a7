import Testing

@testable import KubernetesClient

@Suite struct BackoffTests {
    private let start = ContinuousClock.now

    @Test func `the ceiling doubles from 0.8 s to 30 s`() {
        var backoff = Backoff()
        let waits = (0..<8).map { _ in backoff.next(now: start, random: 1) / .milliseconds(1) }
        for (wait, expected) in zip(waits, [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000] as [Double]) {
            #expect(abs(wait - expected) < 0.001)
        }
        for _ in 0..<100 { #expect(backoff.next(now: start, random: 1) == .seconds(30)) }
    }

    @Test func `the wait is spread over all that is below the ceiling`() {
        var backoff = Backoff()
        #expect(backoff.next(now: start, random: 0) == .zero)
        #expect(backoff.next(now: start, random: 0.25) == .milliseconds(400))
    }

    @Test(arguments: [(119, 1600), (120, 800), (3600, 800)])
    func `two minutes without a failure, counted from the end of the wait, are forgiven`(seconds: Int, expected: Int) {
        var backoff = Backoff()
        let first = backoff.next(now: start, random: 1)
        #expect(backoff.next(now: start + first + .seconds(seconds), random: 1) == .milliseconds(expected))
    }
}
