import KubernetesClient
import NIOHTTP1
import Testing

/// The requests to a real API server of each call, as docs/performance.md counts them.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct RequestCountTests {
    @Test func `each call sends the requests that are counted for it, and no read asks for a Pod`() async throws {
        try await FaultProxy.beforeAPIServer(share: 0) { proxy, kubeconfig in
            // No pass comes in between.
            try await withService(["KUBECONFIG": kubeconfig, "STACK_SCHEDULER_INTERVAL": "10m"]) { service, namespace, _ in
                let api = service.api
                let place = "/api/v1/namespaces/\(namespace)/"
                func expect(
                    _ requests: [String],
                    sourceLocation: SourceLocation = #_sourceLocation,
                    _ body: () async throws -> APIClient.Answer
                ) async throws -> APIClient.Answer {
                    proxy.forget()
                    let answer = try await body()
                    #expect(answer.status < 300, "\(answer.text)", sourceLocation: sourceLocation)
                    let found = proxy.requests.filter { $0.contains(place) }.map { $0.replacing(place, with: "") }.sorted()
                    #expect(found == requests, sourceLocation: sourceLocation)
                    return answer
                }
                func path(_ answer: APIClient.Answer) throws -> String { "/stacks/\(try #require(answer.body["stack_id"]?.string))" }
                func id(_ path: String) -> String { String(path.dropFirst("/stacks/".count)) }

                let stack = try path(try await expect(["POST pods", "POST services"]) { try await api.create(user: 1, problem: 1) })
                let second = try await expect(["POST pods", "POST services"]) {
                    let accepted = try await api.create(
                        user: 1,
                        problem: 2,
                        ports: [8080, 8081, 8082],
                        headers: ["Prefer": "respond-async"]
                    )
                    _ = try await api.get("/stacks/\(accepted.body["stack_id"]?.string ?? "")/status?wait=60s&for=ready")
                    return accepted
                }
                _ = try await expect([]) { try await api.get(stack + "/status?wait=60s&for=ready") }
                _ = try await expect([]) { try await api.get(stack + "/status?wait=1s") }
                _ = try await expect([]) { try await api.get("/stacks?limit=1") }
                _ = try await expect([]) { try await api.send(.POST, stack + "/renew") }
                _ = try await expect(["GET events", "GET events"]) { try await api.get(stack + "/events") }
                // A hollow node has no log to show; it is asked for all the same.
                proxy.forget()
                _ = try await api.get(stack + "/logs")
                #expect(proxy.requests.filter { $0.contains(place) } == ["GET \(place)pods/\(id(stack))/log"])
                func removal(_ id: String) -> [String] {
                    ["DELETE pods/\(id)", "DELETE services/svc-\(id)", "GET pods/\(id)", "GET services/svc-\(id)"]
                }
                _ = try await expect(removal(id(stack))) { try await api.delete(id(stack)) }
                // The mark alone answers; the removal is no part of the call. The reconciler may repeat a request when it sees an object go.
                proxy.forget()
                #expect(try await api.send(.DELETE, "/stacks?problem_id=2").status == 202)
                _ = try await service.log.first("stack removed")
                let removed = Set(proxy.requests.filter { $0.contains(place) }.map { $0.replacing(place, with: "") })
                #expect(removed == Set(removal(id(try path(second)))))
            }
        }
    }
}
