import AsyncHTTPClient
import Foundation
import Subprocess
import SystemPackage
import Testing

/// The real service in a process of its own.
struct ServiceProcess: Sendable {
    let api: APIClient
    let log: ServiceLog
    private let sendSignal: @Sendable (Signal) throws -> Void

    func send(_ signal: Signal) throws { try sendSignal(signal) }

    /// How a run of the service ended.
    struct Run<Result: Sendable>: Sendable {
        var result: Result
        var status: TerminationStatus
        var log: ServiceLog
    }

    /// Starts `provisioner serve`, waits until it listens and knows the cluster, runs `body`, and ends it with SIGTERM if it still runs.
    static func run<Result: Sendable>(
        _ environment: [String: String],
        waitUntilSynced: Bool = true,
        _ body: @Sendable (ServiceProcess) async throws -> Result
    ) async throws -> Run<Result> {
        let log = ServiceLog()
        let outcome = try await Subprocess.run(
            .path(FilePath(try #require(TestCluster.provisioner))),
            arguments: ["serve"],
            environment: .custom(completed(environment)),
            input: .none,
            output: .discarded,
            error: .sequence
        ) { execution in
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for try await line in execution.standardError.strings() { log.append(line.trimmingCharacters(in: .newlines)) }
                    log.close()
                }
                do {
                    let result = try await use(execution.processIdentifier, log, waitUntilSynced, { try execution.send(signal: $0) }, body)
                    if !log.isClosed { try execution.send(signal: .terminate) }
                    try await group.waitForAll()
                    return result
                } catch {
                    if !log.isClosed { try execution.send(signal: .kill) }
                    try await group.waitForAll()
                    throw error
                }
            }
        }
        return Run(result: outcome.closureResult, status: outcome.terminationStatus, log: log)
    }

    private static func use<Result: Sendable>(
        _ process: ProcessIdentifier,
        _ log: ServiceLog,
        _ waitUntilSynced: Bool,
        _ send: @escaping @Sendable (Signal) throws -> Void,
        _ body: @Sendable (ServiceProcess) async throws -> Result
    ) async throws -> Result {
        let address = try #require(try await log.first("listening")["address"])
        if waitUntilSynced { _ = try await log.first("the state of the cluster has been read") }
        let api = APIClient(base: "http://\(address)")
        return try await body(ServiceProcess(api: api, log: log, sendSignal: send))
    }

    private static func completed(_ environment: [String: String]) -> [Environment.Key: String] {
        // Hollow nodes start and end Pods within a second; what needs a container asks for the other.
        var complete = ["HTTP_ADDR": "127.0.0.1:0", "STACK_RESOURCE_RESERVE_RATIO": "0", "STACK_NODE_SELECTOR": "node-kind=hollow"]
        // The nodes of the test cluster state no podCIDRs; this is the network of the one that runs containers.
        complete["STACK_POD_CIDRS"] = "10.244.0.0/16"
        for name in ["PATH", "HOME"] { complete[name] = ProcessInfo.processInfo.environment[name] }
        complete["KUBECONFIG"] = TestCluster.kubeconfig
        complete.merge(environment) { _, own in own }
        return Dictionary(uniqueKeysWithValues: complete.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
    }
}
