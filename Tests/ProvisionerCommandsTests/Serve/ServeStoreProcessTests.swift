import DynamoDBTestSupport
import Foundation
import FoundationNetworking
import StackStoreDynamoDB
import Subprocess
import TestBasics
import TestSupport
import Testing

/// The program itself, on a table.
@Suite(.enabled(if: TestTable.endpoint?.hasPrefix("http") == true, "TEST_DYNAMODB_ENDPOINT is no URL"))
struct ServeStoreProcessTests {
    /// Runs the service on a table, with a cluster that does not answer.
    private static func withServeEnvironment(_ table: String, _ body: ([String: String]) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try Data(kubeconfig.utf8).write(to: URL(filePath: folder + "/kubeconfig"))
            try await body([
                "KUBECONFIG": folder + "/kubeconfig", "HTTP_ADDR": "127.0.0.1:0", "STACK_STORE": "dynamodb", "DDB_STACK_TABLE": table,
                "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_ENDPOINT_URL_DYNAMODB": try #require(TestTable.endpoint),
            ])
        }
    }

    private static let kubeconfig = """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", insecure-skip-tls-verify: true}}]
        users: [{name: u, user: {token: t}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """

    @Test func `a missing table ends the service with 1 and the command that makes it`() async throws {
        try await Self.withServeEnvironment("no-such-table") { environment in
            let outcome = try await Program.run(["serve"], environment)
            #expect(outcome.status == .exited(1))
            let expected = "error: DDB_STACK_TABLE: table no-such-table does not exist; create it with: DDB_STACK_TABLE=no-such-table "
            #expect(outcome.err.contains(expected), "\(outcome.err)")
        }
    }

    @Test func `a table that is being copied ends the service with 1, and no heartbeat is left`() async throws {
        try await TestTable.with { table in
            #expect(try await table.store.beginCopy("copy", at: Date()) == nil)
            try await Self.withServeEnvironment(table.name) { environment in
                let outcome = try await Program.run(["serve"], environment)
                #expect(outcome.status == .exited(1))
                let expected = "error: DDB_STACK_TABLE: table \(table.name) is being copied by provisioner store copy; "
                #expect(outcome.err.contains(expected), "\(outcome.err)")
            }
            #expect(try await table.store.activeReplicas(at: Date()).isEmpty)
        }
    }

    @Test func `healthz answers while DynamoDB keeps the start waiting, and readyz says so`() async throws {
        let upstream = try #require(TestTable.endpoint)
        try await Proxy.with(upstream: upstream) { proxy, url in
            // No answer until the client has given up.
            let (held, release) = AsyncStream<Void>.makeStream()
            proxy.setFate { _ in
                for await _ in held {}
                return .loseAnswer
            }
            try await Self.withServeEnvironment("held") { environment in
                var environment = environment
                environment["AWS_ENDPOINT_URL_DYNAMODB"] = url
                let outcome = try await Subprocess.run(
                    .path(Program.path),
                    arguments: ["serve"],
                    environment: Program.environment(environment),
                    input: .none,
                    output: .discarded,
                    error: .sequence
                ) { execution in
                    for try await line in execution.standardError.strings() {
                        guard line.contains("\"listening\""), let address = line.firstMatch(of: /127\.0\.0\.1:\d+/)?.output else {
                            continue
                        }
                        #expect(try await Self.status(of: "http://\(address)/healthz") == 200)
                        #expect(try await Self.status(of: "http://\(address)/readyz") == 503)
                        // Whoever copies the table would not know of what is created now.
                        let created = try await Self.create(at: "http://\(address)/stacks")
                        #expect(created.contains(#""code":"store_unavailable""#), "\(created)")
                        try execution.send(signal: .terminate)
                    }
                }
                #expect(outcome.terminationStatus == .exited(0))
            }
            release.finish()
        }
    }

    private static func create(at url: String) async throws -> String {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"user_id": 1, "problem_id": 1, "target_port": 8080, "pod_spec": "kind: Pod"}"#.utf8)
        return String(decoding: try await URLSession.shared.data(for: request).0, as: UTF8.self)
    }

    private static func status(of url: String) async throws -> Int? {
        let (_, response) = try await URLSession.shared.data(from: try #require(URL(string: url)))
        return (response as? HTTPURLResponse)?.statusCode
    }
}
