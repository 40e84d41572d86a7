import FoundationEssentials

extension ExecPlugin {
    /// The `ExecCredential` printed by a plugin.
    private struct Answer: Decodable {
        struct Status: Decodable {
            var token: String?
            var clientCertificateData: String?
            var clientKeyData: String?
            var expirationTimestamp: String?
        }
        var apiVersion: String
        var kind: String
        var status: Status?
    }

    /// - Throws: ``KubernetesError`` `credentials`; never with the output, which may contain a token.
    func parse(_ output: String) throws -> Credential {
        let answer: Answer
        do { answer = try JSONDecoder().decode(Answer.self, from: Data(output.utf8)) } catch {
            throw failure("did not print an ExecCredential")
        }
        guard answer.kind == "ExecCredential", answer.apiVersion == apiVersion else {
            throw failure("printed a \(answer.kind) of \(answer.apiVersion), not an ExecCredential of \(apiVersion)")
        }
        var credential = Credential()
        if let text = answer.status?.token.nonEmpty {
            guard let token = BearerToken.trimmed(text) else { throw failure("printed a token that \(BearerToken.problem)") }
            credential.token = token
        }
        if let text = answer.status?.expirationTimestamp.nonEmpty {
            guard let date = Timestamp.date(text) else {
                throw failure("printed the expirationTimestamp \"\(text.prefix(40))\", which is not an RFC 3339 time")
            }
            credential.expiration = date
        }
        try add(certificate: answer.status?.clientCertificateData.nonEmpty, key: answer.status?.clientKeyData.nonEmpty, to: &credential)
        guard credential.token != nil || credential.certificate != nil else {
            throw failure("printed neither a token nor a client certificate")
        }
        return credential
    }

    private func add(certificate: String?, key: String?, to credential: inout Credential) throws {
        guard (certificate == nil) == (key == nil) else {
            throw failure(
                "printed \(key == nil ? "clientCertificateData without clientKeyData" : "clientKeyData without clientCertificateData")"
            )
        }
        guard let certificate, let key else { return }
        let pair = ClientCertificate(
            certificate: .bytes([UInt8](certificate.utf8), field: "clientCertificateData"),
            key: .bytes([UInt8](key.utf8), field: "clientKeyData")
        )
        do {
            // The API server refuses a connection with an expired certificate without a 401, so only this expiry triggers the renewal.
            let end = try pair.expiration()
            credential.expiration = [credential.expiration, end].compactMap(\.self).min()
        } catch let error as KubernetesError {
            throw failure("printed a client certificate that cannot be used: \(error.message)")
        }
        credential.certificate = pair
    }
}
