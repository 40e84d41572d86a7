import TestBasics
import Testing

@testable import KubernetesClient

@Suite struct TokenBucketTests {
    private let start = ContinuousClock.now

    @Test func `a burst goes out at once, and then one after another`() {
        var bucket = TokenBucket(rate: 10, burst: 3, now: start)
        let waits = (0..<6).map { _ in bucket.take(now: start) / .milliseconds(1) }
        for (wait, expected) in zip(waits, [0, 0, 0, 100, 200, 300] as [Double]) { #expect(abs(wait - expected) < 0.001) }
    }

    @Test func `an idle time fills it up to the burst, no more`() {
        var bucket = TokenBucket(rate: 10, burst: 3, now: start)
        for _ in 0..<3 { #expect(bucket.take(now: start) == .zero) }
        let later = start + .seconds(3600)
        for _ in 0..<3 { #expect(bucket.take(now: later) == .zero) }
        #expect(bucket.take(now: later) > .zero)
    }

    @Test func `a clock that goes back gives nothing away`() {
        var bucket = TokenBucket(rate: 1, burst: 1, now: start)
        #expect(bucket.take(now: start + .seconds(10)) == .zero)
        #expect(bucket.take(now: start) > .zero)
        let wait = bucket.take(now: start + .seconds(10))
        #expect(abs(wait / .seconds(1) - 2) < 0.001)
    }

    @Test(arguments: UInt64(1)...50)
    func `in no time do more than the burst and the rate allow go out`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = Double.random(in: 0.5...200, using: &random)
        let burst = Int.random(in: 1...50, using: &random)
        var bucket = TokenBucket(rate: rate, burst: burst, now: start)
        var now = start
        var sent: [Double] = []
        for _ in 0..<400 {
            now += .seconds(Double.random(in: 0...2 / rate, using: &random))
            sent.append((now + bucket.take(now: now) - start) / .seconds(1))
        }
        sent.sort()
        for first in stride(from: 0, to: sent.count, by: 7) {
            for last in stride(from: first, to: sent.count, by: 13) {
                let allowed = Double(burst) + (sent[last] - sent[first]) * rate
                #expect(Double(last - first + 1) <= allowed + 1.000_1)
            }
        }
    }

    @Test func `who is cancelled does not wait`() async {
        let limiter = RateLimiter(rate: 0.001, burst: 1)
        let task = Task {
            try await limiter.wait()
            try await limiter.wait()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
