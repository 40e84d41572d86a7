extension Kubeconfig {
    /// The structure of a kubeconfig file.
    struct File: Decodable {
        var currentContext: String?
        var contexts: [Lenient<NamedContext>]?
        var clusters: [Lenient<NamedCluster>]?
        var users: [Lenient<NamedUser>]?

        enum CodingKeys: String, CodingKey {
            case currentContext = "current-context"
            case contexts, clusters, users
        }
    }

    /// An entry that may be invalid as long as it is unused.
    struct Lenient<Value: Decodable>: Decodable {
        let value: Result<Value, DecodingError>

        init(from decoder: any Decoder) throws {
            do { value = .success(try Value(from: decoder)) } catch let error as DecodingError { value = .failure(error) }
        }

        /// The entry; nil if it is invalid.
        var readable: Value? {
            guard case .success(let value) = value else { return nil }
            return value
        }
    }

    struct NamedContext: Decodable {
        var name: String
        var context: Lenient<Context>?
    }

    struct NamedCluster: Decodable {
        var name: String
        var cluster: Lenient<Cluster>?
    }

    struct NamedUser: Decodable {
        var name: String
        var user: Lenient<User>?
    }

    struct NamedExtension: Decodable {
        var name: String
        var `extension`: JSONValue?
    }

    struct Context: Decodable {
        var cluster: String?
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
        var extensions: [Lenient<NamedExtension>]?

        /// The cluster's extension for exec plugins.
        var execConfig: JSONValue? {
            extensions?.compactMap(\.readable).first { $0.name == "client.authentication.k8s.io/exec" }?.extension
        }

        enum CodingKeys: String, CodingKey {
            case server, extensions
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
            var name: String?
            var value: String?
        }

        var apiVersion: String?
        var command: String?
        var args: [String]?
        var env: [Variable]?
        var installHint: String?
        var interactiveMode: String?
        var provideClusterInfo: Bool?
    }
}
