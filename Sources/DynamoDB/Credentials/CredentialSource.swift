/// One place where credentials may be had.
protocol CredentialSource: Sendable {
    /// Said in errors.
    var name: String { get }

    /// Asks the source.
    /// - Returns: nil when the source is not set up here, so that the next one is asked.
    /// - Throws: ``DynamoDBError`` when it is set up and yet has none to give; ``SourceAbsent``.
    func credentials() async throws -> AWSCredentials?
}

/// A source is not set up here as far as can be told, and perhaps it is meant to be: if no other has credentials, the reason is told.
struct SourceAbsent: Error {
    var reason: String
}

/// Credentials that are given.
struct StaticCredentials: CredentialSource {
    let name = "configuration"
    let value: AWSCredentials

    func credentials() -> AWSCredentials? { value }
}

/// Several sources: the first that is set up counts, and its failure is the failure of all. To go on after it would run the service
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
