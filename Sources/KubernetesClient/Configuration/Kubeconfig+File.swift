extension Kubeconfig {
    /// The file as it is written.
    struct File: Decodable {
        var currentContext: String?
        var contexts: [NamedContext]?
        var clusters: [NamedCluster]?
        var users: [NamedUser]?

        enum CodingKeys: String, CodingKey {
            case currentContext = "current-context"
            case contexts, clusters, users
        }
    }

    struct NamedContext: Decodable {
        var name: String
        var context: Context
    }

    struct NamedCluster: Decodable {
        var name: String
        var cluster: Cluster
    }

    struct NamedUser: Decodable {
        var name: String
        var user: User
    }

    struct Context: Decodable {
        var cluster: String
        var user: String?
        var namespace: String?
    }

    struct Cluster: Decodable {
        var server: String?
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var skipsTLSVerification: Bool?
        var tlsServerName: String?
        var proxyURL: String?

        enum CodingKeys: String, CodingKey {
            case server
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case skipsTLSVerification = "insecure-skip-tls-verify"
            case tlsServerName = "tls-server-name"
            case proxyURL = "proxy-url"
        }
    }

    struct User: Decodable {
        struct AuthProvider: Decodable {}

        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: String?
        var token: String?
        var tokenFile: String?
        var username: String?
        var impersonatedUser: String?
        var exec: Exec?
        var authProvider: AuthProvider?

        enum CodingKeys: String, CodingKey {
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case token, tokenFile, username, exec
            case impersonatedUser = "as"
            case authProvider = "auth-provider"
        }
    }

    struct Exec: Decodable {
        struct Variable: Decodable {
            var name: String
            var value: String
        }

        var apiVersion: String
        var command: String
        var args: [String]?
        var env: [Variable]?
        var installHint: String?
        var interactiveMode: String?
        var provideClusterInfo: Bool?
    }
}
