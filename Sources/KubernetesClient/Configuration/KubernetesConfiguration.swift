/// The address of the API server and the credentials for it.
public struct KubernetesConfiguration: Sendable {
    let endpoint: Endpoint
    /// The namespace of the context.
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

    /// The credentials of requests, other than a client certificate.
    enum Credentials: Sendable, Equatable {
        case none
        case token(String)
        /// The path of a token file, read again periodically, since service account tokens are rotated.
        case tokenFile(String)
        case exec(ExecPlugin)
    }
}
