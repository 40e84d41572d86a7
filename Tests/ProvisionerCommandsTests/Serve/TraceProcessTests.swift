import Foundation
import FoundationNetworking
import Subprocess
import TestBasics
import TestSupport
import Testing

/// The trace of a request through the program, to the API server and to the log.
@Suite(.timeLimit(.minutes(1))) struct TraceProcessTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "b7ad6b7169203331"

    /// Runs the service beside a cluster, and ends it when `body` has.
    /// - Parameter body: gets the address, once creates are possible.
    /// - Returns: the lines of the log.
    private func log(cluster port: Int, _ body: (String) async throws -> Void) async throws -> [[String: String]] {
        try await withTemporaryFolder { folder in
            let kubeconfig = """
                apiVersion: v1
                kind: Config
                current-context: c
                contexts: [{name: c, context: {cluster: c, user: c}}]
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:\(port)"}}]
                users: [{name: c, user: {token: t}}]
                """
            try Data(kubeconfig.utf8).write(to: URL(filePath: folder + "/kubeconfig"))
            let variables = [
                "KUBECONFIG": folder + "/kubeconfig", "STACK_SQLITE_PATH": folder + "/stacks.sqlite", "HTTP_ADDR": "127.0.0.1:0",
                "STACK_NETWORK_POLICY": "off", "CLUSTER_TOTAL_CPU": "8", "CLUSTER_TOTAL_MEMORY": "8Gi",
            ]
            var lines: [[String: String]] = []
            let outcome = try await Subprocess.run(
                .path(Program.path),
                arguments: ["serve"],
                environment: Program.environment(variables),
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                var address: String?
                for try await text in execution.standardError.strings() where text.hasPrefix("{") {
                    let line = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
                    lines.append(line)
                    if line["message"] == "listening" { address = line["address"] }
                    if line["message"] == "the state of the cluster has been read" {
                        try await body("http://\(try #require(address))")
                        try execution.send(signal: .terminate)
                    }
                }
            }
            #expect(outcome.terminationStatus == .exited(0))
            return lines
        }
    }

    @Test func `a create sends its trace to the API server, and every log line of it has the ids`() async throws {
        try await EmptyAPIServer.run { server, port in
            let lines = try await log(cluster: port) { base in
                var request = URLRequest(url: try #require(URL(string: base + "/stacks")))
                request.httpMethod = "POST"
                request.httpBody = try JSONSerialization.data(withJSONObject: [
                    "user_id": 1, "problem_id": 1, "target_port": 8080, "pod_spec": samplePodSpec,
                ])
                request.setValue("00-\(Self.trace)-\(Self.parent)-01", forHTTPHeaderField: "traceparent")
                request.setValue("proxy-7", forHTTPHeaderField: "X-Request-Id")
                let (_, response) = try await URLSession.shared.data(for: request)
                let answer = try #require(response as? HTTPURLResponse)
                #expect(answer.statusCode == 500 && answer.value(forHTTPHeaderField: "X-Request-Id") == "proxy-7")
                let metrics = try await URLSession.shared.data(from: try #require(URL(string: base + "/metrics"))).0
                for line in [
                    #"provisioner_creates_total{code="admission_denied"} 1"#, #"provisioner_capacity_cpu_cores{part="total"} 8"#,
                    #"provisioner_capacity_free_ratio{resource="memory"} 1"#,
                ] {
                    #expect(String(decoding: metrics, as: UTF8.self).contains("\n\(line)\n"), "\(line)")
                }
            }
            let sent = server.requests.value.filter { $0.headers["traceparent"] != nil }
            #expect(sent.contains { $0.method == "POST" && $0.path == "/api/v1/namespaces/stacks/pods" })
            #expect(sent.contains { $0.method == "DELETE" }, "the undo belongs to the request")
            #expect(
                !sent.contains { $0.path.contains("watch") || $0.path.contains("limit") },
                "watches and their lists belong to no request"
            )
            let spans = try sent.map { request -> String in
                let headers = try #require(request.headers["traceparent"])
                let parts = try #require(headers.first).split(separator: "-")
                #expect(headers.count == 1 && parts.count == 4 && parts[1] == Self.trace && parts[3] == "01")
                return parts.count > 2 ? String(parts[2]) : ""
            }
            #expect(Set(spans + [Self.parent]).count == spans.count + 1, "each request has a span of its own")

            let own = lines.filter { $0["trace_id"] == Self.trace }
            for message in ["create failed; undoing it", "Kubernetes refused", "audit", "request"] {
                #expect(own.contains { $0["message"] == message }, "\(message)")
            }
            #expect(own.allSatisfy { $0["request_id"] == "proxy-7" })
            #expect(lines.allSatisfy { $0["stack_id"] == nil || $0["trace_id"] == Self.trace })
        }
    }
}
