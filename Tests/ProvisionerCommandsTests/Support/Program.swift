import Foundation
import Subprocess
import SystemPackage

/// The program, which stands beside the one that runs these tests.
enum Program {
    static let path = FilePath(URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "provisioner").path)

    /// Runs it to its end.
    static func run(_ arguments: [String], _ variables: [String: String]) async throws -> (
        status: TerminationStatus, out: String, err: String
    ) {
        let outcome = try await Subprocess.run(
            .path(path),
            arguments: Arguments(arguments),
            environment: environment(variables),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return (outcome.terminationStatus, outcome.standardOutput, outcome.standardError)
    }

    /// These variables and no others.
    static func environment(_ variables: [String: String]) -> Environment {
        .custom(Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    }
}
