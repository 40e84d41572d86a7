import FoundationEssentials
import Logging
import NIOHTTP1

/// The STS operations that assume a role: query protocol with XML responses.
/// https://docs.aws.amazon.com/STS/latest/APIReference/
struct SecurityTokenService: Sendable {
    let endpoint: Endpoint
    let region: String
    let transport: HTTPTransport
    let clock: ServiceClock
    let retrier: Retrier
    /// The timeout of an attempt.
    let timeout: Duration

    /// - Parameter credentials: sign the request and identify the caller.
    func assume(_ role: Role, as credentials: AWSCredentials) async throws -> AWSCredentials {
        var form = form("AssumeRole", role)
        if let id = role.externalID { form.append(("ExternalId", id)) }
        let body = Self.encoded(form)
        return try await retrier.run("AssumeRole") { remaining in
            let signer = SigV4Signer(credentials: credentials, region: region, service: "sts")
            return try await attempt(endpoint.post(body, headers: headers, signer: signer, at: clock.date), within: remaining)
        }
    }

    /// - Parameter token: the identity provider's token, instead of a signature.
    func assume(_ role: Role, withWebIdentity token: String) async throws -> AWSCredentials {
        let token = String(token.trimmingPrefix { $0.isWhitespace }.prefix { !$0.isWhitespace })
        let body = Self.encoded(form("AssumeRoleWithWebIdentity", role) + [("WebIdentityToken", token)])
        let request = HTTPTransport.Request(
            method: .POST,
            url: endpoint.url + "/",
            headers: HTTPHeaders(headers.map { ($0.name, $0.value) }),
            body: body
        )
        return try await retrier.run("AssumeRoleWithWebIdentity") { try await attempt(request, within: $0) }
    }

    private var headers: [(name: String, value: String)] {
        [
            (name: "Host", value: endpoint.host),
            (name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8"),
        ]
    }

    private func form(_ action: String, _ role: Role) -> [(String, String)] {
        var form = [("Action", action), ("Version", "2011-06-15"), ("RoleArn", role.arn)]
        form.append(("RoleSessionName", role.sessionName ?? "dynamodb-\(Int64(exactly: clock.date.timeIntervalSince1970.rounded()) ?? 0)"))
        if let seconds = role.durationSeconds { form.append(("DurationSeconds", String(seconds))) }
        return form
    }

    private static func encoded(_ form: [(String, String)]) -> [UInt8] {
        Array(form.map { "\($0.percentEncoded())=\($1.percentEncoded())" }.joined(separator: "&").utf8)
    }

    private func attempt(_ request: HTTPTransport.Request, within remaining: Duration) async throws -> AWSCredentials {
        let response: HTTPTransport.Response
        do {
            response = try await transport.send(request, timeout: min(timeout, remaining))
        } catch let error as DynamoDBError {
            throw Retrier.Failure(error: error, isRetryable: true)
        }
        let answer = XMLText(String(decoding: response.body, as: UTF8.self))
        guard response.status == 200 else { throw failure(response, answer) }
        return try answer.credentials()
    }

    private func failure(_ response: HTTPTransport.Response, _ answer: XMLText) -> Retrier.Failure {
        let type = answer.element("Code")
        let code = DynamoDBError.code(type: type, status: response.status)
        let message = DynamoDBError.firstLine(of: answer.element("Message")) ?? "HTTP \(response.status)"
        let error = DynamoDBError(code, "STS at \(endpoint.host): \(message)", type: type, status: response.status)
        let isPassing = code == .throttled || code == .unavailable
        return Retrier.Failure(error: error, isRetryable: isPassing || clock.correct(after: type, headers: response.headers))
    }
}

/// A minimal XML reader: the first element of a name, without attributes.
struct XMLText {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    func element(_ name: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>") else { return nil }
        guard let end = text[start.upperBound...].firstRange(of: "</\(name)>") else { return nil }
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        return entities.reduce(String(text[start.upperBound..<end.lowerBound])) { $0.replacing($1.0, with: $1.1) }
    }

    /// Returns the element `Credentials` of an STS response.
    func credentials() throws -> AWSCredentials {
        guard let id = element("AccessKeyId"), let secret = element("SecretAccessKey"), let token = element("SessionToken"),
            let expiration = element("Expiration").flatMap(Date.init(iso8601:))
        else { throw DynamoDBError(.credentials, "STS answered without AccessKeyId, SecretAccessKey, SessionToken or Expiration") }
        return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
    }
}
