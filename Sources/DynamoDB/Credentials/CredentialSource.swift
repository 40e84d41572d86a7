/// A credential provider.
protocol CredentialSource: Sendable {
    /// The name of the provider in errors.
    var name: String { get }

    /// Reads the credentials.
    /// - Returns: nil if the provider is not configured, so that the chain continues.
    /// - Throws: ``DynamoDBError`` if the provider is configured but fails; ``SourceAbsent``.
    func credentials() async throws -> AWSCredentials?
}

/// A provider seems not to be configured, but may be meant. The reason is reported if no other provider has credentials.
struct SourceAbsent: Error {
    var reason: String
}

struct StaticCredentials: CredentialSource {
    let name = "configuration"
    let value: AWSCredentials

    func credentials() -> AWSCredentials? { value }
}

/// A chain of providers. The first configured provider counts, and its failure is the chain's failure: continuing would run the service
/// under a role that the operator did not mean.
struct CredentialChain: CredentialSource {
    let name = "credential chain"
    let sources: [any CredentialSource]

    func credentials() async throws -> AWSCredentials? {
        var asked: [String] = []
        for source in sources {
            do {
                if let credentials = try await source.credentials() { return credentials }
                asked.append(source.name)
            } catch let absent as SourceAbsent {
                asked.append("\(source.name) (\(absent.reason))")
            } catch let error as DynamoDBError {
                throw DynamoDBError(.credentials, "\(source.name): \(error.message)", type: error.type, status: error.status)
            }
        }
        throw DynamoDBError(.credentials, "no AWS credentials found; asked in turn: \(asked.joined(separator: ", "))")
    }
}
