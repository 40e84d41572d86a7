import FoundationEssentials
import Yams

/// A kubeconfig file, or several merged: the first file that defines an entry wins.
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
struct Kubeconfig {
    private var currentContext: String?
    private var contexts: [String: Lenient<Context>?]
    private var clusters: [String: Located<Lenient<Cluster>?>]
    private var users: [String: Located<Lenient<User>?>]

    /// An entry and the folder of its file, which resolves relative paths.
    struct Located<Value> {
        var value: Value
        var directory: String

        func absolute(_ path: String) -> String {
            path.hasPrefix("/") ? path : directory + "/" + path
        }
    }

    init(text: String, directory: String) throws {
        let file: File
        // An empty file has no YAML document; kubectl merges it like any other.
        do { file = try compose(yaml: text).map { try YAMLDecoder().decode(File.self, from: $0) } ?? File() } catch {
            throw KubernetesError(.configuration, "is not a kubeconfig: \(Self.sentence(for: error))")
        }
        currentContext = file.currentContext.nonEmpty
        // An entry without a name cannot be selected.
        contexts = Self.byName(file.contexts?.compactMap { $0.readable.map { ($0.name, $0.context) } })
        clusters = Self.byName(
            file.clusters?.compactMap { $0.readable.map { ($0.name, Located(value: $0.cluster, directory: directory)) } }
        )
        users = Self.byName(file.users?.compactMap { $0.readable.map { ($0.name, Located(value: $0.user, directory: directory)) } })
    }

    func merging(_ other: Kubeconfig) -> Kubeconfig {
        var merged = self
        merged.currentContext = currentContext ?? other.currentContext
        merged.contexts.merge(other.contexts) { first, _ in first }
        merged.clusters.merge(other.clusters) { first, _ in first }
        merged.users.merge(other.users) { first, _ in first }
        return merged
    }

    /// - Parameter name: nil for the current context.
    func configuration(context name: String?) throws -> KubernetesConfiguration {
        guard let name = name ?? currentContext else { throw Self.error("names no current-context; set K8S_CONTEXT") }
        guard let found = contexts[name] else {
            throw Self.error("has no context \"\(name)\"; it has: \(contexts.keys.sorted().joined(separator: ", "))")
        }
        let context = try Self.read(found, "context \"\(name)\"")
        guard let clusterName = context?.cluster.nonEmpty else { throw Self.error("context \"\(name)\" names no cluster") }
        guard let entry = clusters[clusterName] else {
            throw Self.error("has no cluster \"\(clusterName)\", which context \"\(name)\" names")
        }
        let cluster = Located(value: try Self.read(entry.value, "cluster \"\(clusterName)\"") ?? Cluster(), directory: entry.directory)
        var configuration = try cluster.configuration(named: clusterName)
        configuration.namespace = context?.namespace.nonEmpty
        if let userName = context?.user.nonEmpty {
            guard let entry = users[userName] else {
                throw Self.error("has no user \"\(userName)\", which context \"\(name)\" names")
            }
            let user = Located(value: try Self.read(entry.value, "user \"\(userName)\"") ?? User(), directory: entry.directory)
            try user.apply(to: &configuration, named: userName, cluster: cluster.value)
        }
        return configuration
    }

    private static func read<Value>(_ entry: Lenient<Value>?, _ place: String) throws -> Value? {
        do { return try entry?.value.get() } catch { throw Self.error("\(place): \(error.sentence)") }
    }

    static func error(_ message: String) -> KubernetesError { KubernetesError(.configuration, message) }

    private static func byName<Value>(_ entries: [(String, Value)]?) -> [String: Value] {
        Dictionary(entries ?? []) { first, _ in first }
    }

    /// Returns the defect without the surrounding text, which may contain a key.
    private static func sentence(for error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context):
            context.underlyingError.map(sentence) ?? "its YAML cannot be read"
        case let error as DecodingError:
            error.sentence
        case YamlError.scanner(_, _, let mark, _), YamlError.parser(_, _, let mark, _), YamlError.composer(_, _, let mark, _):
            "its YAML cannot be read at line \(mark.line), column \(mark.column)"
        default:
            "its YAML cannot be read"
        }
    }
}
