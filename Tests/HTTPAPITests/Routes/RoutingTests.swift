import HTTPTypes
import TestBasics
import TestSupport
import Testing

@Suite struct RoutingTests {
    @Test(arguments: [
        "/", "/stack", "/Stacks", "/stacks/stack-0123456789abcdef/log", "/stacks/stack-0123456789abcdef/status/x", "/users", "/users/1",
        "/users/1/stacks/2", "/healthz/x", "/../stacks", "/%73tacks", "/favicon.ico", "/metrics",
    ])
    func `an unknown route is 404 by any method`(path: String) async throws {
        try await withAPI { api async throws in
            for method in [HTTPRequest.Method.get, .post, .delete, .options] {
                let answer = try await api.send(method, path)
                #expect(answer.status == 404)
                #expect(answer.body == ["error": .string("no such route: \(path)"), "code": "route_not_found"])
                #expect(answer.header("X-Request-Id")?.isEmpty == false)
            }
        }
    }

    @Test func `an endless path is answered in short`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.get("/" + String(repeating: "x", count: 60_000))
            #expect(answer.status == 404 && answer.text.utf8.count < 400)
            #expect((api.log.requests.first?.metadata["path"]?.utf8.count ?? .max) <= 200)
        }
    }

    @Test(arguments: [
        ("/healthz", "GET, HEAD"), ("/readyz", "GET, HEAD"), ("/stacks", "DELETE, GET, HEAD, POST"),
        ("/stacks/stack-0123456789abcdef", "DELETE, GET, HEAD"), ("/stacks/stack-0123456789abcdef/status", "GET, HEAD"),
        ("/stacks/stack-0123456789abcdef/renew", "POST"), ("/stacks/stack-0123456789abcdef/events", "GET, HEAD"),
        ("/stacks/stack-0123456789abcdef/logs", "GET, HEAD"),
        ("/users/1/stacks", "GET, HEAD"), ("/stacks/events", "GET, HEAD"), ("/stats", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"), ("/docs", "GET, HEAD"),
        ("/dashboard", "GET, HEAD"), ("/dashboard/style.css", "GET, HEAD"), ("/dashboard/overview", "GET, HEAD"),
    ])
    func `another method on a known route is 405 and names those allowed`(path: String, allowed: String) async throws {
        try await withAPI { api async throws in
            for name in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PURGE", "M-SEARCH", "QUERY"] {
                guard !allowed.contains(name) else { continue }
                let answer = try await api.send(try #require(HTTPRequest.Method(name)), path)
                #expect(answer.status == 405)
                #expect(
                    answer.body == [
                        "error": .string("method \(name) is not allowed here; allowed: \(allowed)"), "code": "method_not_allowed",
                    ]
                )
                #expect(answer.header("Allow") == allowed)
            }
        }
    }

    @Test func `HEAD is answered as GET is, without the body`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            for path in [
                "/healthz", "/readyz", "/stacks", "/stacks/\(id)", "/stacks/\(id)/status", "/users/101/stacks", "/stats", "/openapi.json",
                "/docs", "/nowhere",
                "/stacks/x", "/users/x/stacks",
            ] {
                let (get, head) = (try await api.get(path), try await api.send(.head, path))
                #expect(head.status == get.status && head.text.isEmpty)
                for name in ["Content-Type", "Cache-Control", "Retry-After"] {
                    #expect(head.header(name) == get.header(name), "\(path) \(name)")
                }
                // A list has no length when its sending begins.
                #expect(get.header("Content-Length") == (path == "/stacks" ? nil : head.header("Content-Length")))
                #expect(head.header("Content-Length") == "\(get.text.utf8.count)")
            }
        }
    }

    @Test(arguments: ["//stacks", "/stacks/", "/stacks//", "//", "/stacks//status", "/healthz/", "///healthz", "/users//stacks", "/x//y"])
    func `an empty segment in the path is refused by any method`(path: String) async throws {
        try await withAPI { api async throws in
            for method in [HTTPRequest.Method.get, .post, .delete] {
                let answer = try await api.send(method, path)
                #expect(answer.status == 400 && answer.code == "invalid_request")
                #expect(answer.error == "the path \(path) has an empty segment; slashes stand between segments only")
            }
        }
    }

    @Test(arguments: [
        ("Content-Encoding", "gzip", 415, "unsupported_media_type"), ("Content-Encoding", "identity, br", 415, "unsupported_media_type"),
        ("Content-Encoding", "", 415, "unsupported_media_type"), ("Expect", "200-ok", 417, "expectation_failed"),
        ("Expect", "100-continue, x", 417, "expectation_failed"), ("Content-Encoding", "Identity", 201, nil),
        ("Expect", "100-Continue", 201, nil),
    ])
    func `an encoding that nobody decodes and an expectation that nobody meets are refused`(
        name: String,
        value: String,
        status: Int,
        code: String?
    ) async throws {
        try await withAPI { api async throws in
            let field = HTTPField(name: try #require(HTTPField.Name(name)), value: value)
            let answer = try await api.create(headers: HTTPFields([field]))
            #expect(answer.status == status && answer.code == code)
            #expect(answer.header("Accept-Encoding") == (status == 415 ? "identity" : nil))
            if code != nil { #expect(answer.error.hasPrefix("\(name): is \(value); only ")) }
        }
    }

    @Test(arguments: [
        "x", "stack-", "stack-0123456789ABCDEF", "stack-0123456789abcde", "stack-0123456789abcdef0", "svc-stack-0123456789abcdef",
        "stack-0123456789abcdeg", "%00", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%zz", "%", "%ff%fe", "stack-0123456789abcde%C3%A9", "null",
        "-1",
        "stack-0123456789abcdef%0a", "🦊",
    ])
    func `what is no stack id names no stack`(id: String) async throws {
        try await withAPI { api async throws in
            for answer in [
                try await api.get("/stacks/\(id)"), try await api.get("/stacks/\(id)/status"), try await api.send(.delete, "/stacks/\(id)"),
            ] {
                #expect(answer.status == 404 && answer.code == "stack_not_found")
            }
            #expect(api.service.store.script.value.begun.isEmpty)
        }
    }

    @Test func `a percent-encoded id is the id`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let encoded = id.utf8.map { "%" + String($0, radix: 16) }.joined()
            #expect(try await api.get("/stacks/\(encoded)").body["stack_id"]?.string == id)
            #expect(try await api.get("/stacks/\(encoded)/status").status == 200)
            #expect(try await api.get("/users/%31%30%31/stacks").body["user_id"] == 101)
            #expect(try await api.send(.delete, "/stacks/stack%2D\(id.dropFirst(6))").status == 200)
        }
    }

    @Test(arguments: [
        "0", "-1", "+1", "1.0", "1e3", "x", "9223372036854775808", "99999999999999999999999999", "%20", "1%20", "%D9%A1", "0x10", "1,2",
        "%00", "%",
    ])
    func `what is no user id is refused by name`(user: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.get("/users/\(user)/stacks")
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error.hasPrefix("user_id: ") && answer.error.hasSuffix("is not a positive 64-bit integer"))
        }
    }

    @Test func `an endless id is answered in short`() async throws {
        try await withAPI { api async throws in
            let endless = String(repeating: "9", count: 50_000)
            for path in ["/stacks/\(endless)", "/users/\(endless)/stacks"] {
                let answer = try await api.get(path)
                #expect(answer.text.utf8.count < 200)
            }
        }
    }
}
