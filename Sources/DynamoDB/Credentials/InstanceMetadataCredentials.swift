import FoundationEssentials
import NIOHTTP1

/// The credentials of an EC2 instance's role, from its metadata service (IMDSv2).
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
struct InstanceMetadataCredentials: CredentialSource {
    let name = "instance metadata"
    let environment: AWSEnvironment
    let transport: HTTPTransport
    let retrier: Retrier
    /// The timeout of an attempt.
    let timeout: Duration

    private static let roles = "/latest/meta-data/iam/security-credentials/"

    func credentials() async throws -> AWSCredentials? {
        guard !environment.isTrue("AWS_EC2_METADATA_DISABLED") else { return nil }
        let base = try baseURL()
        let headers: HTTPHeaders = ["X-aws-ec2-metadata-token": try await token(at: base)]
        let listed = try await send(.init(method: .GET, url: base + Self.roles, headers: headers))
        guard listed.status != 404 else { throw SourceAbsent(reason: "the instance has no role") }
        guard listed.status == 200 else { throw Self.failure(base + Self.roles, listed) }
        guard let role = Self.firstLine(listed.body) else { throw SourceAbsent(reason: "the instance has no role") }
        let url = base + Self.roles + role.percentEncoded()
        let response = try await send(.init(method: .GET, url: url, headers: headers))
        guard response.status == 200 else { throw Self.failure(url, response) }
        return try CredentialDocument.read(response.body).credentials()
    }

    private func baseURL() throws -> String {
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        return try Endpoint(environment[variable] ?? "http://169.254.169.254", namedBy: variable).url
    }

    /// - Throws: ``SourceAbsent`` if there is no metadata service, it is disabled, or its hop limit keeps the response away.
    private func token(at base: String) async throws -> String {
        let url = base + "/latest/api/token"
        let request = HTTPTransport.Request(method: .PUT, url: url, headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"])
        let response: HTTPTransport.Response
        do { response = try await send(request) } catch let error as DynamoDBError {
            throw SourceAbsent(
                reason: "\(url) gave no answer: \(error.message). On EC2 the answer reaches a container only with a hop limit of 2: "
                    + "aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2"
            )
        }
        guard response.status == 200 else { throw SourceAbsent(reason: "\(url) answered HTTP \(response.status)") }
        guard let token = Self.firstLine(response.body) else { throw SourceAbsent(reason: "\(url) answered without a token") }
        return token
    }

    /// Sends a request, with retries for an instance that is starting or busy.
    private func send(_ request: HTTPTransport.Request) async throws -> HTTPTransport.Response {
        try await retrier.run("instance metadata") { remaining in
            let response: HTTPTransport.Response
            do { response = try await transport.send(request, timeout: min(timeout, remaining)) } catch let error as DynamoDBError {
                throw Retrier.Failure(error: error, isRetryable: true)
            }
            guard response.status < 500, response.status != 429 else {
                throw Retrier.Failure(error: Self.failure(request.url, response), isRetryable: true)
            }
            return response
        }
    }

    private static func firstLine(_ body: Data) -> String? {
        DynamoDBError.firstLine(of: String(decoding: body, as: UTF8.self))
    }

    private static func failure(_ url: String, _ response: HTTPTransport.Response) -> DynamoDBError {
        DynamoDBError(.credentials, "\(url) answered HTTP \(response.status)", status: response.status)
    }
}
