import FoundationEssentials

extension Kubeconfig.Located<Kubeconfig.Cluster> {
    func configuration(named name: String) throws -> KubernetesConfiguration {
        guard let server = value.server.nonEmpty else { throw Kubeconfig.error("cluster \"\(name)\" has no server") }
        guard value.proxyURL.nonEmpty == nil else { throw Kubeconfig.error("cluster \"\(name)\": proxy-url is not supported") }
        let endpoint: Endpoint
        do { endpoint = try Endpoint(server: server, tlsServerName: value.tlsServerName.nonEmpty) } catch let error as KubernetesError {
            throw Kubeconfig.error("cluster \"\(name)\": \(error.message)")
        }
        var configuration = KubernetesConfiguration(endpoint: endpoint)
        configuration.skipsTLSVerification = value.skipsTLSVerification ?? false
        configuration.certificateAuthority = try pem(
            data: value.certificateAuthorityData,
            file: value.certificateAuthority,
            field: "cluster \"\(name)\": certificate-authority-data"
        )
        return configuration
    }
}

extension Kubeconfig.Located<Kubeconfig.User> {
    func apply(to configuration: inout KubernetesConfiguration, named name: String, cluster: Kubeconfig.Cluster) throws {
        let place = "user \"\(name)\""
        if let field = value.unsupported { throw Kubeconfig.error("\(place): \(field)") }
        configuration.clientCertificate = try pem(
            data: value.clientCertificateData,
            file: value.clientCertificate,
            field: "\(place): client-certificate-data"
        )
        configuration.clientKey = try pem(data: value.clientKeyData, file: value.clientKey, field: "\(place): client-key-data")
        guard (configuration.clientCertificate == nil) == (configuration.clientKey == nil) else {
            throw Kubeconfig.error("\(place): client-certificate and client-key belong together; one is missing")
        }
        // The token file has priority over the token, since it is rotated.
        if let file = value.tokenFile.nonEmpty {
            configuration.credentials = .tokenFile(absolute(file))
        } else if let token = value.token.nonEmpty {
            guard let token = BearerToken.trimmed(token) else { throw Kubeconfig.error("\(place): token \(BearerToken.problem)") }
            configuration.credentials = .token(token)
        } else if let exec = value.exec {
            let info = ExecPlugin.ClusterInfo(
                server: cluster.server ?? "",
                tlsServerName: cluster.tlsServerName.nonEmpty,
                skipsTLSVerification: cluster.skipsTLSVerification,
                certificateAuthority: configuration.certificateAuthority,
                config: cluster.execConfig
            )
            do { configuration.credentials = .exec(try ExecPlugin(exec, directory: directory, cluster: info)) } catch let error
                as KubernetesError
            {
                throw Kubeconfig.error("\(place): \(error.message)")
            }
        }
    }
}

extension Kubeconfig.Located {
    fileprivate func pem(data: String?, file: String?, field: String) throws -> PEMSource? {
        guard let data = data.nonEmpty else { return file.nonEmpty.map { .file(absolute($0)) } }
        // YAML may fold the text over several lines.
        guard let bytes = Data(base64Encoded: data.filter { !$0.isWhitespace }) else { throw Kubeconfig.error("\(field) is not base64") }
        return .bytes([UInt8](bytes), field: field)
    }
}

extension Kubeconfig.User {
    /// The name of an authentication method that this client lacks. Ignoring it would authenticate as another user.
    fileprivate var unsupported: String? {
        if authProvider != nil { return "auth-provider is not supported; use an exec plugin" }
        if username.nonEmpty != nil { return "username and password are not supported by Kubernetes any more" }
        if impersonatedUser.nonEmpty != nil { return "as (impersonation) is not supported" }
        return nil
    }
}
