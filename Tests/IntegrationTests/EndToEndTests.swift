import AsyncHTTPClient
import KubernetesClient
import NIOCore
import NIOHTTP1
import Testing

/// On the node on which containers really run.
@Suite(
    .enabled(if: TestCluster.isUp && TestCluster.realNode != nil, "needs a node that runs containers: root, namespaces and mounts"),
    .serialized,
    .timeLimit(.minutes(10))
)
struct EndToEndTests {
    static let realNode = ["STACK_NODE_SELECTOR": "node-kind=real"]

    @Test func `a player reads the flag from a real container behind the NodePort`() async throws {
        try await withService(Self.realNode) { service, namespace, client in
            let spec = Specs.spec(container: "      env: [{name: FLAG, value: \"ctf{end to end}\"}]")
            let (id, page) = try await run(spec, service, client)
            #expect(page == "ctf{end to end}\n")
            #expect(try await service.api.delete(id).status == 200)
            try await expectNothingLeft(in: namespace, client)
        }
    }

    @Test func `inside, the container is locked up`() async throws {
        try await withService(Self.realNode) { service, _, client in
            // Its Service is there before the container starts, which must not hear of it.
            #expect(try await service.api.create(user: 1, problem: 2).status == 201)
            // The page tells what the challenge sees of itself and of its host: a name, a colon, a value.
            let script = """
                mkdir -p /tmp/www; { grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; printf uid:; id -u; \
                printf secrets:; ls /var/run/secrets 2>&1; printf links:; env | grep -c SVC_STACK_; \
                printf processes:; ls /proc | grep -c '^[0-9]'; } >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www
                """
            let spec = Specs.spec(container: "      command: [sh, -c, \"\(script.replacing("\\", with: "\\\\"))\"]")
            let (_, page) = try await run(spec, service, client)
            var seen: [String: String] = [:]
            for line in page.split(separator: "\n") {
                let parts = line.filter { $0 != "\t" }.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { seen[String(parts[0])] = String(parts[1]) }
            }
            // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE, SYS_CHROOT.
            #expect(seen["CapEff"] == "00000000200404fb", "\(page)")
            #expect(seen["NoNewPrivs"] == "1", "\(page)")
            #expect(seen["Seccomp"] == "2", "the runtime's filter: \(page)")
            #expect(seen["uid"] == "0", "root, as ordinary images expect: \(page)")
            #expect(seen["secrets"]?.contains("No such file") == true, "no service account: \(page)")
            #expect(seen["links"] == "0", "other stacks' Services: \(page)")
            let processes = try #require(seen["processes"].flatMap { Int($0) }, "\(page)")
            #expect((1...10).contains(processes), "its own, and none of the node's: \(page)")
        }
    }

    @Test func `a container that fails says why, and one that ends is stopped`() async throws {
        try await withService(Self.realNode) { service, _, _ in
            let failing = try await service.api.create(
                user: 1,
                problem: 1,
                spec: Specs.spec(container: "      command: [sh, -c, \"exit 3\"]")
            )
            let ending = try await service.api.create(
                user: 1,
                problem: 2,
                spec: Specs.spec(container: "      command: [sh, -c, \"exit 0\"]")
            )
            let missing = try await service.api.create(
                user: 1,
                problem: 3,
                spec: Specs.spec(container: "      command: [/no/such/program]")
            )
            func bodyAfterStart(_ answer: APIClient.Answer) async throws -> JSON {
                try await service.api.finalStatus(of: try #require(answer.body["stack_id"]?.string)).body
            }
            let failed = try await bodyAfterStart(failing)
            #expect(failed["status"]?.string == "failed" && failed["message"]?.string?.contains("exit code 3") == true, "\(failed)")
            #expect(try await bodyAfterStart(ending)["status"]?.string == "stopped")
            let impossible = try await bodyAfterStart(missing)
            #expect(impossible["status"]?.string == "failed" && impossible["reason"]?.string?.isEmpty == false, "\(impossible)")
        }
    }

    private func run(_ spec: String, _ service: ServiceProcess, _ client: KubernetesClient) async throws -> (id: String, page: String) {
        let created = try await service.api.create(user: 1, problem: 1, spec: spec)
        #expect(created.status == 201, "\(created.text)")
        let id = try #require(created.body["stack_id"]?.string)
        let status = try await service.api.statusAfterStart(of: id)
        #expect(status.body["status"]?.string == "running", "\(status.text)")
        let node = try await client.get(Node.self, name: try #require(created.body["node_id"]?.string), namespace: nil)
        let address = try #require(node.status?.addresses?.first { $0.type == "InternalIP" }?.address)
        return (id, try await page("http://\(address):\(try #require(created.body["node_port"]?.int))/"))
    }

    /// The node's packet filter learns of a Service a moment after its creation.
    private func page(_ url: String) async throws -> String {
        var failure: (any Error)?
        for _ in 0..<100 {
            do {
                let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
                if response.status == .ok { return String(buffer: try await response.body.collect(upTo: 1 << 20)) }
            } catch { failure = error }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw try #require(failure)
    }
}

extension APIClient {
    /// Asks for the status until nothing is going to change any more by itself.
    func finalStatus(of id: String) async throws -> Answer {
        for _ in 0..<300 {
            let answer = try await get("/stacks/\(id)/status")
            if ["failed", "stopped"].contains(answer.body["status"]?.string ?? "") { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try await get("/stacks/\(id)/status")
    }
}
