import Testing

@testable import ProvisionerCommands

@Suite struct AddressTests {
    @Test(arguments: [
        (":8081", "0.0.0.0", 8081), (":0", "0.0.0.0", 0), ("0.0.0.0:80", "0.0.0.0", 80), ("127.0.0.1:65535", "127.0.0.1", 65535),
        ("localhost:8081", "localhost", 8081), ("Pod-1.example.com:1", "Pod-1.example.com", 1), ("[::1]:8081", "::1", 8081),
        ("[::]:0", "::", 0), ("[fe80::1:2]:443", "fe80::1:2", 443), ("[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1", 80),
    ])
    func `an address is a host, perhaps none, and a port`(text: String, host: String, port: Int) {
        #expect(ServeConfiguration.Address(text) == ServeConfiguration.Address(host: host, port: port))
    }

    @Test(arguments: [
        "", ":", "8081", "localhost", "localhost:", ":-1", ":+80", ":65536", ":99999999999999999999", ":8o81", ": 80", "::1:80", "[::1]",
        "[::1]80",
        "[]:80", "[localhost]:80", "[127.0.0.1]:80", "[::g]:80", "::1]:80", "[::1:80", "http://localhost:80", "a b:80", "a/b:80", "-a:80",
        "user@host:80", ":٨٠",
    ])
    func `anything else is none`(text: String) {
        #expect(ServeConfiguration.Address(text) == nil)
    }
}
