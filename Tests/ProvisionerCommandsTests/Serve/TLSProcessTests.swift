import Foundation
import Subprocess
import TestBasics
import Testing

/// HTTPS of the program itself, seen by openssl and curl.
@Suite struct TLSProcessTests {
    static func tool(_ name: String, _ arguments: [String]) async throws -> (isDone: Bool, out: String) {
        let outcome = try await Subprocess.run(
            .name(name),
            arguments: Arguments(arguments),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return (outcome.terminationStatus == .exited(0), outcome.standardOutput)
    }

    /// Makes a certificate for 127.0.0.1 that signs itself.
    static func certify(_ folder: String, name: String) async throws {
        let (isDone, _) = try await tool(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", folder + "/new.key", "-out", folder + "/\(name).crt",
            ]
        )
        try #require(isDone)
        // The pair changes in two steps, as an operator would copy it.
        for (from, to) in [("\(name).crt", "tls.crt"), ("new.key", "tls.key")] {
            try Data(contentsOf: URL(filePath: folder + "/" + from)).write(to: URL(filePath: folder + "/" + to), options: .atomic)
        }
    }

    /// Asks by curl, which must trust the certificate.
    private static func curl(_ folder: String, _ name: String, _ port: Int, _ more: [String] = []) async throws -> (
        isDone: Bool, out: String
    ) {
        try await tool(
            "curl",
            ["-sS", "--max-time", "10", "--cacert", folder + "/\(name).crt"] + more + ["https://127.0.0.1:\(port)/healthz"]
        )
    }

    @Test func `HTTPS is answered, a new certificate counts for new connections, and plain HTTP is not answered`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.certify(folder, name: "first")
            let variables = ["HTTP_ADDR": "127.0.0.1:0", "TLS_CERT_FILE": folder + "/tls.crt", "TLS_KEY_FILE": folder + "/tls.key"]
            try await ServeProcessTests.withService(variables) { port in
                #expect(try await Self.curl(folder, "first", port).out == #"{"status":"ok"}"#)
                #expect(try await Self.curl(folder, "first", port, ["--tls-max", "1.1"]).isDone == false, "too old a protocol")
                let (isPlainAnswered, _) = try await Self.tool("curl", ["-sS", "--max-time", "10", "http://127.0.0.1:\(port)/healthz"])
                #expect(!isPlainAnswered)
                try await Self.certify(folder, name: "second")
                let deadline = ContinuousClock.now + .seconds(60)
                // The service looks at its files every two seconds; curl is the only way to see which certificate it shows.
                while try await !Self.curl(folder, "second", port).isDone, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(200))
                }
                #expect(try await Self.curl(folder, "second", port).out == #"{"status":"ok"}"#)
                #expect(try await Self.curl(folder, "first", port).isDone == false)
                let (_, shown) = try await Self.tool("openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-alpn", "http/1.1"])
                #expect(shown.contains("CN = second") && shown.contains("ALPN protocol: http/1.1"), "\(shown)")
            }
        }
    }

    @Test func `a key that is not the certificate's ends the start with 2 and the reason`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.certify(folder, name: "first")
            let key = try Data(contentsOf: URL(filePath: folder + "/tls.key"))
            try await Self.certify(folder, name: "second")
            try key.write(to: URL(filePath: folder + "/tls.key"))
            let files = ["TLS_CERT_FILE": folder + "/tls.crt", "TLS_KEY_FILE": folder + "/tls.key"]
            let outcome = try await Program.run(["serve"], files)
            #expect(outcome.status == .exited(2))
            #expect(outcome.err.contains("error: TLS_CERT_FILE: the key does not belong to the certificate"), "\(outcome.err)")
        }
    }
}
