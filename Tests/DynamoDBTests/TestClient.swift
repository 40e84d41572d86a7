import FoundationEssentials

@testable import DynamoDB

/// Enough of JSON to compare requests.
enum JSON: Decodable, Equatable {
    case text(String)
    case flag(Bool)
    case object([String: JSON])
    case list([JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let list = try? container.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }
}

extension AWSCredentials {
    static let example = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token")
}

extension DynamoDB {
    /// A client without pauses, for the time that `body` runs.
    static func run<Result>(
        _ configuration: Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        pause: @escaping @Sendable (Duration) async throws -> Void = { _ in },
        _ body: (DynamoDB) async throws -> Result
    ) async throws -> Result {
        let dynamoDB = DynamoDB(client: ServiceClient(configuration: configuration, logger: .silent, now: now, pause: pause))
        do {
            let result = try await body(dynamoDB)
            try await dynamoDB.shutdown()
            return result
        } catch {
            try await dynamoDB.shutdown()
            throw error
        }
    }
}
