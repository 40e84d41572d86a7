import Foundation
import Subprocess
import SystemPackage
import Testing

/// A run of `provisioner doctor --output json`.
struct Doctor {
    struct Check {
        var name: String
        var state: String
        var found: String
        var advice: String?
    }

    var status: TerminationStatus
    var isOK: Bool?
    var checks: [Check]
    var text: String

    static let image = "ctf.local/challenge:1"

    func named(_ name: String) -> [Check] { checks.filter { $0.name == name } }

    static func run(_ environment: [String: String], probe: Bool = false) async throws -> Doctor {
        let outcome = try await Subprocess.run(
            .path(FilePath(try #require(TestCluster.provisioner))),
            arguments: Arguments(["doctor", "--output", "json"] + (probe ? ["--probe", image, "--public", "1.2.3.4:80"] : [])),
            environment: variables(environment),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let json = try JSONDecoder().decode(JSON.self, from: Data(outcome.standardOutput.utf8))
        return Doctor(
            status: outcome.terminationStatus,
            isOK: json["ok"].map { $0 == .bool(true) },
            checks: (json["checks"]?.array ?? []).map { check in
                Check(
                    name: check["name"]?.string ?? "",
                    state: check["state"]?.string ?? "",
                    found: check["found"]?.string ?? "",
                    advice: check["advice"]?.string
                )
            },
            text: outcome.standardOutput + outcome.standardError
        )
    }

    static func variables(_ environment: [String: String]) -> Environment {
        var variables = environment
        for name in ["PATH", "HOME"] { variables[name] = ProcessInfo.processInfo.environment[name] }
        if variables["KUBECONFIG"] == nil { variables["KUBECONFIG"] = TestCluster.kubeconfig }
        return .custom(Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    }
}
