/// A role assumed with the token of an identity provider, such as a Kubernetes service account on EKS: `AWS_ROLE_ARN`,
/// `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_SESSION_NAME`.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
struct WebIdentityCredentials: CredentialSource {
    let name = "web identity"
    let environment: AWSEnvironment
    let tokenService: SecurityTokenService

    func credentials() async throws -> AWSCredentials? {
        guard let path = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] else { return nil }
        guard let arn = environment["AWS_ROLE_ARN"] else {
            throw DynamoDBError(.credentials, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not")
        }
        let role = Role(arn: arn, sessionName: environment["AWS_ROLE_SESSION_NAME"])
        // Read each time, since tokens are rotated.
        let token = try environment.text(at: path, namedBy: "AWS_WEB_IDENTITY_TOKEN_FILE")
        return try await tokenService.assume(role, withWebIdentity: token)
    }
}
