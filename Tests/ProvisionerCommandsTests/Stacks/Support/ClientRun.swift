import ArgumentParser
import Foundation
import HTTPAPI
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import ProvisionerCommands

/// A command of the client in this process.
struct ClientRun: Sendable {
    var url: String
    var environment: [String: String] = [:]
    var isOutputTerminal = false
    var isErrorTerminal = false
    var now = Date(microseconds: 1_750_000_000_123_456)
    /// Waits before repetitions, which take no time.
    let waits = Observed<[Duration]>([])
    let out = Observed("")
    let err = Observed("")
    /// True once Ctrl-C is pressed.
    let isInterrupted = Observed(false)

    struct Outcome: Sendable {
        var code: Int32
        var out: String
        var err: String
    }

    /// - Parameter isTimed: true if the time limit of the command is over at once.
    func callAsFunction(_ arguments: String..., isTimed: Bool = false) async throws -> Outcome {
        try await run(arguments, isTimed: isTimed)
    }

    func run(_ arguments: [String], isTimed: Bool = false) async throws -> Outcome {
        let console = Console(
            environment: environment.merging(["PROVISIONER_URL": url]) { own, _ in own },
            isOutputTerminal: isOutputTerminal,
            isErrorTerminal: isErrorTerminal,
            say: { text in out.update { $0 += text } },
            explain: { text in err.update { $0 += text } },
            now: { now },
            sleep: { duration in
                if duration >= .seconds(60), !isTimed { return try await Task.sleep(for: duration) }
                waits.update { $0.append(duration) }
            },
            interrupt: {
                { do { try await isInterrupted.wait { $0 } } catch { /* the command has ended */  } }
            }
        )
        let command = try #require(try ProvisionerCommand.parseAsRoot(arguments) as? any ClientCommand)
        let code = await command.perform(on: console)
        return Outcome(code: code.rawValue, out: out.value, err: err.value)
    }
}

/// The API over a service of its own, on a port of this machine.
struct APIServer: Sendable {
    var url: String
    var service: StackBench

    /// A run of a command at the time of the service's clock.
    var client: ClientRun { ClientRun(url: url, now: service.time.now) }

    /// The only stack.
    func onlyStack() throws -> StackID { try #require(service.cluster.state.value.pods.keys.first) }

    static func run(
        _ options: StackBench.Options = StackBench.Options(),
        key: String? = nil,
        _ body: @escaping @Sendable (APIServer) async throws -> Void
    ) async throws {
        try await withStackBench(options) { service in
            // A handler that drops metadata would not do: Hummingbird reads the request's id there.
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let keys = key.map { APIKeys([APIKeys.Key(name: "API_KEY[1]", value: $0)]) }
            let application = Application(
                router: API(service: service.service, version: "1.2.3", dependencies: [], apiKeys: keys).router(),
                server: .api(maximumConnections: 64),
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                logger: logger
            )
            try await application.test(.live) { client in
                try await body(APIServer(url: "http://127.0.0.1:\(try #require(client.port))", service: service))
            }
        }
    }
}

/// Writes a file for as long as `body` runs.
func withFile<Result>(_ content: String, _ body: (String) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
        let path = folder + "/challenge.yaml"
        try Data(content.utf8).write(to: URL(filePath: path))
        return try await body(path)
    }
}
