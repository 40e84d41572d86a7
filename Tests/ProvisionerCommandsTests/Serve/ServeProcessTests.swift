import Foundation
import FoundationNetworking
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

    /// Starts the service with a cluster that does not answer, and ends it when `body` has.
    /// - Parameter body: gets the port, once the service listens. The log is not read meanwhile.
    static func withService(_ variables: [String: String], _ body: (Int) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let kubeconfig = folder + "/kubeconfig"
            try Data(Self.kubeconfig.utf8).write(to: URL(filePath: kubeconfig))
            let own = ["KUBECONFIG": kubeconfig, "STACK_SQLITE_PATH": folder + "/stacks.sqlite"]
            let outcome = try await Subprocess.run(
                .path(Program.path),
                arguments: ["serve"],
                environment: Program.environment(own.merging(variables) { $1 }),
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                var log = ""
                for try await line in execution.standardError.strings() {
                    guard line.contains("listening"), let port = line.firstMatch(of: /address"?[:=]"?[^ "]*:(\d+)/).flatMap({ Int($0.1) })
                    else {
                        log += line
                        continue
                    }
                    try await body(port)
                    try execution.send(signal: .terminate)
                    return
                }
                Issue.record("the service ended before it listened: \(log)")
            }
            #expect(outcome.terminationStatus == .exited(0))
        }
    }

    private static func status(of url: String) async throws -> Int? {
        let (_, response) = try await URLSession.shared.data(from: try #require(URL(string: url)))
        return (response as? HTTPURLResponse)?.statusCode
    }

    /// The first line of the answer to a probe.
    private static func answer(_ host: String, _ port: Int) async throws -> String? {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: host, port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                let types = NIOAsyncChannel<ByteBuffer, ByteBuffer>.Configuration()
                return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel, configuration: types)
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text.split(separator: "\r\n").first.map(String.init)
        }
    }

    @Test func `an address without a host is answered over IPv4 and IPv6`() async throws {
        try await Self.withService(["HTTP_ADDR": ":0"]) { port async throws in
            for host in ["127.0.0.1", "::1"] { #expect(try await Self.answer(host, port) == "HTTP/1.1 200 OK") }
        }
    }

    @Test(arguments: ["json", "text"])
    func `a log that nobody reads stops nothing`(format: String) async throws {
        try await Self.withService(["HTTP_ADDR": "127.0.0.1:0", "LOG_FORMAT": format]) { port async throws in
            // Each leaves a line of some 400 bytes; a pipe holds 64 KiB.
            let path = String(repeating: "x", count: 300)
            for _ in 0..<1000 { #expect(try await Self.status(of: "http://127.0.0.1:\(port)/\(path)") == 404) }
            #expect(try await Self.status(of: "http://127.0.0.1:\(port)/healthz") == 200)
        }
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
        #expect(usage.status == .exited(2) && usage.out.isEmpty && usage.err.contains("fly"))
    }

    @Test func `what check says goes where a pipe expects it`() async throws {
        let outcome = try await Program.run(["check", "/nonexistent/a.yaml"], [:])
        #expect(outcome.status == .exited(2) && outcome.out.isEmpty)
        #expect(outcome.err.hasPrefix("error: /nonexistent/a.yaml cannot be read: "), "\(outcome.err)")
    }
}
