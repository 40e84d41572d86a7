import TestBasics
import Testing

@testable import KubernetesClient

extension TokenBucket {
    /// For those who have all the time in the world.
    fileprivate mutating func take(now: ContinuousClock.Instant) -> Duration {
        take(now: now, atMost: .seconds(1_000_000)) ?? .seconds(-1)
    }
}

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

    @Test func `a clock that goes back adds no tokens`() {
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

    @Test func `who would have to wait for too long is refused and takes nothing`() {
        var bucket = TokenBucket(rate: 1, burst: 1, now: start)
        var delays = [bucket.take(now: start, atMost: .zero)]
        for _ in 0..<1000 { delays.append(bucket.take(now: start, atMost: .milliseconds(999))) }
        #expect(delays == [.zero] + Array(repeating: nil, count: 1000))
        delays = [
            bucket.take(now: start, atMost: .seconds(1)), bucket.take(now: start, atMost: .seconds(-1)),
            bucket.take(now: start + .seconds(2), atMost: .zero),
        ]
        #expect(delays == [.seconds(1), nil, .zero])
    }

    @Test func `returned tokens are available again, but never more than the burst`() {
        var bucket = TokenBucket(rate: 1, burst: 2, now: start)
        for _ in 0..<5 { bucket.giveBack() }
        for expected in [0, 0, 1, 2] { #expect(bucket.take(now: start) == .seconds(expected)) }
        for _ in 0..<2 { bucket.giveBack() }
        #expect(bucket.take(now: start) == .seconds(1))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct RateLimiterTests {
    private let start = ContinuousClock.now

    @Test func `those who are cancelled while they wait make nobody wait`() async throws {
        let waiting = Observed(0)
        let cancelled = Observed(false)
        let limiter = RateLimiter(
            rate: 10,
            burst: 1,
            now: { [start] in start },
            sleep: { delay in
                guard !cancelled.value else {
                    #expect(delay <= .milliseconds(100))
                    return
                }
                waiting.update { $0 += 1 }
                try await Task.sleep(for: .seconds(3600))
            }
        )
        try await limiter.wait(atMost: .zero)
        let tasks = (0..<1000).map { _ in Task { try await limiter.wait(atMost: .seconds(1000)) } }
        try await waiting.wait { $0 == 1000 }
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        cancelled.update { $0 = true }
        try await limiter.wait(atMost: .milliseconds(100))
    }

    @Test func `who is cancelled before takes nothing`() async {
        let limiter = RateLimiter(rate: 1, burst: 1, now: { [start] in start }, sleep: { _ in Issue.record("waited") })
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await limiter.wait(atMost: .seconds(10))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: Never.self) { try await limiter.wait(atMost: .zero) }
    }

    @Test func `who would wait for too long is told at once that nothing was sent`() async throws {
        let limiter = RateLimiter(rate: 100, burst: 1, now: { [start] in start }, sleep: { _ in Issue.record("waited") })
        try await limiter.wait(atMost: .zero)
        for _ in 0..<100 {
            let error = try await kubernetesError { try await limiter.wait(atMost: .milliseconds(9)) }
            #expect(error?.kind == .throttled && error?.isUnavailable == true)
            #expect(error?.message == "too many requests are waiting for the limit of 100.0 a second; nothing was sent")
        }
    }
}
