import Foundation
import Logging
import NIOCore
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// Clients that take what they can: time, memory, connections.
@Suite struct GreedyClientTests {
    @Test(arguments: [
        ("POST /stacks HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", "body"), ("GET /stacks HTTP/1.1\r\nHost", "head"),
        ("G", "head"),
        ("POST /stacks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5", "body"),
    ])
    func `a request that does not come to its end is 408`(text: String, part: String) async throws {
        var options = APIBench.Options()
        options.limits.head = .milliseconds(50)
        options.limits.body = .milliseconds(50)
        try await Wire.withServer(options) { api, port in
            let answer = try await RawConnection.exchange(port, text)
            Wire.expectLast(answer, 408, "request_timeout")
            #expect(answer.hasSuffix(#"{"code":"request_timeout","error":"the \#(part) of the request did not come within 0 seconds"}"#))
            #expect(!api.log.lines.value.contains { $0.level >= .warning }, "\(api.log.text)")
            #expect(try await api.get("/healthz").status == 200)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a client that does not read its answers is cut`() async throws {
        var options = APIBench.Options()
        options.limits.write = .milliseconds(300)
        try await Wire.withServer(options) { api, port in
            for number in 1...200 {
                let record = StackRecord.sample(number, user: Int64(number), createdAt: api.service.time.now)
                try await api.service.store.reserve(record, within: ReservationLimits(stacksPerUser: 5, budget: nil))
            }
            let client = try await RawClient.connect(port, reads: false)
            // No buffer between the two has room for as many answers.
            try await client.send(String(repeating: Wire.head("GET /stacks"), count: 100))
            while await client.sendAll("\r\n") {}
            #expect(try await api.get("/healthz").status == 200)
        }
    }

    /// A connection with a request under way. The test framework's own connection may come at the same moment and take the place of one
    /// that is idle still.
    private func busyClient(_ port: Int) async throws -> RawClient {
        while true {
            do {
                let client = try await RawClient.connect(port)
                let head = Wire.head("POST /stacks", "Content-Length: \(createBody().utf8.count)", "Expect: 100-continue")
                try await client.send(head)
                try await client.received.wait { $0.isClosed || $0.text.hasPrefix("HTTP/1.1 100 Continue") }
                if !client.received.value.isClosed { return client }
            } catch ChannelError.ioOnClosedChannel {
                continue
            }
        }
    }

    @Test func `beyond the limit the longest idle connection makes room, one with a request does not`() async throws {
        var options = APIBench.Options()
        options.maximumConnections = 3
        options.limits.body = .minutes(10)
        try await Wire.withServer(options) { _, port in
            let busy = try await busyClient(port)
            var idle: [RawClient] = []
            for index in 0..<10 {
                let client = try await RawClient.connect(port)
                try await client.send(Wire.head("GET /healthz"))
                try await client.received.wait { $0.text.hasSuffix(#"{"status":"ok"}"#) }
                // The first of the two before it has gone for it.
                if index >= 2 { try await idle[index - 2].received.wait { $0.isClosed } }
                idle.append(client)
            }
            #expect(idle.map(\.received.value.isClosed) == Array(repeating: true, count: 8) + [false, false])
            try await busy.send(createBody())
            try await busy.received.wait { $0.text.contains("HTTP/1.1 201 Created") }
            for client in idle + [busy] { client.close() }
        }
    }

    @Test func `when every connection has a request a new one is closed at once`() async throws {
        var options = APIBench.Options()
        options.maximumConnections = 1
        options.limits.body = .minutes(10)
        try await Wire.withServer(options) { _, port in
            let busy = try await busyClient(port)
            do {
                let refused = try await RawClient.connect(port)
                try await refused.received.wait { $0.isClosed }
                #expect(refused.received.value.text.isEmpty)
            } catch ChannelError.ioOnClosedChannel {
                // The server closed it before the client had learnt of its connection.
            }
            try await busy.send(createBody())
            try await busy.received.wait { $0.text.contains("HTTP/1.1 201 Created") }
            busy.close()
        }
    }

    @Test func `a server that is cancelled amid new connections ends, and not the process`() async throws {
        struct Enough: Error {}
        for _ in 0..<10 {
            await #expect(throws: Enough.self) {
                try await Wire.withServer { _, port in
                    try await withThrowingTaskGroup { group in
                        for _ in 0..<50 { group.addTask { try await RawClient.connect(port).close() } }
                        try await group.next()
                        throw Enough()
                    }
                }
            }
        }
    }
}
