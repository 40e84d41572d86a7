import NIOHTTP1

extension KubernetesClient {
    /// Asks the API server at which addresses clients reach it, each with its port. This needs no right beyond API discovery.
    /// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/
    public func serverAddresses() async throws -> [String] {
        let versions: APIVersions = try await decode(send(Request(method: .GET, path: "/api")))
        return (versions.serverAddressByClientCIDRs ?? []).map(\.serverAddress)
    }
}

/// The used fields of the response to `GET /api`.
private struct APIVersions: Decodable {
    struct ServerAddress: Decodable {
        var serverAddress: String
    }

    var serverAddressByClientCIDRs: [ServerAddress]?
}
