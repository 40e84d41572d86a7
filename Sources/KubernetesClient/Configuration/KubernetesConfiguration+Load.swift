import FoundationEssentials

extension KubernetesConfiguration {
    private static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Finds the configuration as kubectl does: `K8S_KUBECONFIG`, then `KUBECONFIG` (several files, separated by colons, are merged), then
    /// the service account of the Pod, then `~/.kube/config`. `K8S_CONTEXT` selects the context.
    /// - Throws: ``KubernetesError`` `configuration`, which names the file and the defect.
    public static func load(environment: [String: String]) throws -> KubernetesConfiguration {
        let context = environment["K8S_CONTEXT"].nonEmpty
        if let path = environment["K8S_KUBECONFIG"].nonEmpty { return try kubeconfig(paths: [path], context: context) }
        if let paths = environment["KUBECONFIG"].nonEmpty {
            return try kubeconfig(paths: paths.split(separator: ":").map(String.init), context: context)
        }
        if let host = environment["KUBERNETES_SERVICE_HOST"].nonEmpty {
            return try inCluster(host: host, port: environment["KUBERNETES_SERVICE_PORT"].nonEmpty ?? "443", folder: serviceAccountFolder)
        }
        if let home = environment["HOME"].nonEmpty, FileManager.default.fileExists(atPath: home + "/.kube/config") {
            return try kubeconfig(paths: [home + "/.kube/config"], context: context)
        }
        throw KubernetesError(.configuration, "no Kubernetes configuration: set KUBECONFIG or K8S_KUBECONFIG, or run inside a cluster")
    }

    /// Parses the text of one kubeconfig file.
    /// - Parameter directory: the folder that resolves relative paths.
    public static func kubeconfig(text: String, directory: String, context: String?) throws -> KubernetesConfiguration {
        try Kubeconfig(text: text, directory: directory).configuration(context: context)
    }

    private static func kubeconfig(paths: [String], context: String?) throws -> KubernetesConfiguration {
        var merged: Kubeconfig?
        for path in paths where paths.count == 1 || FileManager.default.fileExists(atPath: path) {
            let text: String
            do { text = try String(contentsOf: URL(filePath: path), encoding: .utf8) } catch {
                throw KubernetesError(.configuration, "kubeconfig \(path) cannot be read: \(error)")
            }
            let url = URL(filePath: path).absoluteURL
            do {
                let file = try Kubeconfig(text: text, directory: url.deletingLastPathComponent().path)
                merged = merged.map { $0.merging(file) } ?? file
            } catch let error as KubernetesError {
                throw KubernetesError(.configuration, "kubeconfig \(path): \(error.message)")
            }
        }
        guard let merged else {
            throw KubernetesError(.configuration, "none of the files of KUBECONFIG exists: \(paths.joined(separator: ", "))")
        }
        do { return try merged.configuration(context: context) } catch let error as KubernetesError {
            throw KubernetesError(.configuration, "kubeconfig \(paths.joined(separator: ":")): \(error.message)")
        }
    }

    static func inCluster(host: String, port: String, folder: String) throws -> KubernetesConfiguration {
        let isIPv6 = host.contains(":")
        let server = "https://\(isIPv6 ? "[\(host)]" : host):\(port)"
        let endpoint: Endpoint
        do { endpoint = try Endpoint(server: server, tlsServerName: nil) } catch is KubernetesError {
            throw KubernetesError(.configuration, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not form a URL: \(server)")
        }
        var configuration = KubernetesConfiguration(endpoint: endpoint)
        configuration.certificateAuthority = .file(folder + "/ca.crt")
        configuration.credentials = .tokenFile(folder + "/token")
        return configuration
    }
}

extension String? {
    /// The string; nil if it is empty, since an empty environment variable counts as unset.
    var nonEmpty: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
