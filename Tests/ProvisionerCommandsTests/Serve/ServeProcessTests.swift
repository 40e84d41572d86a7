import Foundation
import NIOCore
import NIOPosix
import Subprocess
import TestBasics
import TestSupport
import Testing

/// The program itself, as a shell sees it.
@Suite struct ServeProcessTests {
    @Test func `a wrong configuration is told on standard error, a line each, and ends with 2`() async throws {
        let environment = [
            "STACK_TTL": "soon", "HTTP_ADDR": "nowhere", "KUBECONFIG": "/nonexistent/kubeconfig", "API_KEY_ENABLED": "true",
            "STACK_STORE": "dynamodb", "AWS_REGION": "eu central 1",
        ]
        let outcome = try await Program.run(["serve"], environment)
        #expect(outcome.status == .exited(2))
        #expect(outcome.out.isEmpty)
        let lines = outcome.err.split(separator: "\n")
        #expect(lines.count == 5, "\(outcome.err)")
        for name in ["STACK_TTL", "HTTP_ADDR", "KUBECONFIG", "API_KEY"] {
            #expect(lines.contains { $0.hasPrefix("error: \(name): ") }, "\(outcome.err)")
        }
        #expect(lines.contains { $0.hasPrefix("error: ") && $0.contains("eu central 1") }, "\(outcome.err)")
    }

    @Test func `an address that is taken is told by the variable's name, and ends with 1`() async throws {
        let occupant = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(host: "127.0.0.1", port: 0).get()
        try await withTemporaryFolder { folder in
            let kubeconfig = folder + "/kubeconfig"
            // Nobody answers there; the address is taken before anybody is asked.
            try Data(Self.kubeconfig.utf8).write(to: URL(filePath: kubeconfig))
            let address = "127.0.0.1:\(try #require(occupant.localAddress?.port))"
            let outcome = try await Program.run(
                ["serve"],
                ["HTTP_ADDR": address, "KUBECONFIG": kubeconfig, "STACK_SQLITE_PATH": folder + "/stacks.sqlite"]
            )
            #expect(outcome.status == .exited(1))
            let complaint = "error: HTTP_ADDR: cannot listen on \(address): Address already in use"
            #expect(outcome.err.split(separator: "\n").contains { $0 == complaint }, "\(outcome.err)")
        }
        try await occupant.close()
    }

    private static let kubeconfig = """
        apiVersion: v1
        kind: Config
        current-context: none
        contexts: [{name: none, context: {cluster: none, user: none}}]
        clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}]
        users: [{name: none, user: {token: none}}]
        """

    @Test func `help goes to standard output and ends with 0, mistakes of usage to standard error`() async throws {
        let help = try await Program.run(["serve", "--help"], [:])
        #expect(help.status == .exited(0) && help.err.isEmpty && help.out.contains("USAGE: provisioner serve"))
        let usage = try await Program.run(["fly"], [:])
        #expect(usage.status == .exited(64) && usage.out.isEmpty && usage.err.contains("fly"))
    }

    @Test func `what check says goes where a pipe expects it`() async throws {
        let outcome = try await Program.run(["check", "/nonexistent/a.yaml"], [:])
        #expect(outcome.status == .exited(2) && outcome.out.isEmpty)
        #expect(outcome.err.hasPrefix("error: /nonexistent/a.yaml cannot be read: "), "\(outcome.err)")
    }
}
