import Logging
import Synchronization
import Testing

@testable import DynamoDB

@Suite struct RetrierTests {
    @Test func `the quota is spent by retries and comes back with success`() {
        var quota = RetryQuota()
        let cost = RetryQuota.cost(isTimeout: false)
        let taken = (0..<101).map { _ in quota.take(cost) }
        #expect(taken == Array(repeating: true, count: 100) + [false])
        #expect(quota.tokens == 0)
        quota.giveBack(nil)
        #expect(quota.tokens == 1)
        quota.giveBack(10)
        #expect(quota.tokens == 11)
        for _ in 0..<600 { quota.giveBack(nil) }
        #expect(quota.tokens == RetryQuota.capacity)
    }

    @Test(arguments: [(1, 50), (2, 100), (3, 200), (9, 12_800), (10, 20_000), (60, 20_000)])
    func `the pause doubles from 50 ms to 20 s, with full jitter`(failures: Int, milliseconds: Int) {
        #expect(Retrier.delay(afterFailures: failures, random: 1) == .milliseconds(milliseconds))
        #expect(Retrier.delay(afterFailures: failures, random: 0.5) == .milliseconds(milliseconds) / 2)
        #expect(Retrier.delay(afterFailures: failures, random: 0) == .zero)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (5, 16), (6, 20), (60, 20)])
    func `after throttling the pause doubles from 1 s to 20 s, with full jitter`(failures: Int, seconds: Int) {
        #expect(Retrier.delay(afterFailures: failures, isThrottled: true, random: 1) == .seconds(seconds))
        #expect(Retrier.delay(afterFailures: failures, isThrottled: true, random: 0.5) == .seconds(seconds) / 2)
        #expect(Retrier.delay(afterFailures: failures, isThrottled: true, random: 0) == .zero)
    }

    /// Fails as the list says, then succeeds.
    private func attempts(_ failures: [Retrier.Failure], with retrier: Retrier) async throws -> Int {
        var count = 0
        return try await retrier.run("Test") { _ in
            count += 1
            if count <= failures.count { throw failures[count - 1] }
            return count
        }
    }

    private func retrier(_ maximumAttempts: Int = 3, timeout: Duration = .seconds(60)) -> Retrier {
        Retrier(maximumAttempts: maximumAttempts, timeout: timeout, pause: { _ in }, random: { 1 }, logger: .silent)
    }

    private static let passing = Retrier.Failure(error: DynamoDBError(.throttled, "slow down"), isRetryable: true)
    private static let lost = Retrier.Failure(error: DynamoDBError(.unavailable, "lost"), isRetryable: true)
    private static let final = Retrier.Failure(error: DynamoDBError(.conditionalCheckFailed, "no"), isRetryable: false)

    @Test func `attempts are made until one succeeds, and the last cost is given back`() async throws {
        let retrier = retrier()
        #expect(try await attempts([Self.passing, Self.passing], with: retrier) == 3)
        // 10 tokens taken, 5 given back, and then all but those 5 can be taken.
        #expect(!retrier.quota.take(496))
        #expect(retrier.quota.take(495))
    }

    @Test func `the last attempt's error is thrown`() async throws {
        let error = await #expect(throws: DynamoDBError.self) {
            try await attempts([Self.passing, Self.passing, Self.passing], with: retrier())
        }
        #expect(error?.code == .throttled)
    }

    @Test func `an error that will not pass ends the matter`() async throws {
        let error = await #expect(throws: DynamoDBError.self) { try await attempts([Self.final], with: retrier()) }
        #expect(error == Self.final.error)
        #expect(error?.mayHaveTakenEffect == false)
    }

    @Test func `a failed condition after a lost answer says that this call may have caused it`() async throws {
        let error = await #expect(throws: DynamoDBError.self) { try await attempts([Self.lost, Self.final], with: retrier()) }
        #expect(error?.code == .conditionalCheckFailed)
        #expect(error?.mayHaveTakenEffect == true)
    }

    @Test func `an empty quota ends retries for all`() async throws {
        let retrier = retrier()
        #expect(retrier.quota.take(498))
        await #expect(throws: DynamoDBError.self) { try await attempts([Self.passing], with: retrier) }
        #expect(try await attempts([], with: retrier) == 1)
    }

    @Test func `a time-out costs twice as much`() async throws {
        let retrier = retrier()
        #expect(retrier.quota.take(491))
        let late = Retrier.Failure(error: .timedOut("late"), isRetryable: true)
        await #expect(throws: DynamoDBError.self) { try await attempts([late], with: retrier) }
        #expect(try await attempts([Self.passing], with: retrier) == 2)
    }

    @Test func `a pause that would outlast the time is not begun`() async throws {
        let error = await #expect(throws: DynamoDBError.self) {
            try await attempts([Self.passing], with: retrier(timeout: .milliseconds(10)))
        }
        #expect(error?.message == "slow down")
    }

    @Test func `each pause is that of the latest failure and of how many there were`() async throws {
        let pauses = Mutex<[Duration]>([])
        var retrier = retrier(4)
        retrier.pause = { pause in pauses.withLock { $0.append(pause) } }
        _ = try await attempts([Self.passing, Self.lost, Self.passing], with: retrier)
        #expect(pauses.withLock { $0 } == [.seconds(1), .milliseconds(100), .seconds(4)])
    }
}

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
