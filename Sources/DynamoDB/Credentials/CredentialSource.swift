/// One place where credentials may be had.
protocol CredentialSource: Sendable {
    /// Said in errors.
    var name: String { get }

    /// Asks the source.
    /// - Returns: nil when the source is not set up here, so that the next one is asked.
    /// - Throws: ``DynamoDBError`` when it is set up and yet has none to give.
    func credentials() async throws -> AWSCredentials?
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
        for source in sources {
            do {
                if let credentials = try await source.credentials() { return credentials }
            } catch let error as DynamoDBError {
                throw DynamoDBError(.credentials, "\(source.name): \(error.message)", type: error.type, status: error.status)
            }
        }
        let names = sources.map(\.name).joined(separator: ", ")
        throw DynamoDBError(.credentials, "no AWS credentials found; asked in turn: \(names)")
    }
}
