import FoundationEssentials

extension ExecPlugin {
    /// The `ExecCredential` that a plugin prints.
    private struct Answer: Decodable {
        struct Status: Decodable {
            var token: String?
            var expirationTimestamp: String?
        }
        var apiVersion: String
        var kind: String
        var status: Status?
    }

    /// - Throws: ``KubernetesError`` `credentials`; never with what was printed, which may hold a token.
    func parse(_ output: String) throws -> Credential {
        let answer: Answer
        do { answer = try JSONDecoder().decode(Answer.self, from: Data(output.utf8)) } catch {
            throw failure("did not print an ExecCredential")
        }
        guard answer.kind == "ExecCredential", answer.apiVersion == apiVersion else {
            throw failure("printed a \(answer.kind) of \(answer.apiVersion), not an ExecCredential of \(apiVersion)")
        }
        guard let text = answer.status?.token.nonEmpty else { throw failure("printed no token; client certificates are not supported") }
        guard let token = BearerToken.trimmed(text) else { throw failure("printed a token that \(BearerToken.problem)") }
        guard let expiration = answer.status?.expirationTimestamp.nonEmpty else { return Credential(token: token, expiration: nil) }
        guard let date = Timestamp.date(expiration) else {
            throw failure("printed the expirationTimestamp \"\(expiration.prefix(40))\", which is not an RFC 3339 time")
        }
        return Credential(token: token, expiration: date)
    }
}
