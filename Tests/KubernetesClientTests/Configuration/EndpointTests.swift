import Testing

@testable import KubernetesClient

@Suite struct EndpointTests {
    @Test(arguments: [
        ("https://a", "https://a"),
        ("https://a/", "https://a"),
        ("https://a:6443//", "https://a:6443"),
        ("https://a/k8s/clusters/c-1/", "https://a/k8s/clusters/c-1"),
        ("http://[fd00::1]:8080", "http://[fd00::1]:8080"),
        ("HTTPS://a", "HTTPS://a"),
    ])
    func `a URL loses its trailing slashes`(server: String, url: String) throws {
        let endpoint = try Endpoint(server: server, tlsServerName: nil)
        #expect(endpoint.url == url)
        #expect(endpoint.hostHeader == nil)
        #expect(endpoint.dnsOverride.isEmpty)
    }

    @Test(arguments: [
        ("https://10.0.0.1:6443", "https://kube.internal:6443", "10.0.0.1:6443", "10.0.0.1"),
        ("https://lb.example/path", "https://kube.internal/path", "lb.example", "lb.example"),
        ("https://[fd00::1]:6443", "https://kube.internal:6443", "[fd00::1]:6443", "fd00::1"),
    ])
    func `tls-server-name names the certificate, and the connection goes where the server is`(
        server: String,
        url: String,
        host: String,
        address: String
    ) throws {
        let endpoint = try Endpoint(server: server, tlsServerName: "kube.internal")
        #expect(endpoint.url == url)
        #expect(endpoint.hostHeader == host)
        #expect(endpoint.dnsOverride == ["kube.internal": address])
        #expect(endpoint.host == address)
        #expect(try Endpoint(server: server, tlsServerName: nil).host == address)
    }

    @Test(arguments: [
        ("10.1.2.3", ["10.1.2.3"]), ("fd00::1", ["fd00::1"]), ("", []),
    ])
    func `an address is its own result, and what is no name has none`(host: String, addresses: [String]) async {
        #expect(await HostAddresses.resolve(host) == addresses)
    }

    @Test func `a name is resolved as the system does`() async {
        let addresses = await HostAddresses.resolve("localhost")
        #expect(!addresses.isEmpty && Set(addresses).isSubset(of: ["127.0.0.1", "::1"]))
    }

    @Test(arguments: ["", "a", "a:6443", "//a", "https://", "ftp://a", "unix:///run/x", "https://a?b=c", "https://a#b", "https:// a"])
    func `what is no URL of a server is refused`(server: String) {
        #expect(throws: KubernetesError(.configuration, "server must be an http:// or https:// URL without a query")) {
            try Endpoint(server: server, tlsServerName: nil)
        }
    }

    @Test(arguments: ["127.0.0.1", "::1", "a..b", ".a", "a b", "a_b", "ä"])
    func `a tls-server-name that is no DNS name is refused`(name: String) {
        #expect(throws: KubernetesError(.configuration, "tls-server-name \"\(name)\" is not a DNS name")) {
            try Endpoint(server: "https://a", tlsServerName: name)
        }
    }
}
