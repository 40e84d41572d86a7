import DynamoDBTestSupport
import Foundation
import FoundationNetworking
import StackStoreDynamoDB
import Subprocess
import SystemPackage
import Testing

/// The program itself, as a shell sees it.
@Suite struct ServeProcessTests {
    /// It stands beside the program that runs these tests.
    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "provisioner").path

    private static func run(_ arguments: [String], _ environment: [String: String]) async throws -> (
        status: TerminationStatus, out: String, err: String
    ) {
        let outcome = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return (outcome.terminationStatus, outcome.standardOutput, outcome.standardError)
    }

    @Test func `a wrong configuration is told on standard error, a line each, and ends with 2`() async throws {
        let environment = ["STACK_TTL": "soon", "HTTP_ADDR": "nowhere", "KUBECONFIG": "/nonexistent/kubeconfig", "API_KEY_ENABLED": "true"]
        let outcome = try await Self.run(["serve"], environment)
        #expect(outcome.status == .exited(2))
        #expect(outcome.out.isEmpty)
        let lines = outcome.err.split(separator: "\n")
        #expect(lines.count == 4, "\(outcome.err)")
        for name in ["STACK_TTL", "HTTP_ADDR", "KUBECONFIG", "API_KEY"] {
            #expect(lines.contains { $0.hasPrefix("error: \(name): ") }, "\(outcome.err)")
        }
    }

    /// Runs the service on a table, with a cluster that does not answer.
    private static func withServeEnvironment<Result>(_ table: String, _ body: ([String: String]) async throws -> Result) async throws
        -> Result
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            // The folder of a test is no concern of its outcome.
            try? FileManager.default.removeItem(at: folder)
        }
        let kubeconfig = """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", insecure-skip-tls-verify: true}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """
        let file = folder.appending(path: "kubeconfig")
        try Data(kubeconfig.utf8).write(to: file)
        return try await body([
            "KUBECONFIG": file.path, "HTTP_ADDR": "127.0.0.1:0", "STACK_STORE": "dynamodb", "DDB_STACK_TABLE": table,
            "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL_DYNAMODB": try #require(TestTable.endpoint),
        ])
    }

    @Test(.enabled(if: TestTable.endpoint?.hasPrefix("http") == true, "TEST_DYNAMODB_ENDPOINT is no URL"))
    func `a missing table ends the service with 1 and the command that makes it`() async throws {
        let outcome = try await Self.withServeEnvironment("no-such-table") { try await Self.run(["serve"], $0) }
        #expect(outcome.status == .exited(1))
        let expected = "error: DDB_STACK_TABLE: table no-such-table does not exist; create it with: DDB_STACK_TABLE=no-such-table "
        #expect(outcome.err.contains(expected), "\(outcome.err)")
    }

    @Test(.enabled(if: TestTable.endpoint?.hasPrefix("http") == true, "TEST_DYNAMODB_ENDPOINT is no URL"))
    func `a table that is being copied ends the service with 1, and no sign of life is left`() async throws {
        try await TestTable.with { table in
            #expect(try await table.store.beginCopy("copy", at: Date()) == nil)
            let outcome = try await Self.withServeEnvironment(table.name) { try await Self.run(["serve"], $0) }
            #expect(outcome.status == .exited(1))
            let expected = "error: DDB_STACK_TABLE: table \(table.name) is being copied by provisioner store copy; "
            #expect(outcome.err.contains(expected), "\(outcome.err)")
            #expect(try await table.store.activeReplicas(at: Date()).isEmpty)
        }
    }

    @Test(.enabled(if: TestTable.endpoint?.hasPrefix("http") == true, "TEST_DYNAMODB_ENDPOINT is no URL"))
    func `healthz answers while DynamoDB keeps the start waiting, and readyz says so`() async throws {
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
                    .path(FilePath(Self.program)),
                    arguments: ["serve"],
                    environment: .custom(
                        Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
                    ),
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
                        try execution.send(signal: .terminate)
                    }
                }
                #expect(outcome.terminationStatus == .exited(0))
            }
            release.finish()
        }
    }

    private static func status(of url: String) async throws -> Int? {
        let (_, response) = try await URLSession.shared.data(from: try #require(URL(string: url)))
        return (response as? HTTPURLResponse)?.statusCode
    }

    @Test func `help goes to standard output and ends with 0, mistakes of usage to standard error`() async throws {
        let help = try await Self.run(["serve", "--help"], [:])
        #expect(help.status == .exited(0) && help.err.isEmpty && help.out.contains("USAGE: provisioner serve"))
        let usage = try await Self.run(["fly"], [:])
        #expect(usage.status == .exited(64) && usage.out.isEmpty && usage.err.contains("fly"))
    }

    @Test func `what check says goes where a pipe expects it`() async throws {
        let outcome = try await Self.run(["check", "/nonexistent/a.yaml"], [:])
        #expect(outcome.status == .exited(2) && outcome.out.isEmpty)
        #expect(outcome.err.hasPrefix("error: /nonexistent/a.yaml cannot be read: "), "\(outcome.err)")
    }
}
