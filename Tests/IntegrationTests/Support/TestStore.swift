import Foundation
import Subprocess
import SystemPackage
import Testing

/// Which store a test's service uses.
enum TestStore: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite
    case dynamodb

    static let endpoint = ProcessInfo.processInfo.environment["TEST_DYNAMODB_ENDPOINT"]

    /// Those that can be had here.
    static var available: [TestStore] { endpoint == nil ? [.sqlite] : allCases }

    var testDescription: String { rawValue }

    /// The environment of a service on a store of the test's own.
    /// - Parameters:
    ///   - folder: for what the store keeps in files.
    ///   - endpoint: of the database, when something stands before it.
    func environment(folder: String, endpoint: String? = endpoint) async throws -> [String: String] {
        switch self {
        case .sqlite:
            return ["STACK_SQLITE_PATH": folder + "/stacks.sqlite"]
        case .dynamodb:
            var environment = [
                "STACK_STORE": "dynamodb", "DDB_STACK_TABLE": "test-\(UUID().uuidString)", "AWS_REGION": "eu-central-1",
                "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_ENDPOINT_URL_DYNAMODB": try #require(Self.endpoint),
            ]
            // The stand-in for DynamoDB answers one request after the other, and every test has some. The command repeats safely.
            var created = try await provisioner(["table", "create"], environment)
            for _ in 0..<5 where created.status != .exited(0) { created = try await provisioner(["table", "create"], environment) }
            #expect(created.status == .exited(0), "\(created.error)")
            environment["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint
            return environment
        }
    }
}

/// Runs the executable to its end.
func provisioner(
    _ arguments: [String],
    _ environment: [String: String]
) async throws -> (status: TerminationStatus, output: String, error: String) {
    let outcome = try await Subprocess.run(
        .path(FilePath(try #require(TestCluster.provisioner))),
        arguments: Arguments(arguments),
        environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
        output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20)
    )
    return (outcome.terminationStatus, outcome.standardOutput, outcome.standardError)
}
