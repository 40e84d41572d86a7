import Foundation
import Subprocess
import SystemPackage
import Testing

/// The node on which containers really run, by the scripts of the local cluster.
enum RealNode {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../scripts/cluster").standardizedFileURL.path

    /// Runs a command in the namespaces of the node.
    @discardableResult
    static func run(_ command: [String], input: String = "") async throws -> String {
        let folder = URL(filePath: try #require(TestCluster.kubeconfig)).deletingLastPathComponent().path
        return try await output(of: scripts + "/cluster", ["exec", "--dir", folder, "--"] + command, input: input)
    }

    @discardableResult
    static func kubectl(_ arguments: [String], input: String = "") async throws -> String {
        let kubeconfig = try #require(TestCluster.kubeconfig)
        return try await output(of: try #require(TestCluster.kubectl), ["--kubeconfig", kubeconfig] + arguments, input: input)
    }

    /// Runs a shell script in a container.
    static func run(_ script: String, inPod pod: String, namespace: String) async throws -> String {
        try await kubectl(["--namespace", namespace, "exec", pod, "--", "sh", "-c", script])
    }

    /// Makes packet filter rules of the NetworkPolicies and Pods of this moment, and removes them after.
    static func withPoliciesEnforced(_ body: () async throws -> Void) async throws {
        try await filterByObjects()
        try await always({ try await filter(by: #"{"items": []}"#) }, after: body)
    }

    /// Does the same again and again, for Pods that `body` makes.
    static func withPoliciesKeptEnforced(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await always({ try await filter(by: #"{"items": []}"#) }) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    while true {
                        // A run that has begun is not cut off: half of the rules would be worse than none.
                        try await Task { try await filterByObjects() }.value
                        try await Task.sleep(for: .milliseconds(300))
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private static func filterByObjects() async throws {
        try await filter(by: try await kubectl(["get", "networkpolicies,pods,namespaces", "--all-namespaces", "--output", "json"]))
    }

    private static func filter(by objects: String) async throws {
        try await run(["nft", "--file", "-"], input: try await output(of: scripts + "/policy-rules", [], input: objects))
    }

    /// A host that the node alone reaches answers HTTP at these addresses.
    static func withInternet(at addresses: [String], _ body: () async throws -> Void) async throws {
        // The node need not see the folder of the sources.
        let script = try String(contentsOfFile: scripts + "/internet", encoding: .utf8)
        try await run(["bash", "-s", "--"] + addresses, input: script)
        try await always({ try await run(["bash", "-s"], input: script) }, after: body)
    }

    private static func output(of program: String, _ arguments: [String], input: String) async throws -> String {
        let outcome = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(arguments),
            input: .string(input),
            output: .string(limit: 16 << 20),
            error: .string(limit: 1 << 16)
        )
        guard outcome.terminationStatus.isSuccess else {
            throw CommandFailure(command: [program] + arguments, status: outcome.terminationStatus, error: outcome.standardError)
        }
        return outcome.standardOutput
    }
}

struct CommandFailure: Error, CustomStringConvertible {
    var command: [String]
    var status: TerminationStatus
    var error: String
    var description: String { "\(command.joined(separator: " ")): \(status): \(error)" }
}

/// Runs `cleanUp` after `body`, also if `body` fails.
func always(_ cleanUp: () async throws -> Void, after body: () async throws -> Void) async throws {
    do { try await body() } catch let failure {
        do { try await cleanUp() } catch { Issue.record(error) }
        throw failure
    }
    try await cleanUp()
}
