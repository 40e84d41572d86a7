import FoundationEssentials
import Yams

/// A kubeconfig file, or several merged: the first that names something wins.
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
struct Kubeconfig {
    private var currentContext: String?
    private var contexts: [String: Context]
    private var clusters: [String: Located<Cluster>]
    private var users: [String: Located<User>]

    /// An entry and the folder of its file, to which its relative paths belong.
    private struct Located<Value> {
        var value: Value
        var directory: String
    }

    init(text: String, directory: String) throws {
        let file: File
        do { file = try YAMLDecoder().decode(File.self, from: text) } catch {
            throw KubernetesError(.configuration, "is not a kubeconfig: \(Self.sentence(for: error))")
        }
        currentContext = file.currentContext.nonEmpty
        contexts = Self.byName(file.contexts?.map { ($0.name, $0.context) })
        clusters = Self.byName(file.clusters?.map { ($0.name, Located(value: $0.cluster, directory: directory)) })
        users = Self.byName(file.users?.map { ($0.name, Located(value: $0.user, directory: directory)) })
    }

    func merging(_ other: Kubeconfig) -> Kubeconfig {
        var merged = self
        merged.currentContext = currentContext ?? other.currentContext
        merged.contexts.merge(other.contexts) { first, _ in first }
        merged.clusters.merge(other.clusters) { first, _ in first }
        merged.users.merge(other.users) { first, _ in first }
        return merged
    }

    func configuration(context name: String?) throws -> KubernetesConfiguration {
        guard let name = name ?? currentContext else { throw Self.error("names no current-context; set K8S_CONTEXT") }
        guard let context = contexts[name] else {
            throw Self.error("has no context \"\(name)\"; it has: \(contexts.keys.sorted().joined(separator: ", "))")
        }
        guard let cluster = clusters[context.cluster] else { throw Self.error("has no cluster \"\(context.cluster)\", which context \"\(name)\" names") }
        guard let server = cluster.value.server.nonEmpty else { throw Self.error("cluster \"\(context.cluster)\" has no server") }
        guard cluster.value.proxyURL.nonEmpty == nil else { throw Self.error("cluster \"\(context.cluster)\": proxy-url is not supported") }
        var configuration = KubernetesConfiguration(server: server)
        configuration.namespace = context.namespace.nonEmpty
        configuration.skipsTLSVerification = cluster.value.skipsTLSVerification ?? false
        configuration.tlsServerName = cluster.value.tlsServerName.nonEmpty
        configuration.certificateAuthority = try Self.pem(
            data: cluster.value.certificateAuthorityData,
            file: cluster.value.certificateAuthority,
            in: cluster.directory,
            field: "certificate-authority-data"
        )
        if let userName = context.user.nonEmpty {
            guard let user = users[userName] else { throw Self.error("has no user \"\(userName)\", which context \"\(name)\" names") }
            try Self.apply(user.value, named: userName, in: user.directory, to: &configuration)
        }
        return configuration
    }

    private static func apply(_ user: User, named name: String, in directory: String, to configuration: inout KubernetesConfiguration) throws {
        guard user.authProvider == nil else { throw error("user \"\(name)\": auth-provider is not supported; use an exec plugin") }
        guard user.username.nonEmpty == nil else { throw error("user \"\(name)\": username and password are not supported by Kubernetes any more") }
        configuration.clientCertificate = try pem(
            data: user.clientCertificateData, file: user.clientCertificate, in: directory, field: "client-certificate-data")
        configuration.clientKey = try pem(data: user.clientKeyData, file: user.clientKey, in: directory, field: "client-key-data")
        guard (configuration.clientCertificate == nil) == (configuration.clientKey == nil) else {
            throw error("user \"\(name)\": client-certificate and client-key belong together; one is missing")
        }
        if let token = user.token.nonEmpty {
            configuration.credentials = .token(token)
        } else if let file = user.tokenFile.nonEmpty {
            configuration.credentials = .tokenFile(absolute(file, in: directory))
        } else if let exec = user.exec {
            configuration.credentials = .exec(try ExecPlugin(exec, directory: directory))
        }
    }

    private static func pem(data: String?, file: String?, in directory: String, field: String) throws -> KubernetesConfiguration.PEMSource? {
        if let data = data.nonEmpty {
            guard let bytes = Data(base64Encoded: data) else { throw error("\(field) is not base64") }
            return .bytes([UInt8](bytes))
        }
        return file.nonEmpty.map { .file(absolute($0, in: directory)) }
    }

    private static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") ? path : directory + "/" + path
    }

    private static func byName<Value>(_ entries: [(String, Value)]?) -> [String: Value] {
        Dictionary(entries ?? []) { first, _ in first }
    }

    private static func error(_ message: String) -> KubernetesError { KubernetesError(.configuration, message) }

    /// Never the text around the mistake: it may hold a key.
    private static func sentence(for error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\((context.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type"
        default:
            "its YAML cannot be read"
        }
    }
}
