import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

@Suite struct IdempotencyKeyTests {
    private static func header(_ values: String...) throws -> HTTPFields {
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        return HTTPFields(values.map { HTTPField(name: name, value: $0) })
    }

    @Test func `the same request again gets the same stack, by 200`() async throws {
        try await withAPI { api async throws in
            let key = try Self.header("\"8e03978e\"")
            let first = try await api.create(headers: key)
            #expect(first.status == 201)
            let again = try await api.create(headers: key)
            #expect(again.status == 200)
            #expect(again.body == first.body)
            #expect(again.header("Location") == first.header("Location"))
            // Written in another way it is still the same request.
            let rewritten = try await api.post(createBody(user: "1.01e2", more: #""note":1"#), headers: key)
            #expect(rewritten.status == 200 && rewritten.body == first.body)
            #expect(api.service.cluster.count(.createPod) == 1)
        }
    }

    @Test(arguments: [createBody(user: "102"), createBody(problem: "1002"), createBody(spec: "\"\\n" + jsonPodSpec.dropFirst())])
    func `another request with the key is 422`(body: String) async throws {
        try await withAPI { api async throws in
            let key = try Self.header("k")
            #expect(try await api.create(headers: key).status == 201)
            let answer = try await api.post(body, headers: key)
            #expect(answer.status == 422 && answer.code == "idempotency_key_reused")
            #expect(answer.header("Retry-After") == nil)
            #expect(try await api.create(headers: try Self.header("K")).code == "stack_exists", "keys tell capitals apart")
        }
    }

    @Test func `a key is one value of 1 to 255 printable ASCII characters`() async throws {
        try await withAPI { api async throws in
            for bad in [
                try Self.header(""), try Self.header("a", "b"), try Self.header("é"), try Self.header(String(repeating: "x", count: 256)),
            ] {
                let answer = try await api.create(headers: bad)
                #expect(answer.status == 400 && answer.code == "invalid_request")
                #expect(answer.error == "Idempotency-Key: must be one value of 1 to 255 printable ASCII characters")
            }
            #expect(api.service.store.script.value.begun.isEmpty)
            for (problem, good) in ["~ !\"", String(repeating: "x", count: 255), "0"].enumerated() {
                #expect(try await api.create(problem: problem + 1, headers: try Self.header(good)).status == 201)
            }
        }
    }

    @Test func `reads and deletes do not look at the key`() async throws {
        try await withAPI { api async throws in
            let bad = try Self.header("", "é")
            #expect(try await api.get("/stacks", headers: bad).status == 200)
            let id = try #require(try await api.create().body["stack_id"]?.string)
            #expect(try await api.send(.delete, "/stacks/\(id)", headers: bad).status == 200)
        }
    }
}
