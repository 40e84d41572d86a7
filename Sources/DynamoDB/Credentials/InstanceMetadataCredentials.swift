import FoundationEssentials
import NIOHTTP1

/// The credentials of the role of an EC2 instance, from its metadata service, version 2.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
struct InstanceMetadataCredentials: CredentialSource {
    let name = "instance metadata"
    let environment: AWSEnvironment
    let transport: HTTPTransport
    /// For each request.
    let timeout: Duration

    private static let roles = "/latest/meta-data/iam/security-credentials/"

    func credentials() async throws -> AWSCredentials? {
        guard !environment.isTrue("AWS_EC2_METADATA_DISABLED") else { return nil }
        let base = try baseURL()
        guard let token = try await token(at: base) else { return nil }
        let headers: HTTPHeaders = ["X-aws-ec2-metadata-token": token]
        let listed = try await transport.send(.init(method: .GET, url: base + Self.roles, headers: headers), timeout: timeout)
        // An instance without a role.
        if listed.status == 404 { return nil }
        guard listed.status == 200 else { throw Self.failure(base + Self.roles, listed) }
        guard let role = Self.firstLine(listed.body) else { return nil }
        let url = base + Self.roles + role.percentEncoded()
        let response = try await transport.send(.init(method: .GET, url: url, headers: headers), timeout: timeout)
        guard response.status == 200 else { throw Self.failure(url, response) }
        return try CredentialDocument.read(response.body).credentials()
    }

    private func baseURL() throws -> String {
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        return try Endpoint(environment[variable] ?? "http://169.254.169.254", namedBy: variable).url
    }

    /// - Returns: nil when there is no metadata service, or it is switched off.
    private func token(at base: String) async throws -> String? {
        let request = HTTPTransport.Request(
            method: .PUT,
            url: base + "/latest/api/token",
            headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"]
        )
        do {
            let response = try await transport.send(request, timeout: timeout)
            return response.status == 200 ? Self.firstLine(response.body) : nil
        } catch is DynamoDBError {
            return nil
        }
    }

    private static func firstLine(_ body: Data) -> String? {
        DynamoDBError.firstLine(of: String(decoding: body, as: UTF8.self))
    }

    private static func failure(_ url: String, _ response: HTTPTransport.Response) -> DynamoDBError {
        DynamoDBError(.credentials, "\(url) answered HTTP \(response.status)", status: response.status)
    }
}
