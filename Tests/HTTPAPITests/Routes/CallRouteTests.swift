import FoundationEssentials
import HTTPTypes
import NIOCore
import Stacks
import TestBasics
import TestSupport
import Testing

/// The routes below one stack.
@Suite struct CallRouteTests {
    private static func renew(_ api: APIBench, _ id: String, _ body: String? = nil) async throws -> Answer {
        try await api.send(.post, "/stacks/\(id)/renew", body: body.map { ByteBuffer(string: $0) })
    }

    @Test(arguments: [nil, "{}", #"{"ttl":null}"#, #"{"ttl":"2h"}"#, #"{"ttl":"1h60m","other":1}"#])
    func `a renewal answers with the stack and its new end`(body: String?) async throws {
        try await withAPI { api async throws in
            let created = try await api.create()
            let id = try #require(created.body["stack_id"]?.string)
            api.service.time.advance(by: .seconds(3600))
            let answer = try await Self.renew(api, id, body)
            #expect(answer.status == 200)
            #expect(answer.body["ttl_expires_at"] == "2025-06-15T18:06:40.123Z")
            #expect(answer.body == (try await api.get("/stacks/\(id)").body))
        }
    }

    @Test(arguments: [
        ("[]", "the body is not a JSON object"), ("1h", "the body is not a JSON object"), ("{", "the body is not a JSON object"),
        (#"{"ttl":"1h","ttl":"2h"}"#, "ttl: occurs twice in the body"),
        (#"{"ttl":3600}"#, "ttl: is the number 3600; must be a duration of at least 1s, written as 30s, 2h or 1h30m"),
        (#"{"ttl":"0s"}"#, #"ttl: is "0s"; must be"#), (#"{"ttl":"-1h"}"#, #"ttl: is "-1h"; must be"#),
        (#"{"ttl":"1d"}"#, #"ttl: is "1d"; must be"#),
        (#"{"ttl":""}"#, #"ttl: is ""; must be"#), (#"{"ttl":"99999999999999h"}"#, "ttl: is"), (#"{"ttl":true}"#, "ttl: is true"),
    ])
    func `a wrong body of a renewal is 400`(body: String, sentence: String) async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let answer = try await Self.renew(api, id, body)
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error.hasPrefix(sentence), "\(answer.error)")
        }
    }

    @Test func `a renewal that comes too early, too late or for nothing says so`() async throws {
        var options = APIBench.Options()
        options.service.settings.renewWindow = .seconds(60)
        try await withAPI(options) { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let early = try await Self.renew(api, id)
            #expect(early.status == 409 && early.code == "renewal_too_early")
            #expect(early.header("Retry-After") == "7140")
            api.service.time.advance(by: .seconds(7140))
            #expect(try await Self.renew(api, id, #"{"ttl":"100h"}"#).body["ttl_expires_at"] == "2025-06-15T21:06:40.123Z")
            let exhausted = try await Self.renew(api, id)
            #expect(exhausted.status == 409 && exhausted.code == "lifetime_exhausted")
            #expect(exhausted.header("Retry-After") == nil)
            api.service.time.advance(by: .seconds(7 * 3600))
            for id in [id, "stack-0123456789abcdef", "x"] {
                let gone = try await Self.renew(api, id)
                #expect(gone.status == 404 && gone.code == "stack_not_found")
            }
        }
    }

    @Test func `a delete that prefers no waiting is 202 at once`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let prefer = try #require(HTTPField.Name("Prefer"))
            let answer = try await api.send(.delete, "/stacks/\(id)", headers: [prefer: "respond-async"])
            #expect(answer.status == 202)
            #expect(answer.text == #"{"deleted":false,"stack_id":"\#(id)"}"#)
            #expect(answer.header("Preference-Applied") == "respond-async")
            #expect(try await api.get("/stacks/\(id)").status == 404)
            try await api.service.store.script.wait { $0.ended[.remove] == 1 }
            let gone = try await api.send(.delete, "/stacks/\(id)", headers: [prefer: "respond-async"])
            #expect(gone.status == 404 && gone.code == "stack_not_found")
        }
    }

    @Test func `events have all their keys, and null where there is no value`() async throws {
        try await withAPI { api async throws in
            let name = try #require(try await api.create().body["stack_id"]?.string)
            let id = try #require(StackID(name))
            #expect(try await api.get("/stacks/\(name)/events").text == #"{"events":[]}"#)
            api.service.cluster.state.update { state in
                state.events[id] = [
                    StackEvent(
                        time: Date(microseconds: 1_750_000_000_000_000),
                        type: "Warning",
                        reason: "Failed",
                        message: "Error: ImagePullBackOff",
                        count: 3,
                        object: "Pod/\(name)"
                    ),
                    StackEvent(time: nil, type: nil, reason: nil, message: nil, count: 1, object: nil),
                ]
            }
            let answer = try await api.get("/stacks/\(name)/events")
            #expect(answer.status == 200)
            let known: JSON = [
                "time": "2025-06-15T15:06:40.000Z", "type": "Warning", "reason": "Failed", "message": "Error: ImagePullBackOff",
                "count": 3, "object": .string("Pod/\(name)"),
            ]
            let unknown: JSON = ["time": nil, "type": nil, "reason": nil, "message": nil, "count": 1, "object": nil]
            #expect(answer.body == ["events": [unknown, known]])
        }
    }

    @Test func `a log is plain text`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let waiting = try await api.get("/stacks/\(id)/logs")
            #expect(waiting.status == 409 && waiting.code == "logs_not_ready" && waiting.header("Retry-After") == "2")
            api.service.cluster.state.update { $0.logs["web"] = Array("one\n<b>\u{1b}[0m\n".utf8) }
            let answer = try await api.get("/stacks/\(id)/logs?tail=2")
            #expect(answer.status == 200 && answer.text == "<b>\\u{1b}[0m\n")
            #expect(answer.header("Content-Type") == "text/plain; charset=utf-8")
            #expect(answer.header("X-Content-Type-Options") == "nosniff" && answer.header("Cache-Control") == "no-store")
            #expect(try await api.get("/stacks/\(id)/logs?container=web").text == "one\n<b>\\u{1b}[0m\n")
            let head = try await api.send(.head, "/stacks/\(id)/logs")
            #expect(head.status == 200 && head.text.isEmpty)
            for (query, sentence) in [
                ("tail=0", "tail: is \"0\"; must be an integer within 1…10000"), ("tail=10001", "tail: is"), ("tail=", "tail: is"),
                ("tail=1&tail=1", "tail: stands 2 times"), ("container=db", "container: is \"db\"; the containers of stack \(id) are: web"),
                ("container=", "container: is \"\""),
            ] {
                let wrong = try await api.get("/stacks/\(id)/logs?" + query)
                #expect(wrong.status == 400 && wrong.code == "invalid_request" && wrong.error.hasPrefix(sentence), "\(wrong.error)")
            }
            for path in ["events", "logs"] { #expect(try await api.get("/stacks/\(StackID.numbered(1))/\(path)").status == 404) }
        }
    }
}
