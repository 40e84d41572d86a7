package import DynamoDB
import FoundationEssentials
import Logging
package import StackStoreDynamoDB

/// A table of its own on the endpoint that the tests were given, behind a ``Proxy``.
package struct TestTable: Sendable {
    package let client: DynamoDB
    package let name: String
    package let store: DynamoDBStackStore
    /// nil in front of AWS itself, where signatures would not survive it.
    package let proxy: Proxy?
    private let configuration: DynamoDB.Configuration

    /// `TEST_DYNAMODB_ENDPOINT`: a URL such as `http://127.0.0.1:8000`, or `aws` for what the environment of the AWS SDKs says.
    /// Without it the tests that need one are left out.
    package static let endpoint = ProcessInfo.processInfo.environment["TEST_DYNAMODB_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }

    /// `TEST_DYNAMODB_MORE_ENDPOINTS`: URLs of further stand-ins, separated by spaces. A table lies on any of them.
    private static let endpoints: Endpoints = {
        let more = ProcessInfo.processInfo.environment["TEST_DYNAMODB_MORE_ENDPOINTS"] ?? ""
        return Endpoints([endpoint ?? ""] + more.split(separator: " ").map(String.init))
    }()

    /// What is thrown when a test passes with requests that DynamoDB would not accept.
    package struct RulesBroken: Error, CustomStringConvertible {
        package var violations: [String]
        package var description: String { violations.joined(separator: "\n") }
    }

    /// Runs `body` with a new table, then checks every request that it sent.
    ///
    /// The table stays; on AWS it has to be deleted by hand: its name begins with `ctf-provisioner-test-`.
    /// - Parameters:
    ///   - isCreated: false for a table that does not exist yet.
    ///   - mayScan: whether the test is of the one command that reads a table from end to end.
    package static func with<Result: Sendable>(
        isCreated: Bool = true,
        consistentRead: Bool = true,
        mayScan: Bool = false,
        _ body: @escaping @Sendable (TestTable) async throws -> Result
    ) async throws -> Result {
        guard endpoint != nil else { throw DynamoDBError(.configuration, "TEST_DYNAMODB_ENDPOINT is unset") }
        return try await endpoints.run { try await with($0, isCreated, consistentRead, mayScan, body) }
    }

    private static func with<Result: Sendable>(
        _ endpoint: String,
        _ isCreated: Bool,
        _ consistentRead: Bool,
        _ mayScan: Bool,
        _ body: @escaping @Sendable (TestTable) async throws -> Result
    ) async throws -> Result {
        if endpoint == "aws" {
            let configuration = try DynamoDB.Configuration.load(environment: ProcessInfo.processInfo.environment)
            return try await TestTable(configuration, proxy: nil, consistentRead: consistentRead).run(isCreated: isCreated, body)
        }
        return try await Proxy.with(upstream: endpoint) { proxy, url in
            var configuration = try DynamoDB.Configuration(
                region: "us-east-1",
                endpoint: url,
                credentials: AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
            )
            // A stand-in on a busy machine takes its time.
            configuration.attemptTimeout = .seconds(60)
            configuration.operationTimeout = .seconds(120)
            let result = try await TestTable(configuration, proxy: proxy, consistentRead: consistentRead).run(isCreated: isCreated, body)
            let violations = proxy.violations.filter { !mayScan || !$0.hasPrefix("Scan:") }
            guard violations.isEmpty else { throw RulesBroken(violations: violations) }
            return result
        }
    }

    /// Runs `body` with the store of another replica: on the same table, with a client and connections of its own.
    package func withReplica<Result>(_ body: (DynamoDBStackStore) async throws -> Result) async throws -> Result {
        let client = DynamoDB(configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let result: Result
        do { result = try await body(DynamoDBStackStore(client: client, table: name)) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }

    private init(_ configuration: DynamoDB.Configuration, proxy: Proxy?, consistentRead: Bool) {
        client = DynamoDB(configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        name = "ctf-provisioner-test-\(UUID().uuidString.lowercased())"
        store = DynamoDBStackStore(client: client, table: name, consistentRead: consistentRead)
        self.proxy = proxy
        self.configuration = configuration
    }

    private func run<Result>(isCreated: Bool, _ body: (TestTable) async throws -> Result) async throws -> Result {
        let result: Result
        do {
            if isCreated { _ = try await StackTable(client: client, name: name).create() }
            result = try await body(self)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }
}
