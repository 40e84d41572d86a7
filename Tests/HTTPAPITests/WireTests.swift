import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import TestBasics
import TestSupport
import Testing

/// What only a real connection shows.
@Suite struct WireTests {
    @Test func `an answer to HEAD has no body, so that the next answer is not taken for it`() async throws {
        try await Wire.withServer { _, port in
            let text = try await RawConnection.exchange(
                port,
                Wire.head("HEAD /stats") + Wire.head("HEAD /nowhere") + Wire.head("GET /healthz", "Connection: close")
            )
            let heads = text.components(separatedBy: "\r\n\r\n")
            #expect(heads.count == 4)
            #expect(heads.first?.hasPrefix("HTTP/1.1 200 ") == true)
            #expect(heads.dropFirst().first?.hasPrefix("HTTP/1.1 404 ") == true)
            #expect(heads.dropFirst(2).first?.hasPrefix("HTTP/1.1 200 ") == true)
            #expect(heads.last == #"{"status":"ok"}"#)
        }
    }

    @Test func `a short answer is written at once: its head and its body arrive together`() async throws {
        try await Wire.withServer { api, port in
            let created = try await api.create(user: 1)
            let request = Wire.head("GET /stacks/\(try #require(created.body["stack_id"]?.string))/status")
            // Parts that are written one after the other arrive together now and then.
            let answers = try await RawConnection.with(port) { inbound, outbound in
                var (answers, parts) = ([String](), inbound.makeAsyncIterator())
                for _ in 0..<100 {
                    try await outbound.write(ByteBuffer(string: request))
                    guard let answer = try await parts.next().map({ String(buffer: $0) }) else { break }
                    answers.append(answer)
                }
                return answers
            }
            #expect(answers.count == 100)
            let incomplete = answers.filter { !$0.hasPrefix("HTTP/1.1 200 ") || !$0.hasSuffix("}") }
            #expect(incomplete.isEmpty, "\(incomplete.count): \(incomplete.first ?? "")")
        }
    }

    @Test func `a chunked body is read like any other`() async throws {
        try await Wire.withServer { _, port in
            let body = createBody()
            var text = Wire.head("POST /stacks", "Transfer-Encoding: chunked", "Connection: close")
            for chunk in [body.prefix(1), body.dropFirst().prefix(17), body.dropFirst(18)] {
                text += String(chunk.utf8.count, radix: 16) + "\r\n" + chunk + "\r\n"
            }
            let answer = try await RawConnection.exchange(port, text + "0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(answer)")
        }
    }

    @Test func `bodies where none is expected are passed over`() async throws {
        try await Wire.withServer { _, port in
            let text = try await RawConnection.exchange(
                port,
                Wire.head("GET /stacks", "Content-Length: 3") + "{}}" + Wire.head("GET /healthz", "Connection: close")
            )
            #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix(#"{"status":"ok"}"#), "\(text)")
        }
    }

    @Test func `a client that vanishes amid its body is no error of the service`() async throws {
        try await Wire.withServer { api, port in
            try await RawConnection.sendAndVanish(port, Wire.head("POST /stacks", "Content-Length: 500") + #"{"user_id":1"#)
            try await api.log.lines.wait { $0.contains { $0.message == "request" } }
            #expect(api.log.requests.first?.metadata["status"] == "400")
            #expect(!api.log.lines.value.contains { $0.level >= .warning }, "\(api.log.text)")
            #expect(api.service.store.script.value.begun.isEmpty)
            #expect(try await api.get("/healthz").status == 200)
        }
    }

    @Test func `a body whose chunks are malformed is 400`() async throws {
        try await Wire.withServer { api, port in
            let answer = try await RawConnection.exchange(port, Wire.head("POST /stacks", "Transfer-Encoding: chunked") + "zz\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains(#""code":"invalid_request""#), "\(answer)")
            #expect(!api.log.lines.value.contains { $0.level >= .warning }, "\(api.log.text)")
        }
    }

    @Test(arguments: [
        "FOO /stacks HTTP/1.1\r\nHost: x\r\n\r\n", "nonsense\r\n\r\n",
        "GET /stacks HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET /stacks HTTP/1.1\r\nBad Header: 1\r\n\r\n",
        "POST /stacks HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func `what is not HTTP is refused, and the service lives on`(text: String) async throws {
        try await Wire.withServer { api, port in
            let answer = try await RawConnection.exchange(port, text)
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.lowercased().contains("content-type: application/json; charset=utf-8\r\n"), "\(answer)")
            #expect(answer.hasSuffix("\r\n\r\n" + #"{"code":"invalid_request","error":"the request is not HTTP/1.1"}"#), "\(answer)")
            #expect(try await api.get("/healthz").status == 200)
        }
    }

    @Test func `a hundred requests on one connection are answered in order`() async throws {
        try await Wire.withServer { api, port in
            let requests = (1...100).map { Wire.head("GET /users/\($0)/stacks") }.joined() + Wire.head("GET /healthz", "Connection: close")
            let text = try await RawConnection.exchange(port, requests)
            let users = text.matches(of: /"user_id":(\d+)/).compactMap { Int($0.1) }
            #expect(users == Array(1...100))
            #expect(api.log.requests.count == 101)
        }
    }
}
