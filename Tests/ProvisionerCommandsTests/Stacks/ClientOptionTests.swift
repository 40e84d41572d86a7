import ArgumentParser
import Foundation
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct ClientOptionTests {
    private static let id = "stack-0000000000000001"

    @Test(arguments: [
        ["stacks", "create", "-", "--port", "80"],
        ["stacks", "create", "a.yaml", "--user", "1", "--problem", "2", "--port", "80", "--wait"],
        ["stacks", "list"], ["stacks", "list", "--watch", "--status", "node_deleted", "-o", "yaml"], ["stacks", "get", id, "-o", "wide"],
        ["stacks", "status", id, "--wait", "--timeout", "5m"], ["stacks", "logs", id, "--container", "web", "--tail", "5"],
        ["stacks", "events", id], ["stacks", "renew", id, id, "--ttl", "1h"], ["stacks", "delete", id],
        ["stacks", "delete", "--user", "1"],
        ["stacks", "delete", "--user", "1", "--problem", "2"], ["stacks", "open", id, "--cacert", "ca.pem"], ["stats"],
    ])
    func `commands are parsed`(arguments: [String]) throws {
        #expect(try ProvisionerCommand.parseAsRoot(arguments) is any ClientCommand)
    }

    @Test(arguments: [
        ["stacks", "create"], ["stacks", "create", "a", "--user", "x"], ["stacks", "list", "--status", "up"], ["stacks", "get"],
        ["stacks", "get", "../stats"], ["stacks", "get", "stack-1"], ["stacks", "status", id, "--timeout", "0s"], ["stacks", "renew"],
        ["stacks", "renew", id, "--ttl", "soon"], ["stacks", "delete"], ["stacks", "delete", id, "--user", "1"], ["stats", "-o", "xml"],
        ["stacks", "list", "--timeout", "99999999h"], ["stacks", "fly"],
    ])
    func `what is no command is a mistake of usage`(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) { try ProvisionerCommand.parseAsRoot(arguments) }
        #expect(ProvisionerCommand.exitCode(for: error) == .validationFailure)
    }

    @Test(
        arguments: [
            ([], "--port is missing"), (["--port", "0"], "--port is \"0\"; must be"), (["--port", "80/SCTP"], "--port is \"80/SCTP\""),
            (["--port", "80", "--port", "80/TCP"], "--port 80/TCP is given twice"), (["--port", "80", "--env", "=x"], "--env has no name"),
            (["--port", "80", "--env", "A=1", "--env", "A=2"], "--env A is given twice"),
            (["--port", "80", "--env", "NOWHERE"], "--env NOWHERE has no value"),
        ] as [([String], String)]
    )
    func `mistakes in a create end with 2 before anything is sent`(options: [String], complaint: String) async throws {
        try await withFile("kind: Pod") { path in
            let outcome = try await ClientRun(url: "http://127.0.0.1:1").run(["stacks", "create", path] + options)
            #expect(outcome.code == 2 && outcome.out.isEmpty && outcome.err.hasPrefix("error: \(complaint)"), "\(outcome.err)")
        }
    }

    @Test func `every mistake is told, and no value of the environment is`() async throws {
        let arguments = ["stacks", "create", "/nonexistent/a.yaml", "--env", "A=geheim", "--env", "A=geheim"]
        let outcome = try await ClientRun(url: "http://127.0.0.1:1").run(arguments)
        #expect(outcome.code == 2 && outcome.err.split(separator: "\n").count == 3, "\(outcome.err)")
        #expect(outcome.err.contains("error: /nonexistent/a.yaml cannot be read: ") && !outcome.err.contains("geheim"))
    }

    @Test func `every command teaches by examples, and names environment and exit codes`() {
        for command in [StatsCommand.self, StacksCommand.self] + StacksCommand.configuration.subcommands as [any ParsableCommand.Type] {
            let help = ProvisionerCommand.helpMessage(for: command, columns: 200)
            for word in ["OVERVIEW: ", "examples:\n", "PROVISIONER_URL", "PROVISIONER_API_KEY", "Exit codes: 0 ", "4 timed out"] {
                #expect(help.contains(word), "\(word) in \(help)")
            }
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `a shell completes the commands`(shell: String) throws {
        let error = try #require(throws: (any Error).self) { try ProvisionerCommand.parseAsRoot(["--generate-completion-script", shell]) }
        #expect(ProvisionerCommand.exitCode(for: error) == .success)
        let script = ProvisionerCommand.fullMessage(for: error)
        for word in ["stacks", "renew", "node_deleted", "wide"] { #expect(script.contains(word), "\(word)") }
    }
}
