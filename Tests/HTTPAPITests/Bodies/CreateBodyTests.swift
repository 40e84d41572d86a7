import HTTPTypes
import NIOCore
import TestSupport
import Testing

@Suite struct CreateBodyTests {
    @Test(arguments: [
        createBody(user: "101.0", problem: "1001.000", port: "8.08e3"), createBody(user: "1.01e2", port: "8080e0"),
        createBody(user: "1010e-1"),
        createBody(more: #""extra":{"user_id":"x"},"more":[1e400,null,"\u0000"]"#), "\u{FEFF}" + createBody(),
        " \r\n\t" + createBody() + "\n",
    ])
    func `whatever writes the same numbers, and fields that nobody knows, are accepted`(body: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(body)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.body["user_id"] == 101 && answer.body["problem_id"] == 1001 && answer.body["target_port"] == 8080)
        }
    }

    @Test func `ids keep all of their 64 bits`() async throws {
        try await withAPI { api async throws in
            for (written, read) in [
                ("9223372036854775807", "9223372036854775807"), ("9007199254740993.0", "9007199254740993"),
                ("9.223372036854775806e18", "9223372036854775806"), ("1", "1"),
            ] {
                let answer = try await api.post(createBody(user: written, problem: written))
                #expect(answer.status == 201, "\(answer.text)")
                #expect(answer.text.contains(#""user_id":\#(read)}"#) || answer.text.contains(#""user_id":\#(read),"#), "\(answer.text)")
                #expect(answer.text.contains(#""problem_id":\#(read),"#), "\(answer.text)")
            }
        }
    }

    @Test(arguments: [
        ("null", "null"), ("true", "true"), (#""101""#, "a string"), (#""""#, "a string"), ("[101]", "an array"), ("{}", "an object"),
        ("1.5", "the number 1.5"), ("0", "the number 0"), ("-0", "the number 0"), ("-1", "the number -1"),
        ("9223372036854775808", "the number 9223372036854775808"), ("9.3e18", "the number 9300000000000000000"),
        ("1e400", "a number that cannot be read"), ("-1e400", "a number that cannot be read"), ("1e-3", "the number 0.001"),
        (String(repeating: "9", count: 38) + "000", "the number \(String(repeating: "9", count: 38))00…"),
    ])
    func `a wrong number is refused: which field, what was found, what is allowed`(written: String, found: String) async throws {
        try await withAPI { api async throws in
            let id = "must be a positive 64-bit integer"
            #expect(try await api.post(createBody(user: written)).body == Self.refusal("user_id: is \(found); \(id)"))
            #expect(try await api.post(createBody(problem: written)).body == Self.refusal("problem_id: is \(found); \(id)"))
            let port = try await api.post(createBody(port: written))
            let allowed = "must be an integer within 1…65535, or an array of 1 to 24 objects with container_port and protocol"
            if written == "[101]" {
                #expect(port.body == Self.refusal("target_port[0]: is no object; must be one with container_port and protocol"))
            } else if written != #""101""# {
                #expect(port.body == Self.refusal("target_port: is \(found); \(allowed)"))
            }
            #expect(port.status == 400)
            #expect(api.service.cluster.count() == 0)
        }
    }

    @Test(arguments: [("65536", "65536"), ("8080.5", "8080.5"), ("1e9", "1000000000")])
    func `a port is one of 65,535`(written: String, found: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(createBody(port: written))
            #expect(answer.error.hasPrefix("target_port: is the number \(found); must be an integer within 1…65535, or an array"))
            // These two are ports, only not of this Pod.
            for port in ["1", "65535"] { #expect(try await api.post(createBody(port: port)).code == "invalid_pod_spec") }
        }
    }

    @Test(arguments: [("null", "null"), ("{}", "an object"), ("[]", "an array"), ("5", "the number 5"), ("false", "false")])
    func `a Pod spec is text`(written: String, found: String) async throws {
        try await withAPI { api async throws in
            let allowed = "must be a string with the YAML or JSON text of one Pod"
            #expect(try await api.post(createBody(spec: written)).body == Self.refusal("pod_spec: is \(found); \(allowed)"))
        }
    }

    @Test func `every field that is missing or wrong is named, all at once`() async throws {
        try await withAPI { api async throws in
            let empty = try await api.post("{}")
            #expect(empty.status == 400)
            #expect(
                empty.error == "user_id: is missing; must be a positive 64-bit integer; "
                    + "problem_id: is missing; must be a positive 64-bit integer; "
                    + "target_port: is missing; must be an integer within 1…65535, or an array of 1 to 24 objects with container_port and "
                    + "protocol; "
                    + "pod_spec: is missing; must be a string with the YAML or JSON text of one Pod"
            )
            for (name, body) in [
                ("user_id", createBody(user: nil)), ("problem_id", createBody(problem: nil)), ("target_port", createBody(port: nil)),
                ("pod_spec", createBody(spec: nil)),
            ] {
                let answer = try await api.post(body)
                #expect(answer.status == 400 && answer.error.hasPrefix("\(name): is missing; must be "))
                #expect(answer.error.split(separator: ": is missing").count == 2, "no other is")
            }
            let mixed = try await api.post(createBody(user: "[]", port: nil))
            #expect(mixed.error.contains("user_id: is an array") && mixed.error.contains("target_port: is missing"))
            #expect(!mixed.error.contains("problem_id"))
            // Keys are as they are written.
            #expect(
                try await api.post(createBody(user: nil, more: #""User_ID":1,"user_id ":1,"userId":1"#)).error.hasPrefix(
                    "user_id: is missing"
                )
            )
        }
    }

    @Test(arguments: [
        "", " ", "{", "}", "{]", "nul", "{\"user_id\":}", "{'user_id':1}", "{user_id:1}",
        "{\"user_id\":+1}", "{\"user_id\":01}", "{\"user_id\":1.}", "{\"user_id\":1e}", "{\"user_id\":-}", "{\"a\":.5}", "{\"a\":[1,]}",
        "{\"a\":1,}", "{,}", "[,]", "{\"a\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\udc00\\ud800\"}", "{\"a\":\"\\ud800x\"}", "{\"a\":tru}",
        "{\"user_id\":0x1}", "{\"user_id\":NaN}", "{\"user_id\":Infinity}", "{\"user_id\":\"\n\"}",
        "{\"user_id\":\"\\x\"}", "{\"user_id\":\"\\ud800\"}", "{} {}", "{}x", "\u{0}", "{\"a\":1 \"b\":2}", "<html></html>", "user_id=1",
        "// no comments\n{}", "{\"user_id\":\"",
    ])
    func `what is not JSON is refused as such`(body: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(body)
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error.hasPrefix("the body is not JSON"), "\(answer.text)")
        }
    }

    @Test(arguments: ["[]", "[{}]", "1", "\"text\"", "null", "true"])
    func `JSON that is no object is refused as such`(body: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(body)
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error == "the body is not a JSON object; it must be one with user_id, problem_id, target_port and pod_spec")
        }
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused, wherever they stand`(bytes: [UInt8]) async throws {
        try await withAPI { api async throws in
            for (before, after) in [
                ("", ""), ("{\"", "\":1}"), (#"{"user_id":1,"problem_id":1,"target_port":8080,"pod_spec":""#, "\"}"), (createBody(), ""),
            ] {
                let answer = try await api.send(.post, "/stacks", body: ByteBuffer(bytes: Array(before.utf8) + bytes + Array(after.utf8)))
                #expect(answer.status == 400, "\(answer.text)")
            }
            #expect(api.service.cluster.count() == 0)
        }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `nesting of 10,000 levels is refused, wherever it stands`(opening: String, closing: String) async throws {
        try await withAPI { api async throws in
            let nested = String(repeating: opening, count: 10_000) + "1" + String(repeating: closing, count: 10_000)
            for body in [
                nested, createBody(user: nested), createBody(more: "\"extra\":" + nested), String(repeating: opening, count: 100_000),
            ] {
                let answer = try await api.post(body)
                #expect(answer.status == 400 && answer.error.hasPrefix("the body is nested more than 64 levels deep"))
            }
            // The body itself is the first level, the innermost value the last.
            let deep = String(repeating: opening, count: 62) + "1" + String(repeating: closing, count: 62)
            #expect(try await api.post(createBody(more: "\"extra\":" + deep)).status == 201)
        }
    }

    @Test(arguments: [
        (#""user_id":8"#, "user_id"), (#""user\u005fid":8"#, "user_id"), (#""extra":1,"extra":1"#, "extra"), (#""":1,"":null"#, ""),
        (#""more":[{"deep":{"x":1,"y":2,"\u0078":3}}]"#, "x"), (#""\ud83e\udd8a":1,"🦊":2"#, "🦊"), (#""\n":1,"\u000A":2"#, "\n"),
    ])
    func `a key that stands twice is refused by its name`(more: String, key: String) async throws {
        try await withAPI { api async throws in
            #expect(try await api.post(createBody(more: more)).body == Self.refusal("\(key): occurs twice in the body"))
            #expect(api.service.cluster.count() == 0)
        }
    }

    @Test func `keys that only look equal are different ones`() async throws {
        try await withAPI { api async throws in
            // The first two differ in how the accent is written.
            let more = #""\u00e9":1,"e\u0301":2,"User_id":3,"user_id ":4,"a":{"x":1},"b":{"x":1}"#
            #expect(try await api.post(createBody(more: more)).status == 201)
        }
    }

    @Test func `a body of exactly the limit is read, one byte more is 413`() async throws {
        try await withAPI { api async throws in
            let limit = 512 * 1024
            let body = createBody()
            let padding = String(repeating: " ", count: limit - body.utf8.count)
            #expect(try await api.post(String(padding.dropLast()) + body).status == 201)
            #expect(try await api.post(padding + body).code == "stack_exists")
            let over = try await api.post(padding + " " + body)
            #expect(over.status == 413)
            #expect(over.body == ["error": "the body is larger than 524288 bytes", "code": "body_too_large"])
        }
    }

    @Test func `a Pod spec of the policy's own limit fits, however its JSON escapes it`() async throws {
        try await withAPI { api async throws in
            let comment = "# " + String(repeating: "é", count: 20_000) + "\n"
            let escaped = "\"# " + String(repeating: "\\u00e9", count: 20_000) + "\\n" + jsonPodSpec.dropFirst()
            #expect((comment + samplePodSpec).utf8.count < 64 * 1024)
            #expect(try await api.post(createBody(spec: escaped)).status == 201)
        }
    }

    private static func refusal(_ sentence: String) -> JSON { ["error": .string(sentence), "code": "invalid_request"] }
}
