import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The container credentials of ECS and EKS Pod Identity: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, or `AWS_CONTAINER_CREDENTIALS_FULL_URI`
/// with `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` or `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
struct ContainerCredentials: CredentialSource {
    let name = "container"
    let environment: AWSEnvironment
    let transport: HTTPTransport
    let retrier: Retrier
    /// The timeout of an attempt.
    let timeout: Duration

    /// The hosts allowed without TLS: the endpoints of ECS and EKS Pod Identity, and this machine.
    private static let hosts: Set = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"]

    func credentials() async throws -> AWSCredentials? {
        guard let url = try Self.url(in: environment) else { return nil }
        var request = HTTPTransport.Request(method: .GET, url: url, headers: ["Accept": "application/json"])
        if let token = try authorizationToken() { request.headers.add(name: "Authorization", value: token) }
        return try await retrier.run("container credentials") { [request] remaining in
            let response: HTTPTransport.Response
            do {
                response = try await transport.send(request, timeout: min(timeout, remaining))
            } catch let error as DynamoDBError {
                throw Retrier.Failure(error: error, isRetryable: true)
            }
            guard response.status == 200 else {
                let error = DynamoDBError(.credentials, "\(url) answered HTTP \(response.status)", status: response.status)
                throw Retrier.Failure(error: error, isRetryable: response.status == 429 || response.status >= 500)
            }
            return try CredentialDocument.read(response.body).credentials()
        }
    }

    /// - Throws: ``DynamoDBError`` `configuration` if the token would be sent unencrypted to another host.
    static func url(in environment: AWSEnvironment) throws -> String? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] { return "http://169.254.170.2" + path }
        guard let text = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host() else {
            throw DynamoDBError(.configuration, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL")
        }
        guard scheme == "https" || (scheme == "http" && isAllowed(host.lowercased())) else {
            throw DynamoDBError(
                .configuration,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI names \(scheme)://\(host); without https only a loopback address or "
                    + hosts.sorted().joined(separator: ", ") + " is allowed"
            )
        }
        return text
    }

    private static func isAllowed(_ host: String) -> Bool {
        let host = host.filter { $0 != "[" && $0 != "]" }
        if hosts.contains(host) || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && !parts.contains(nil) && parts[0] == 127
    }

    private func authorizationToken() throws -> String? {
        let file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        // Read each time, since tokens are rotated.
        if let path = environment[file] { token = try environment.text(at: path, namedBy: file) }
        guard let token else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw DynamoDBError(.configuration, "the container authorization token holds a line break")
        }
        return token
    }
}
