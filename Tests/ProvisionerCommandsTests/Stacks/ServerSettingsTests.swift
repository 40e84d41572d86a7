import ArgumentParser
import Foundation
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct ServerSettingsTests {
    @Test(
        arguments: [
            (nil, "http://127.0.0.1:8081"), ("", "http://127.0.0.1:8081"), ("https://ctf.example.org", "https://ctf.example.org"),
            ("https://ctf.example.org/", "https://ctf.example.org"), ("http://[::1]:80/a/b//", "http://[::1]:80/a/b"),
            ("HTTPS://ctf.example.org:8443/api", "HTTPS://ctf.example.org:8443/api"),
        ] as [(String?, String)]
    )
    func `the address is that of PROVISIONER_URL, with its path`(text: String?, base: String) throws {
        let environment = text.map { ["PROVISIONER_URL": $0] } ?? [:]
        #expect(try ServerSettings(environment: environment, cacert: nil).base == base)
    }

    @Test(arguments: [
        "localhost:8081", "ctf.example.org", "ftp://ctf.example.org", "http://", "http:///x", "http://a b/", "http://x/?q=1", "http://x/#f",
        "http://x:0/", "http://x:99999999999999999999/", "\u{1B}[31m",
    ])
    func `another address is a mistake that names the variable`(text: String) throws {
        let failure = try #require(throws: ClientFailure.self) { try ServerSettings(environment: ["PROVISIONER_URL": text], cacert: nil) }
        #expect(failure.exitCode.rawValue == 2)
        #expect(failure.lines.count == 1 && failure.lines[0].hasPrefix("PROVISIONER_URL: is \""), "\(failure.lines)")
        #expect(failure.lines[0].contains("must be written as https://") && !failure.lines[0].contains("\u{1B}"))
    }

    @Test func `secrets in the environment are not shown, and every mistake is`() throws {
        let environment = ["PROVISIONER_URL": "http://user:hunter2@x", "PROVISIONER_API_KEY": "geheim\r\nX: y"]
        let failure = try #require(throws: ClientFailure.self) {
            try ServerSettings(environment: environment, cacert: "/nonexistent/ca.pem")
        }
        #expect(failure.lines.map { $0.prefix { $0 != ":" } } == ["PROVISIONER_URL", "PROVISIONER_API_KEY", "--cacert"])
        #expect(!failure.lines.joined().contains("hunter2") && !failure.lines.joined().contains("geheim"))
    }

    @Test func `a file without certificates is a mistake`() async throws {
        try await withFile("no certificate") { path in
            let failure = try #require(throws: ClientFailure.self) { try ServerSettings(environment: [:], cacert: path) }
            #expect(failure.lines.count == 1 && failure.lines[0].hasPrefix("--cacert: "), "\(failure.lines)")
        }
    }

    @Test func `a query is encoded`() {
        let request = ServerRequest(path: "/stacks/x/logs", query: [("container", "a&b=ü /\n"), ("tail", "5")])
        #expect(request.target == "/stacks/x/logs?container=a%26b%3D%C3%BC%20%2F%0A&tail=5")
    }
}
