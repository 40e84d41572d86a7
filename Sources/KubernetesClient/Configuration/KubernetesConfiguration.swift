/// Where the API server is, and how to be admitted to it.
public struct KubernetesConfiguration: Sendable {
    let endpoint: Endpoint
    /// The namespace that the context names.
    public var namespace: String?
    var certificateAuthority: PEMSource?
    var clientCertificate: PEMSource?
    var clientKey: PEMSource?
    var skipsTLSVerification = false
    var credentials: Credentials = .none

    init(endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    /// Scheme, host, port and path, without a trailing slash.
    public var server: String { endpoint.url }

    /// What a request says about who sends it, besides a client certificate.
    enum Credentials: Sendable, Equatable {
        case none
        case token(String)
        /// Read again now and then: service account tokens are rotated.
        case tokenFile(String)
        case exec(ExecPlugin)
    }
}
