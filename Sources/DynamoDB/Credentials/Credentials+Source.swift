import Logging

extension DynamoDB.Configuration.Credentials {
    /// The sources in the SDKs' order.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    func source(region: String, transport: HTTPTransport, logger: Logger) -> any CredentialSource {
        switch self {
        case .fixed(let credentials):
            StaticCredentials(value: credentials)
        case .chain:
            CredentialChain(sources: [])
        }
    }
}
