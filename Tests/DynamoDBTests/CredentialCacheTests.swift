import FoundationEssentials
import Testing

@testable import DynamoDB

@Suite(.timeLimit(.minutes(1))) struct CredentialCacheTests {
    /// Hands out one answer for each time it is let to.
    final class Source: CredentialSource {
        let name = "test source"
        private let asked = Counter()
        private let answers: AsyncStream<Result<AWSCredentials, DynamoDBError>>
        private let continuation: AsyncStream<Result<AWSCredentials, DynamoDBError>>.Continuation

        init() {
            (answers, continuation) = AsyncStream.makeStream()
        }

        var count: Int { asked.value }

        func answer(_ result: Result<AWSCredentials, DynamoDBError>) { continuation.yield(result) }

        func credentials() async throws -> AWSCredentials? {
            asked.increment()
            for await answer in answers { return try answer.get() }
            throw CancellationError()
        }
    }

    private func credentials(_ id: String, until end: TimeInterval) -> AWSCredentials {
        AWSCredentials(accessKeyID: id, secretAccessKey: "s", expiration: Date(timeIntervalSince1970: 1_000_000 + end))
    }

    @Test func `many requests share one renewal`() async throws {
        let source = Source()
        let cache = CredentialCache(source: source, logger: .silent)
        let expected = AWSCredentials(accessKeyID: "a", secretAccessKey: "s")
        try await withThrowingTaskGroup(of: AWSCredentials.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.credentials(within: .seconds(60)) } }
            source.answer(.success(expected))
            for try await credentials in group { #expect(credentials == expected) }
        }
        #expect(source.count == 1)
    }

    @Test func `a failure reaches all who wait, and the next request asks again`() async throws {
        let source = Source()
        let cache = CredentialCache(source: source, logger: .silent)
        source.answer(.failure(DynamoDBError(.credentials, "no")))
        await #expect(throws: DynamoDBError.self) { try await cache.credentials(within: .seconds(60)) }
        let expected = AWSCredentials(accessKeyID: "a", secretAccessKey: "s")
        source.answer(.success(expected))
        #expect(try await cache.credentials(within: .seconds(60)) == expected)
        #expect(source.count == 2)
    }

    @Test func `nobody waits while the old ones are good`() async throws {
        let source = Source()
        let clock = ManualClock(Date(timeIntervalSince1970: 1_000_000))
        let cache = CredentialCache(source: source, now: { clock.now }, logger: .silent)
        let (old, new) = (credentials("old", until: 3600), credentials("new", until: 7200))
        source.answer(.success(old))
        #expect(try await cache.credentials(within: .seconds(60)) == old)
        clock.advance(by: 3400)
        #expect(try await cache.credentials(within: .seconds(60)) == old)
        #expect(try await cache.credentials(within: .seconds(60)) == old)
        clock.advance(by: 199)
        source.answer(.success(new))
        #expect(try await cache.credentials(within: .seconds(60)) == new)
        #expect(source.count == 2)
    }

    @Test func `waiting ends with the time, and with the task`() async throws {
        let source = Source()
        let cache = CredentialCache(source: source, logger: .silent)
        let error = await #expect(throws: DynamoDBError.self) { try await cache.credentials(within: .milliseconds(1)) }
        #expect(error?.code == .credentials)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await cache.credentials(within: .seconds(60)) }
            }
            group.cancelAll()
        }
        // The renewal itself went on.
        let expected = AWSCredentials(accessKeyID: "a", secretAccessKey: "s")
        source.answer(.success(expected))
        #expect(try await cache.credentials(within: .seconds(60)) == expected)
        #expect(source.count == 1)
    }
}
