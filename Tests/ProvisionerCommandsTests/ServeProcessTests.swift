import Foundation
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
