import FoundationEssentials
import NIOHTTP1
import Synchronization
import Testing

@testable import DynamoDB

/// Operations against a real HTTP server that misbehaves.
@Suite(.timeLimit(.minutes(1))) struct ServiceClientTests {
    private static let found = #"{"Item":{"pk":{"S":"a"}}}"#
    private static let input = DynamoDB.GetItemInput(key: ["pk": .s("a")], tableName: "t")

    /// Reads one item with a client of no pauses.
    private func getItem(
        attempts: Int = 3,
        clock: ManualClock? = nil,
        _ answer: @escaping @Sendable (TestServer.Request) -> TestServer.Answer
    ) async throws -> (Result<DynamoDB.GetItemOutput, any Error>, [TestServer.Request]) {
        try await TestServer.run(answer) { server in
            var configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: server.url, credentials: .example)
            configuration.maximumAttempts = attempts
            configuration.attemptTimeout = .seconds(60)
            configuration.operationTimeout = .seconds(60)
            let now: @Sendable () -> Date = { clock?.now ?? Date() }
            return try await DynamoDB.run(configuration, now: now) { dynamoDB in
                do { return (.success(try await dynamoDB.getItem(Self.input)), server.requests) } catch {
                    return (.failure(error), server.requests)
                }
            }
        }
    }

    private func error(_ result: Result<DynamoDB.GetItemOutput, any Error>) throws -> DynamoDBError {
        try #require(throws: DynamoDBError.self) { try result.get() }
    }

    @Test func `a request is signed JSON 1.0 to the root`() async throws {
        let (result, requests) = try await getItem { _ in .ok(Self.found) }
        #expect(try result.get().item == ["pk": .s("a")])
        let request = try #require(requests.first)
        #expect(requests.count == 1)
        #expect(request.method == .POST)
        #expect(request.uri == "/")
        #expect(request.headers["Content-Type"] == ["application/x-amz-json-1.0"])
        #expect(request.headers["X-Amz-Target"] == ["DynamoDB_20120810.GetItem"])
        #expect(request.headers["X-Amz-Security-Token"] == ["token"])
        #expect(request.headers["Host"].count == 1)
        let authorization = try #require(request.headers.first(name: "Authorization"))
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))
        #expect(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target,"))
        #expect(
            try JSONDecoder().decode([String: JSON].self, from: Data(request.body.utf8)) == [
                "TableName": .text("t"), "Key": .object(["pk": .object(["S": .text("a")])]),
            ]
        )
    }

    @Test func `the caller's headers are asked for with each attempt, and are not signed`() async throws {
        try await TestServer.run { request in
            request.index == 0 ? .error(.internalServerError, "InternalServerError") : .ok(Self.found)
        } _: { server in
            let configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: server.url, credentials: .example)
            let attempts = Counter()
            let headers: @Sendable () -> [(name: String, value: String)] = {
                attempts.increment()
                return [("traceparent", "attempt-\(attempts.value)")]
            }
            let client = ServiceClient(configuration: configuration, headers: headers, logger: .silent, pause: { _ in })
            let dynamoDB = DynamoDB(client: client)
            _ = try await dynamoDB.getItem(Self.input)
            try await dynamoDB.shutdown()
            #expect(server.requests.map { $0.headers["traceparent"] } == [["attempt-1"], ["attempt-2"]])
            #expect(server.requests.allSatisfy { $0.headers.first(name: "Authorization")?.contains("traceparent") == false })
        }
    }

    @Test func `an endpoint may have a path`() async throws {
        try await TestServer.run { _ in
            .ok(Self.found)
        } _: { server in
            let endpoint = server.url + "/base/"
            let configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: endpoint, credentials: .example)
            try await DynamoDB.run(configuration) { _ = try await $0.getItem(Self.input) }
            #expect(server.requests.map(\.uri) == ["/base/"])
        }
    }

    static let passing: [TestServer.Answer] = [
        .error(.internalServerError, "InternalServerError"), .full(.serviceUnavailable, [:], "<html>"), .full(.badGateway, [:], ""),
        .error(.badRequest, "ProvisionedThroughputExceededException"), .error(.badRequest, "ThrottlingException"),
        .error(.badRequest, "RequestLimitExceeded"), .error(.badRequest, "TransactionInProgressException"),
        .full(.tooManyRequests, [:], ""),
        .torn, .closed, .ok(found, ["x-amz-crc32": "1"]), .ok(found, ["x-amz-crc32": "garbage"]),
    ]

    @Test(arguments: passing)
    func `a failure that passes is tried again`(answer: TestServer.Answer) async throws {
        let (result, requests) = try await getItem { $0.index < 2 ? answer : .ok(Self.found) }
        #expect(try result.get().item == ["pk": .s("a")])
        #expect(requests.count == 3)
    }

    @Test(arguments: passing)
    func `a failure that does not pass is told after the last attempt`(answer: TestServer.Answer) async throws {
        let (result, requests) = try await getItem { _ in answer }
        #expect([.throttled, .unavailable].contains(try error(result).code))
        #expect(requests.count == 3)
    }

    /// - Returns: the error, and how many pauses came before it.
    private func patience(
        attempt: Duration,
        operation: Duration,
        _ answer: TestServer.Answer
    ) async throws -> (DynamoDBError, pauses: Int) {
        try await TestServer.run { _ in
            answer
        } _: { server in
            var configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: server.url, credentials: .example)
            configuration.attemptTimeout = attempt
            configuration.operationTimeout = operation
            let pauses = Counter()
            return try await DynamoDB.run(configuration, pause: { _ in pauses.increment() }) { dynamoDB in
                (try await #require(throws: DynamoDBError.self) { try await dynamoDB.getItem(Self.input) }, pauses.value)
            }
        }
    }

    @Test(arguments: [TestServer.Answer.silence, .stalled])
    func `an attempt whose answer does not end is given up`(answer: TestServer.Answer) async throws {
        let (error, pauses) = try await patience(attempt: .milliseconds(50), operation: .seconds(60), answer)
        #expect(error.code == .unavailable)
        #expect(error.mayHaveTakenEffect)
        #expect(error.isTimeout)
        #expect(pauses == 2)
    }

    @Test(arguments: [TestServer.Answer.silence, .stalled])
    func `all attempts together have a time`(answer: TestServer.Answer) async throws {
        let (error, pauses) = try await patience(attempt: .seconds(60), operation: .milliseconds(50), answer)
        #expect(error.code == .unavailable)
        #expect(error.isTimeout)
        #expect(pauses == 0)
    }

    @Test func `credentials that the service calls expired are renewed`() async throws {
        let answer: @Sendable (TestServer.Request) -> TestServer.Answer = { request in
            if request.method == .GET { return .ok(TestChain.document(request.index == 0 ? "OLD" : "NEW")) }
            let isOld = request.headers.first(name: "Authorization")?.contains("=OLD/") == true
            return isOld ? .error(.badRequest, "ExpiredTokenException") : .ok(Self.found)
        }
        try await TestServer.run(answer) { server in
            let variables = ["AWS_ENDPOINT_URL": server.url, "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/container"]
            try await DynamoDB.run(try .load(.test(variables))) { dynamoDB in
                let outputs = [try await dynamoDB.getItem(Self.input), try await dynamoDB.getItem(Self.input)]
                #expect(outputs.map(\.item) == [["pk": .s("a")], ["pk": .s("a")]])
            }
            #expect(server.requests.map(\.method) == [.GET, .POST, .GET, .POST, .POST])
        }
    }

    @Test(arguments: [
        ("ConditionalCheckFailedException", DynamoDBError.Code.conditionalCheckFailed), ("ValidationException", .validation),
        ("ResourceNotFoundException", .resourceNotFound), ("AccessDeniedException", .accessDenied),
        ("TransactionConflictException", .transactionConflict), ("UnheardOfException", .other),
    ])
    func `an error of the caller is told at once`(type: String, code: DynamoDBError.Code) async throws {
        let (result, requests) = try await getItem { _ in .error(.badRequest, type, ["x-amzn-RequestId": "R1"]) }
        let error = try error(result)
        #expect(error.code == code)
        #expect(error.type == type)
        #expect(error.message == "as told")
        #expect(error.requestID == "R1")
        #expect(!error.mayHaveTakenEffect)
        #expect(requests.count == 1)
    }

    @Test func `a checksum that fits is accepted`() async throws {
        let checksum = String(CRC32.checksum(Self.found.utf8))
        let (result, _) = try await getItem(attempts: 1) { _ in .ok(Self.found, ["x-amz-crc32": checksum]) }
        #expect(try result.get().item == ["pk": .s("a")])
    }

    @Test func `an answer of another shape is an error of its own`() async throws {
        let (result, _) = try await getItem { _ in .ok(#"{"Item":"a"}"#) }
        #expect(try error(result).code == .decoding)
    }

    @Test func `nobody listening is unavailable`() async throws {
        let configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: "http://127.0.0.1:1", credentials: .example)
        try await DynamoDB.run(configuration) { dynamoDB in
            let error = try await #require(throws: DynamoDBError.self) { try await dynamoDB.getItem(Self.input) }
            #expect(error.code == .unavailable)
        }
    }

    @Test(arguments: ["InvalidSignatureException", "RequestTimeTooSkewed", "SignatureDoesNotMatch"])
    func `a clock that is wrong is set by the service's`(type: String) async throws {
        let clock = ManualClock(Date(timeIntervalSince1970: 0))
        let (result, requests) = try await getItem(clock: clock) { request in
            request.headers.first(name: "X-Amz-Date") == "20301231T235959Z"
                ? .ok(Self.found) : .error(.badRequest, type, ["Date": "Tue, 31 Dec 2030 23:59:59 GMT"])
        }
        #expect(try result.get().item == ["pk": .s("a")])
        #expect(requests.count == 2)
    }

    @Test func `a bad signature is not tried again when the clock is right`() async throws {
        let clock = ManualClock(try #require(Date(iso8601: "2030-12-31T23:59:00Z")))
        let (result, requests) = try await getItem(clock: clock) { _ in
            .error(.badRequest, "InvalidSignatureException", ["Date": "Tue, 31 Dec 2030 23:59:59 GMT"])
        }
        #expect(try error(result).code == .accessDenied)
        #expect(requests.count == 1)
    }

    @Test func `a cancelled call ends at once`() async throws {
        let arrived = AsyncStream<Void>.makeStream()
        try await TestServer.run { _ in
            arrived.continuation.yield()
            return .silence
        } _: { server in
            let configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: server.url, credentials: .example)
            try await DynamoDB.run(configuration) { dynamoDB in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await #expect(throws: CancellationError.self) { try await dynamoDB.getItem(Self.input) }
                    }
                    for await _ in arrived.stream { break }
                    group.cancelAll()
                }
            }
        }
    }

    @Test func `with a clock that is hours ahead, temporary credentials are fetched once and not for every request`() async throws {
        let end = Date().addingTimeInterval(3600).formatted(.iso8601)
        try await TestServer.run { request in
            switch (request.headers["X-Amz-Target"].isEmpty, request.index) {
            case (true, _):
                .ok(TestChain.tokenServiceAnswer("AssumeRoleWithWebIdentity", "WEB").replacing("2030-01-01T00:00:00Z", with: end))
            // The signature is of two hours from now.
            case (false, 1): .error(.badRequest, "InvalidSignatureException", ["Date": Self.httpDate(Date())])
            default: .ok(Self.found)
            }
        } _: { server in
            let environment = AWSEnvironment.test(
                [
                    "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url, "AWS_ROLE_ARN": "arn:role",
                    "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
                ],
                files: ["/token": "identity"]
            )
            let configuration = try DynamoDB.Configuration.load(environment)
            try await DynamoDB.run(configuration, now: { Date().addingTimeInterval(7200) }) { dynamoDB in
                for _ in 0..<3 { _ = try await dynamoDB.getItem(Self.input) }
            }
            #expect(server.requests.count { $0.headers["X-Amz-Target"].isEmpty } == 1)
            #expect(server.requests.count == 5)
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`; nobody reads the day of the week.
    private static func httpDate(_ date: Date) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = date.formatted(.iso8601).split { "-T:Z".contains($0) }
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return "Mon, \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
