import Foundation
import TestBasics
import Testing

@testable import ProvisionerCommands

/// The commands against a server that fails as the test says.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private static let stack = #"{"stack_id":"stack-0000000000000001","status":"creating","ready":false,"warnings":[]}"#
    private static let ready = #"{"stack_id":"stack-0000000000000001","status":"running","ready":true}"#
    private static let saturated = #"{"code":"too_many_creates","error":"the queue is full"}"#

    /// The value with sorted keys, as the real server writes it.
    private static func json(_ text: String) throws -> String { try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8)).json }

    private static func create(_ client: ClientRun, _ more: String...) async throws -> ClientRun.Outcome {
        try await withFile("kind: Pod") { try await client.run(["stacks", "create", $0, "--port", "80"] + more) }
    }

    private static func key(of request: String) -> String? {
        request.firstMatch(of: /(?i)\r\nidempotency-key: ([^\r]+)\r\n/).map { String($0.1) }
    }

    @Test func `a create whose response is lost is repeated with the same key`() async throws {
        let replies: [ScriptedServer.Reply] = [
            .bytes(""), .bytes("HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"), .json("200 OK", [], Self.stack),
        ]
        try await ScriptedServer.run(replies) { server in
            let client = ClientRun(url: server.url)
            let outcome = try await Self.create(client)
            #expect(outcome.code == 0, "\(outcome.err)")
            let requests = server.requests.value
            let keys = requests.compactMap(Self.key)
            #expect(requests.count == 3 && keys.count == 3 && Set(keys).count == 1 && keys[0].count == 36)
            #expect(Set(requests.map { $0.components(separatedBy: "\r\n\r\n")[1] }).count == 1, "the same body")
            #expect(client.waits.value == [.milliseconds(500), .seconds(1)])
            let note = "the connection was closed before the response was complete; trying again in 500ms\n"
            #expect(outcome.err.hasPrefix("\(server.url): \(note)"), "\(outcome.err)")
            // The next create is another one.
            _ = try await Self.create(ClientRun(url: server.url))
            #expect(Self.key(of: server.requests.value[3]) != keys[0])
        }
    }

    @Test func `Retry-After is obeyed three times, then the refusal stands`() async throws {
        let refusal = ScriptedServer.Reply.json("503 Service Unavailable", ["Retry-After: 5", "X-Request-Id: 4711"], Self.saturated)
        try await ScriptedServer.run([refusal, refusal, refusal, refusal]) { server in
            let client = ClientRun(url: server.url)
            let outcome = try await Self.create(client)
            #expect(outcome.code == 1 && client.waits.value == [.seconds(5), .seconds(5), .seconds(5)])
            #expect(outcome.err.hasPrefix("the queue is full; trying again in 5s (1 of 3)\n"), "\(outcome.err)")
            #expect(outcome.err.hasSuffix("error: the queue is full\n  503 too_many_creates, request id 4711\n"), "\(outcome.err)")
        }
    }

    @Test func `a wait goes on after a lost connection and behind a gateway that fails`() async throws {
        let creating = ScriptedServer.Reply.json("200 OK", [], Self.stack)
        let gateway = ScriptedServer.Reply.bytes("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")
        let replies: [ScriptedServer.Reply] = [
            creating, creating, .bytes(""), gateway, .json("200 OK", [], Self.ready), .json("200 OK", [], Self.ready),
        ]
        try await ScriptedServer.run(replies) { server in
            let outcome = try await Self.create(ClientRun(url: server.url), "--wait")
            #expect(outcome.code == 0 && outcome.out.contains("running, ready"), "\(outcome)")
            let lines = server.requests.value.map { $0.prefix { $0 != "\r\n" } }
            let waiting = "GET /stacks/stack-0000000000000001/status?wait=10s&for=ready HTTP/1.1"
            #expect(lines[1] == "GET /stacks/stack-0000000000000001/status HTTP/1.1")
            #expect(lines[2] == waiting && lines[3] == waiting && lines[4] == waiting)
            #expect(server.requests.value[0].lowercased().contains("\r\nprefer: respond-async\r\n"))
        }
    }

    @Test func `a server that answers a wait at once is not asked without a pause`() async throws {
        let creating = ScriptedServer.Reply.json("200 OK", [], Self.stack)
        try await ScriptedServer.run([creating, creating, creating, creating, .json("200 OK", [], Self.ready)]) { server in
            let client = ClientRun(url: server.url)
            let outcome = try await client("stacks", "status", "stack-0000000000000001", "--wait")
            #expect(outcome.code == 0)
            #expect(client.waits.value == [.seconds(1), .seconds(1), .seconds(1)])
        }
    }

    @Test func `--watch connects again, shows what has changed, and ends with 3 when the server stays away`() async throws {
        let first = try Self.json(Self.stack)
        let begin = "event: snapshot\ndata: {\"stacks\":[\(Self.stack)]}\n\nevent: stack\ndata: \(Self.ready)\n\n: half an eve"
        let second = "event: snapshot\ndata: {\"stacks\":[]}\n\n"
        try await ScriptedServer.run([.events(begin), .bytes(""), .events(second)]) { server in
            let client = ClientRun(url: server.url)
            let outcome = try await client("stacks", "list", "-w", "-o", "json")
            #expect(outcome.code == 3)
            #expect(
                outcome.out == "\(first)\n\(Self.ready)\n{\"stack_id\":\"stack-0000000000000001\"}\n",
                "\(outcome.out)"
            )
            #expect(outcome.err.contains("the server ended the stream of events; trying again in 500ms\n"), "\(outcome.err)")
            #expect(client.waits.value == [.milliseconds(500), .seconds(1)] + RetryPlan.delays)
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<html>\u{1B}[2J</", "the response is not one of a provisioner: \"<html>"),
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "the response is 404 and not one of a provisioner: it is empty"),
            (
                "HTTP/1.1 302 Found\r\nLocation: https://other/\r\nContent-Length: 0\r\n\r\n",
                "redirects to https://other/; PROVISIONER_URL must name"
            ),
            ("SSH-2.0-OpenSSH_9.2p1\r\n", ": "),
        ] as [(String, String)]
    )
    func `something else than a provisioner ends with 3`(reply: String, sentence: String) async throws {
        try await ScriptedServer.run([.bytes(reply)]) { server in
            let outcome = try await ClientRun(url: server.url)("stats")
            #expect(outcome.code == 3 && outcome.out.isEmpty)
            #expect(outcome.err.hasPrefix("error: ") && outcome.err.contains(sentence) && !outcome.err.contains("\u{1B}"), "\(outcome.err)")
            #expect(server.requests.value.count == 1)
        }
    }

    @Test func `a server that is not there ends with 3 at once`() async throws {
        let client = ClientRun(url: "http://127.0.0.1:1")
        let outcome = try await client("stacks", "list")
        #expect(outcome.code == 3 && outcome.err == "error: http://127.0.0.1:1: Connection refused\n", "\(outcome.err)")
        #expect(client.waits.value.isEmpty)
    }

    @Test func `a server that does not answer ends with 4`() async throws {
        try await ScriptedServer.run([.silence]) { server in
            let outcome = try await ClientRun(url: server.url)("stats", isTimed: true)
            #expect(outcome.code == 4 && outcome.err == "error: not done within 2m; --timeout sets the limit\n", "\(outcome.err)")
        }
    }

    @Test func `the path of PROVISIONER_URL is the prefix of every request`() async throws {
        try await ScriptedServer.run([.json("200 OK", [], #"{"events":[]}"#)]) { server in
            let outcome = try await ClientRun(url: server.url + "/ctf/").run(["stacks", "events", "stack-0000000000000001"])
            #expect(outcome.code == 0)
            #expect(server.requests.value[0].hasPrefix("GET /ctf/stacks/stack-0000000000000001/events HTTP/1.1\r\n"))
        }
    }

    @Test func `values of the server cannot act on a terminal`() async throws {
        let stack =
            #"{"stack_id":"x\u001b[31m","status":"run\u0007","node_public_ip":"\u009b2J","ports":[{"container_port":1,"node_port":2}]}"#
        let refusal = #"{"code":"a\u001b[0m","error":"b\u001b]0;c\u0007"}"#
        try await ScriptedServer.run([.json("200 OK", [], #"{"stacks":[\#(stack)]}"#), .json("400 Bad", ["X-Request-Id: \t1"], refusal)]) {
            server in
            var client = ClientRun(url: server.url)
            client.isOutputTerminal = true
            client.isErrorTerminal = true
            client.environment["NO_COLOR"] = "1"
            let list = try await client("stacks", "list")
            #expect(list.code == 0 && list.out.contains(#"x\u{1b}[31m"#) && list.out.contains(#"\u{9b}2J:2"#), "\(list.out)")
            let refused = try await client("stats")
            let all = (list.out + refused.err).unicodeScalars
            #expect(refused.code == 1 && all.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }, "\(refused.err)")
        }
    }
}
