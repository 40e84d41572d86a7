import NIOHTTP1
import Testing

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct RequestErrorTests {
    @Test func `every mistake of a caller has its status, its code and a sentence`() async throws {
        try await withService(["STACK_MAX_PER_USER": "1"]) { service, _, _ in
            let api = service.api
            func expect(
                _ answer: APIClient.Answer,
                _ status: Int,
                _ code: String,
                naming word: String,
                sourceLocation: SourceLocation = #_sourceLocation
            ) {
                #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
                #expect(answer.code == code, "\(answer.text)", sourceLocation: sourceLocation)
                #expect(answer.body["error"]?.string?.contains(word) == true, "\(answer.text)", sourceLocation: sourceLocation)
                #expect(answer.headers.first(name: "Content-Type")?.hasPrefix("application/json") == true, sourceLocation: sourceLocation)
                #expect((answer.headers.first(name: "Retry-After") != nil) == (status == 503), sourceLocation: sourceLocation)
            }
            func post(_ body: String) async throws -> APIClient.Answer { try await api.send(.POST, "/stacks", body: body) }

            expect(try await post("{"), 400, "invalid_request", naming: "JSON")
            expect(try await post(""), 400, "invalid_request", naming: "JSON")
            expect(try await post("[]"), 400, "invalid_request", naming: "JSON object")
            expect(try await post("\u{0}\u{1}"), 400, "invalid_request", naming: "JSON")
            expect(try await post(#"{"user_id": 1}"#), 400, "invalid_request", naming: "problem_id")
            expect(
                try await post(#"{"user_id": "1", "problem_id": 1, "target_port": 1, "pod_spec": ""}"#),
                400,
                "invalid_request",
                naming: "user_id"
            )
            expect(
                try await post(#"{"user_id": 1.5, "problem_id": 1, "target_port": 1, "pod_spec": ""}"#),
                400,
                "invalid_request",
                naming: "user_id"
            )
            expect(
                try await post(#"{"user_id": 1e400, "problem_id": 1, "target_port": 1, "pod_spec": ""}"#),
                400,
                "invalid_request",
                naming: "user_id"
            )
            expect(
                try await post(#"{"user_id": 9223372036854775808, "problem_id": 1, "target_port": 1, "pod_spec": ""}"#),
                400,
                "invalid_request",
                naming: "user_id"
            )
            expect(
                try await post(#"{"user_id": 1, "problem_id": 1, "target_port": 1, "pod_spec": {}}"#),
                400,
                "invalid_request",
                naming: "pod_spec"
            )
            expect(try await api.create(user: 0, problem: 1), 400, "invalid_request", naming: "user_id")
            expect(try await api.create(user: 1, problem: -1), 400, "invalid_request", naming: "problem_id")
            expect(try await api.create(user: 1, problem: 1, port: 0), 400, "invalid_request", naming: "target_port")
            expect(try await api.create(user: 1, problem: 1, port: 65536), 400, "invalid_request", naming: "target_port")
            let refused = try await api.create(
                user: 1,
                problem: 1,
                spec: Specs.spec(container: "      securityContext: {privileged: true}", pod: "  hostPID: true")
            )
            expect(refused, 400, "invalid_pod_spec", naming: "spec.containers[0].securityContext: must not be set")
            #expect(
                refused.body["details"]?.array.compactMap { $0["path"]?.string } == ["spec.hostPID", "spec.containers[0].securityContext"]
            )
            expect(try await post(String(repeating: " ", count: 600_000)), 413, "body_too_large", naming: "bytes")
            expect(
                try await api.send(.POST, "/stacks", body: "{}", headers: ["Idempotency-Key": String(repeating: "x", count: 256)]),
                400,
                "invalid_request",
                naming: "Idempotency-Key"
            )

            expect(try await api.get("/nowhere"), 404, "route_not_found", naming: "/nowhere")
            expect(try await api.get("/stacks/stack-0123456789abcdef"), 404, "stack_not_found", naming: "stack-0123456789abcdef")
            expect(try await api.get("/stacks/x%2F..%2Fy/status"), 404, "stack_not_found", naming: "no stack")
            expect(try await api.delete("stack-0123456789abcdef"), 404, "stack_not_found", naming: "stack-0123456789abcdef")
            expect(try await api.get("/users/0/stacks"), 400, "invalid_request", naming: "user_id")
            expect(try await api.get("/users/99999999999999999999/stacks"), 400, "invalid_request", naming: "user_id")
            for (method, path, allowed) in [
                (HTTPMethod.PUT, "/stacks", "DELETE, GET, HEAD, POST"),
                (.POST, "/stats", "GET, HEAD"),
                (.PATCH, "/stacks/x", "DELETE, GET, HEAD"),
                (.DELETE, "/healthz", "GET, HEAD"),
            ] {
                let answer = try await api.send(method, path)
                expect(answer, 405, "method_not_allowed", naming: allowed)
                #expect(answer.headers.first(name: "Allow") == allowed)
            }

            #expect(try await api.create(user: 7, problem: 1).status == 201)
            expect(try await api.create(user: 7, problem: 1), 409, "stack_exists", naming: "problem 1")
            expect(try await api.create(user: 7, problem: 2), 503, "user_stack_limit_reached", naming: "at most 1")
        }
    }

    @Test func `the API key opens everything but the probes`() async throws {
        try await withService(["API_KEY_ENABLED": "true", "API_KEY": "s3cret"]) { service, _, _ in
            let api = service.api
            for path in ["/healthz", "/readyz"] {
                let open = try await api.get(path)
                #expect(open.status == 200)
            }
            #expect(try await api.get("/stacks").code == "unauthorized")
            #expect(try await api.get("/stacks?api_key=s3cret").status == 401)
            #expect(try await api.send(.GET, "/stacks", headers: ["X-API-KEY": "s3cre"]).status == 401)
            #expect(try await api.send(.GET, "/stacks", headers: ["X-API-KEY": "s3cret"]).status == 200)
            #expect(!service.log.text.contains("s3cret"))
        }
    }
}
