import Testing

@testable import ProvisionerCommands

@Suite struct AddressTests {
    @Test(
        arguments: [
            (":8081", nil, 8081), (":0", nil, 0), ("0.0.0.0:80", "0.0.0.0", 80), ("127.0.0.1:65535", "127.0.0.1", 65535),
            ("localhost:8081", "localhost", 8081), ("Pod-1.example.com:1", "Pod-1.example.com", 1), ("[::1]:8081", "::1", 8081),
            ("[::]:0", "::", 0), ("[fe80::1:2]:443", "fe80::1:2", 443), ("[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1", 80),
        ] as [(String, String?, Int)]
    )
    func `an address is a host, perhaps none, and a port`(text: String, host: String?, port: Int) {
        #expect(ServeConfiguration.Address(text) == ServeConfiguration.Address(host: host, port: port))
    }

    @Test func `without a host both families are listened to`() throws {
        let address = try #require(ServeConfiguration.Address(":8081"))
        // Where there is IPv6 at all.
        #expect(["::", "0.0.0.0"].contains(address.bindHost))
        #expect(["[::]:80", "0.0.0.0:80"].contains(address.description(port: 80)))
        #expect(ServeConfiguration.Address("localhost:1")?.description(port: 2) == "localhost:2")
        #expect(ServeConfiguration.Address("0.0.0.0:1")?.bindHost == "0.0.0.0")
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
