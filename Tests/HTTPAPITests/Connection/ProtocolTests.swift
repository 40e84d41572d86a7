import Foundation
import NIOCore
import TestBasics
import Testing

@testable import HTTPAPI

/// The rules of HTTP/1.1 that lie between connection and route.
@Suite struct ProtocolTests {
    @Test func `a body over the limit is 413 at once, and the connection is closed`() async throws {
        try await Wire.withServer { _, port in
            for framing in ["Content-Length: 524289", "Content-Length: 99999999999999999999", "Content-Length: 100000000000"] {
                // Nothing of the body is sent.
                let text = try await RawConnection.exchange(port, Wire.head("POST /stacks", framing))
                guard !framing.contains("99999999999999999999") else {
                    #expect(text.hasPrefix("HTTP/1.1 400 "), "more than any parser counts: \(text)")
                    continue
                }
                Wire.expectLast(text, 413, "body_too_large")
            }
            let size = 700_000
            let chunk = String(size, radix: 16) + "\r\n" + String(repeating: " ", count: size)
            Wire.expectLast(
                try await RawConnection.exchange(port, Wire.head("POST /stacks", "Transfer-Encoding: chunked") + chunk),
                413,
                "body_too_large"
            )
        }
    }

    @Test func `an answer of 401 does not wait for the body`() async throws {
        var options = APIBench.Options()
        options.apiKey = "s3cret"
        try await Wire.withServer(options) { _, port in
            let text = try await RawConnection.exchange(port, Wire.head("POST /stacks", "Content-Length: 100", "Expect: 100-continue"))
            Wire.expectLast(text, 401, "unauthorized")
        }
    }

    @Test func `100 Continue comes before the body, or the answer at once`() async throws {
        try await Wire.withServer { _, port in
            let body = createBody()
            let head = Wire.head("POST /stacks", "Content-Length: \(body.utf8.count)", "Expect: 100-continue", "Connection: close")
            let text = try await RawConnection.with(port) { inbound, outbound in
                try await outbound.write(ByteBuffer(string: head))
                var text = ""
                for try await part in inbound {
                    text += String(buffer: part)
                    if text == "HTTP/1.1 100 Continue\r\n\r\n" { try await outbound.write(ByteBuffer(string: body)) }
                }
                return text
            }
            #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n"), "\(text)")
            for (field, status, code) in [
                ("Expect: 200-ok", 417, "expectation_failed"), ("Content-Encoding: gzip", 415, "unsupported_media_type"),
                ("Idempotency-Key: \u{8}", 400, "invalid_request"),
            ] {
                let answer = try await RawConnection.exchange(
                    port,
                    Wire.head("POST /stacks", "Content-Length: 100", field.hasPrefix("Expect") ? "X: 1" : "Expect: 100-continue", field)
                )
                Wire.expectLast(answer, status, code)
            }
        }
    }

    @Test(arguments: [
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n"),
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: TE, CLOSE\r\n\r\n"), ("GET /healthz HTTP/1.0\r\n\r\n"),
        ("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
        ("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n"),
    ])
    func `the connection is closed after the answer to whoever wants no other`(text: String) async throws {
        try await Wire.withServer { _, port in
            let answer = try await RawConnection.exchange(port, text)
            let requests = text.components(separatedBy: "GET ").count - 1
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == requests + 1, "\(answer)")
            #expect(answer.lowercased().components(separatedBy: "\r\nconnection: close\r\n").count == 2, "\(answer)")
            #expect(answer.lowercased().components(separatedBy: "\r\nconnection: keep-alive\r\n").count == requests, "\(answer)")
            #expect(answer.hasSuffix(#"{"status":"ok"}"#))
        }
    }

    @Test(arguments: ["", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n"])
    func `there is one Host`(hosts: String) async throws {
        try await Wire.withServer { api, port in
            let count = hosts.split(separator: "\r\n").count
            let bad = "GET /stacks HTTP/1.1\r\n\(hosts)\r\n"
            let found = count == 0 ? "missing" : "there 2 times"
            let body = #"{"code":"invalid_request","error":"Host: must be there once, and is \#(found)"}"#
            Wire.expectLast(try await RawConnection.exchange(port, bad), 400, "invalid_request")
            // Behind a good request it is answered in its turn.
            let text = try await RawConnection.exchange(port, Wire.head("GET /stats") + bad)
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix(body), "\(text)")
            #expect(api.log.requests.count == 1)
        }
    }

    @Test func `a head of 16 KiB is read, a larger one is 431`() async throws {
        try await Wire.withServer { api, port in
            for (line, fields) in [
                ("GET /healthz?\(String(repeating: "x", count: 16_000))", []),
                ("GET /healthz", ["X: \(String(repeating: "x", count: 16_000))"]),
                ("GET /healthz", (0..<1000).map { "X-\($0): yyyy" }),
            ] as [(String, [String])] {
                let head = { (more: [String]) in
                    ([line + " HTTP/1.1", "Host: localhost", "Connection: close"] + fields + more).joined(separator: "\r\n") + "\r\n\r\n"
                }
                #expect(try await RawConnection.exchange(port, head([])).hasPrefix("HTTP/1.1 200 "))
                let text = try await RawConnection.exchange(port, head((0..<10).map { "Y-\($0): " + String(repeating: "z", count: 1000) }))
                Wire.expectLast(text, 431, "header_too_large")
                #expect(text.hasSuffix(#""error":"the request line and the headers are larger than 16384 bytes"}"#), "\(text)")
            }
            let endless = "GET /healthz HTTP/1.1\r\nX: \(String(repeating: "x", count: 200_000))"
            Wire.expectLast(try await RawConnection.exchange(port, endless), 431, "header_too_large")
            #expect(try await api.get("/healthz").status == 200)
        }
    }
}
