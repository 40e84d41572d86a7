import AsyncHTTPClient
import KubernetesClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct RepeatedRequestTests {
    @Test func `the same key and body get the same stack, another body with that key is refused`() async throws {
        try await withService { service, namespace, client in
            let api = service.api
            let key = ["Idempotency-Key": "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""]
            let first = try await api.create(user: 1, problem: 1, headers: key)
            #expect(first.status == 201)
            let again = try await api.create(user: 1, problem: 1, headers: key)
            #expect(again.status == 200)
            for field in ["stack_id", "node_port", "created_at", "ttl_expires_at", "pod_spec"] {
                #expect(again.body[field] == first.body[field])
            }
            let other = try await api.create(user: 1, problem: 2, headers: key)
            #expect(other.status == 422 && other.code == "idempotency_key_reused", "\(other.text)")
            #expect(try await api.create(user: 1, problem: 1).code == "stack_exists")
            #expect(try await client.list(Pod.self, namespace: namespace).items.count == 1)

            _ = try await api.delete(try #require(first.body["stack_id"]?.string))
            #expect(try await api.create(user: 1, problem: 1, headers: key).status == 201)
        }
    }

    @Test func `twenty requests with one key at once make one stack, and all of them get it`() async throws {
        try await withService { service, namespace, client in
            let answers = try await answers(count: 20) { _ in
                try await service.api.create(user: 1, problem: 1, headers: ["Idempotency-Key": "k"])
            }
            #expect(answers.counts == ["201": 1, "200": 19], "\(answers.counts)")
            #expect(Set(answers.list.compactMap { $0.body["stack_id"]?.string }).count == 1)
            try await expectStoreMatchesCluster(service, namespace, client)
        }
    }

    @Test(arguments: [0, 1, 2, 5, 10, 20, 40, 80])
    func `a client that vanishes leaves a whole stack or none`(milliseconds: Int) async throws {
        try await withService { service, namespace, client in
            try await service.api.createAndVanish(user: 1, problem: 1, after: .milliseconds(milliseconds))
            // The next create of the user waits behind nothing: it is told of the stack that is there, or makes it.
            var answer = try await service.api.create(user: 1, problem: 1)
            if answer.status == 409 {
                let stacks = try await service.api.get("/users/1/stacks").body["stacks"]?.array ?? []
                let id = try #require(stacks.first?["stack_id"]?.string)
                #expect(stacks.count == 1 && answer.body["error"]?.string?.contains(id) == true)
                answer = try await service.api.statusAfterStart(of: id)
                #expect(answer.body["status"]?.string == "running", "\(answer.text)")
            } else {
                #expect(answer.status == 201, "\(answer.text)")
            }
            try await expectStoreMatchesCluster(service, namespace, client)
        }
    }
}

extension APIClient {
    /// Sends a create on a connection of its own and closes that after a while, whatever has come by then.
    func createAndVanish(user: Int64, problem: Int64, after delay: Duration) async throws {
        let parts = base.dropFirst("http://".count).split(separator: ":")
        let (host, port) = (String(try #require(parts.first)), try #require(parts.last.flatMap { Int($0) }))
        let spec = Specs.small.replacing("\n", with: "\\n").replacing("\"", with: "\\\"")
        let body = #"{"user_id":\#(user),"problem_id":\#(problem),"target_port":8080,"pod_spec":"\#(spec)"}"#
        let request = "POST /stacks HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(host: host, port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request))
        // The moment of the client's end is what the test varies.
        try await Task.sleep(for: delay)
        try await channel.close()
    }
}
