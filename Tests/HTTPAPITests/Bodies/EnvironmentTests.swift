import FoundationEssentials
import HTTPTypes
import PodPolicy
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// `env` of a create: set in the Pod, shown to nobody.
@Suite struct EnvironmentTests {
    private static let secret = "ctf{s3cret-0123456789}"

    private static func body(_ env: String, user: Int = 101) -> String { createBody(user: "\(user)", more: "\"env\":\(env)") }

    private static func key(_ text: String) throws -> HTTPFields {
        [try #require(HTTPField.Name("Idempotency-Key")): text]
    }

    @Test func `a value is in the Pod and nowhere else`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(Self.body(#"{"FLAG":"\#(Self.secret)"}"#), headers: try Self.key("k"))
            #expect(answer.status == 201, "\(answer.text)")
            let id = try #require(answer.body["stack_id"]?.string)
            let record = try #require(try await api.service.store.allRecords().first)
            let sent = try #require(api.service.cluster.state.value.manifests[record.id])
            #expect(String(decoding: try JSONEncoder().encode(sent), as: UTF8.self).contains(Self.secret))
            #expect(sent.metadata.annotations?[StackAnnotations.hiddenEnvironment] == "FLAG")
            #expect(answer.body["pod_spec"]?.string?.contains("- name: FLAG\n      value: <hidden>") == true, "\(answer.text)")
            #expect(record.podSpec == answer.body["pod_spec"]?.string)
            var texts = [answer.text, "\(record)", api.log.text]
            for path in ["/stacks", "/stacks/\(id)", "/stacks/\(id)/status", "/users/101/stacks"] {
                texts.append(try await api.get(path).text)
            }
            #expect(texts.allSatisfy { !$0.contains("s3cret") })
        }
    }

    @Test(arguments: ["null", "{}"])
    func `no environment is none`(env: String) async throws {
        try await withAPI { api async throws in
            let plain = try Self.key("k")
            #expect(try await api.create(headers: plain).status == 201)
            #expect(try await api.post(Self.body(env), headers: plain).status == 200)
            let manifest = try #require(api.service.cluster.state.value.manifests.values.first)
            #expect(manifest.metadata.annotations?[StackAnnotations.hiddenEnvironment] == nil)
        }
    }

    @Test(arguments: [
        (#"[]"#, "env: is an array; must be an object of at most 32 names and texts, with 16384 bytes in all"),
        (#""s3cret""#, "env: is a string; must be an object of at most 32 names and texts, with 16384 bytes in all"),
        (#"4711"#, "env: is a number; must be an object of at most 32 names and texts, with 16384 bytes in all"),
        (#"{"FLAG":4711}"#, "env.FLAG: is a number; must be a text without the character U+0000"),
        (#"{"FLAG":true}"#, "env.FLAG: is true or false; must be a text without the character U+0000"),
        (#"{"FLAG":null}"#, "env.FLAG: is null; must be a text without the character U+0000"),
        (#"{"FLAG":["s3cret"]}"#, "env.FLAG: is an array; must be a text without the character U+0000"),
        (#"{"FLAG":{"a":"s3cret"}}"#, "env.FLAG: is an object; must be a text without the character U+0000"),
        (#"{"FLAG":"s3cret\u0000"}"#, "env.FLAG: is a string; must be a text without the character U+0000"),
        (#"{"1A":"s3cret"}"#, "env.1A: is no name of a variable; must consist of letters, digits and _, and not begin with a digit"),
        (#"{"":"s3cret"}"#, "env.: is no name of a variable; must consist of letters, digits and _, and not begin with a digit"),
        (
            #"{"A-B":"s3cret","C":1}"#,
            "env.A-B: is no name of a variable; must consist of letters, digits and _, and not begin with a digit; env.C: is a number; must be a text without the character U+0000"
        ),
        (#"{"A":"s3cret","A":"b"}"#, "env.A: occurs twice in the body"),
    ])
    func `what is wrong is refused with its path, and no value is shown`(env: String, message: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(Self.body(env))
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error == message)
            #expect(api.service.cluster.count() == 0)
            #expect(!api.log.text.contains("s3cret") && !api.log.text.contains("4711"))
        }
    }

    @Test func `32 names and 16 KiB are allowed, and no more`() async throws {
        try await withAPI { api async throws in
            func env(_ count: Int, _ value: String = "") -> String {
                "{" + (0..<count).map { "\"N\($0)\":\"\(value)\"" }.joined(separator: ",") + "}"
            }
            #expect(try await api.post(Self.body(env(32), user: 1)).status == 201)
            #expect(
                try await api.post(Self.body(env(33), user: 2)).error
                    == "env: has 33 variables; must be an object of at most 32 names and texts, with 16384 bytes in all"
            )
            #expect(try await api.post(Self.body(env(1, String(repeating: "x", count: 16_382)), user: 3)).status == 201)
            let over = try await api.post(Self.body(env(1, String(repeating: "x", count: 16_383)), user: 4))
            #expect(over.error == "env: has 16385 bytes; must be an object of at most 32 names and texts, with 16384 bytes in all")
        }
    }

    @Test func `a long name is shown in part`() async throws {
        try await withAPI { api async throws in
            let name = "e" + String(repeating: "\u{301}", count: 50_000)
            let answer = try await api.post(Self.body("{\"\(name)\":\"x\"}"))
            #expect(answer.status == 400 && answer.text.utf8.count < 500)
        }
    }

    @Test func `a repeat needs the same environment`() async throws {
        try await withAPI { api async throws in
            let key = try Self.key("k")
            let first = try await api.post(Self.body(#"{"A":"1","B":"2"}"#), headers: key)
            #expect(first.status == 201)
            #expect(try await api.post(Self.body(#"{"B":"2", "\u0041":"1"}"#), headers: key).body == first.body)
            for other in [
                #"{"A":"1","B":"3"}"#, #"{"A":"1"}"#, #"{"A":"1","B":"2","C":""}"#, "{}", #"{"A":"12","B":""}"#, #"{"A":"1","C":"2"}"#,
            ] {
                let answer = try await api.post(Self.body(other), headers: key)
                #expect(answer.status == 422 && answer.code == "idempotency_key_reused", "\(other)")
            }
        }
    }

    @Test func `the stored digest is that of earlier versions without an environment, and keyed with one`() throws {
        func digest(_ env: String, key: String = "k") throws -> String {
            let text = #"{"user_id":1,"problem_id":2,"target_port":3,"pod_spec":"kind: Pod","env":\#(env)}"#
            return try CreateBody(json: Array(text.utf8)).digest(key: key)
        }
        // printf '1 2 3 kind: Pod' | sha256sum
        #expect(try digest("{}") == "cf0963fa6cd0484cb0c31de93099d038cfe7ad44d51c37d8732cc802f0a295a2")
        let one = try digest(#"{"FLAG":"a"}"#)
        #expect(try one.count == 64 && one != digest("{}"))
        #expect(try one == digest(#"{"FLAG":"a"}"#))
        #expect(try Set([one, digest(#"{"FLAG":"b"}"#), digest(#"{"FLAG":"a"}"#, key: "l")]).count == 3)
    }
}
