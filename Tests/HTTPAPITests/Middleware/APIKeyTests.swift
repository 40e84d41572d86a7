import HTTPTypes
import TestBasics
import Testing

@testable import HTTPAPI

@Suite struct APIKeyTests {
    private static func header(_ values: String...) throws -> HTTPFields {
        let name = try #require(HTTPField.Name("x-api-key"))
        return HTTPFields(values.map { HTTPField(name: name, value: $0) })
    }

    private static var options: APIBench.Options {
        var options = APIBench.Options()
        options.apiKey = "s3cret"
        return options
    }

    @Test func `nothing but the probes and the description is answered without the key, not even that there is no such route`() async throws
    {
        try await withAPI(Self.options) { api async throws in
            for (method, path) in [
                (HTTPRequest.Method.get, "/stacks"), (.post, "/stacks"), (.get, "/stacks/stack-0123456789abcdef"), (.delete, "/stacks/x"),
                (.get, "/users/1/stacks"), (.get, "/stats"), (.get, "/nowhere"), (.put, "/stacks"), (.get, "/stacks?api_key=s3cret"),
                (.get, "/stacks?X-API-KEY=s3cret"), (.get, "//healthz"), (.get, "/healthz/../stacks"), (.get, "/stacks?/healthz"),
            ] {
                let answer = try await api.send(method, path)
                #expect(answer.status == 401)
                #expect(
                    answer.body == [
                        "error": "the API key in X-API-KEY or Authorization: Bearer is missing or wrong", "code": "unauthorized",
                    ]
                )
                #expect(answer.header("WWW-Authenticate")?.contains("X-API-KEY") == true)
                #expect(answer.header("X-Request-Id")?.isEmpty == false)
            }
            for path in ["/healthz", "/readyz", "/healthz?verbose"] { #expect(try await api.get(path).status == 200) }
        }
    }

    @Test func `a bearer token opens as well, and each of several keys`() async throws {
        var options = Self.options
        options.moreKeys = [APIKeys.Key(name: "API_KEY[2]", value: "n3w")]
        try await withAPI(options) { api async throws in
            for right in [
                try Self.header("n3w"), [.authorization: "Bearer s3cret"], [.authorization: "bearer n3w"],
                try Self.header("s3cret", "s3cret"),
            ] {
                #expect(try await api.get("/stacks", headers: right).status == 200, "\(right)")
            }
            var both = try Self.header("s3cret")
            both[.authorization] = "Bearer n3w"
            #expect(try await api.get("/stacks", headers: both).status == 401, "two keys that differ")
        }
    }

    @Test func `replaced keys count for the next request`() {
        let keys = APIKeys([APIKeys.Key(name: "API_KEY[1]", value: "old")])
        keys.replace([APIKeys.Key(name: "API_KEY[1]", value: "new")])
        #expect(keys.name(for: [.authorization: "Bearer new"]) == "API_KEY[1]")
        #expect(keys.name(for: [.authorization: "Bearer old"]) == nil)
    }

    @Test func `only the very key opens`() async throws {
        try await withAPI(Self.options) { api async throws in
            #expect(try await api.get("/stacks", headers: try Self.header("s3cret")).status == 200)
            for wrong in [
                try Self.header(""), try Self.header("s3cre"), try Self.header("s3crets"), try Self.header("S3CRET"),
                try Self.header("s3cret, s3cret"),
                try Self.header("s3cret", "x"), try Self.header("x", "s3cret"),
                try Self.header("\"s3cret\""),
                [.authorization: "Basic s3cret"], [.authorization: "s3cret"], [.authorization: "Bearer"], [.cookie: "X-API-KEY=s3cret"],
            ] {
                #expect(try await api.get("/stacks", headers: wrong).status == 401, "\(wrong)")
            }
        }
    }

    @Test func `without a key configured nobody is asked for one`() async throws {
        try await withAPI { api async throws in
            #expect(try await api.get("/stacks").status == 200)
            #expect(try await api.get("/stacks", headers: try Self.header("any")).status == 200)
        }
    }

    @Test func `neither the key nor what was given for it is logged`() async throws {
        try await withAPI(Self.options) { api async throws in
            _ = try await api.get("/stacks?key=s3cret", headers: try Self.header("s3cret"))
            _ = try await api.get("/stacks?key=s3cret", headers: try Self.header("gue55"))
            #expect(api.log.requests.count == 2)
            #expect(!api.log.text.contains("s3cret") && !api.log.text.contains("gue55"))
        }
    }
}
