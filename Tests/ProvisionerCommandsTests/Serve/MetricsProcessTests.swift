import Foundation
import FoundationNetworking
import NIOCore
import NIOPosix
import Prometheus
import TestBasics
import Testing

@testable import ProvisionerCommands

/// The metrics of the program itself.
@Suite struct MetricsProcessTests {
    private static func get(_ url: String, _ headers: [String: String] = [:]) async throws -> (status: Int, type: String?, text: String) {
        var request = URLRequest(url: try #require(URL(string: url)))
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        return (answer.statusCode, answer.value(forHTTPHeaderField: "Content-Type"), String(decoding: data, as: UTF8.self))
    }

    @Test func `the metrics are behind the key, and count the requests before them by route`() async throws {
        try await ServeProcessTests.withService(["HTTP_ADDR": "127.0.0.1:0", "API_KEY": "k"]) { port in
            let base = "http://127.0.0.1:\(port)"
            #expect(try await Self.get(base + "/metrics").status == 401)
            for path in ["/healthz", "/stacks/stack-0123456789abcdef", "/nowhere/\(UUID())"] {
                _ = try await Self.get(base + path, ["X-API-KEY": "k"])
            }
            let metrics = try await Self.get(base + "/metrics", ["X-API-KEY": "k"])
            #expect(metrics.status == 200 && metrics.type == "text/plain; version=0.0.4; charset=utf-8")
            for line in [
                #"http_requests_total{route="/metrics",method="GET",status="401"} 1"#,
                #"http_requests_total{route="/healthz",method="GET",status="200"} 1"#,
                #"http_requests_total{route="unmatched",method="GET",status="404"} 1"#,
                #"provisioner_leader 1"#, #"provisioner_jobs{kind="create",state="running"} 0"#,
                #"provisioner_build_info{version="\#(Version.current)",store="sqlite"} 1"#,
            ] {
                #expect(metrics.text.contains(line + "\n"), "\(line) in \(metrics.text)")
            }
            #expect(!metrics.text.contains("0123456789abcdef"), "no path is a label")
            let open = try await Self.get(base + "/metrics", ["X-API-KEY": "k", "Accept": "application/openmetrics-text; version=1.0.0"])
            #expect(open.type?.hasPrefix("application/openmetrics-text") == true && open.text.hasSuffix("# EOF\n"))
        }
    }

    @Test func `with an address of their own they need no key, and the API has them no more`() async throws {
        let occupant = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(occupant.localAddress?.port)
        try await occupant.close()
        let variables = ["HTTP_ADDR": "127.0.0.1:0", "API_KEY": "k", "METRICS_ADDR": "127.0.0.1:\(port)"]
        try await ServeProcessTests.withService(variables) { apiPort in
            #expect(try await Self.get("http://127.0.0.1:\(apiPort)/metrics", ["X-API-KEY": "k"]).status == 404)
            // The two servers start side by side.
            let (hasStarted, _) = try await TLSProcessTests.tool(
                "curl",
                ["-sS", "--retry", "50", "--retry-delay", "1", "--retry-connrefused", "http://127.0.0.1:\(port)/metrics"]
            )
            #expect(hasStarted)
            let metrics = try await Self.get("http://127.0.0.1:\(port)/metrics")
            #expect(metrics.status == 200 && metrics.text.contains("process_resident_memory_bytes "))
            #expect(try await Self.get("http://127.0.0.1:\(port)/stacks").status == 404)
        }
    }

    /// Metrics that need a cluster, DynamoDB, a certificate or an event.
    private static let conditional: Set<String> = [
        "dynamodb_client_requests_total", "dynamodb_client_request_duration_seconds", "kubernetes_client_watch_age_seconds",
        "kubernetes_client_requests_total", "kubernetes_client_request_duration_seconds", "kubernetes_client_rate_limit_wait_seconds",
        "provisioner_capacity_cpu_cores", "provisioner_capacity_memory_bytes", "provisioner_capacity_pods",
        "provisioner_capacity_ephemeral_storage_bytes", "provisioner_capacity_free_ratio", "provisioner_event_consumers_cut_total",
        "provisioner_longest_deletion_seconds", "provisioner_reconcile_last_pass_age_seconds", "provisioner_stacks",
        "provisioner_tls_certificate_expiry_timestamp_seconds", "provisioner_unreadable_records",
    ]

    @Test func `a scrape has every metric of the catalogue, and no other`() async throws {
        try await ServeProcessTests.withService(["HTTP_ADDR": "127.0.0.1:0"]) { port in
            for path in ["/readyz", "/stacks"] { _ = try await Self.get("http://127.0.0.1:\(port)\(path)") }
            let text = try await Self.get("http://127.0.0.1:\(port)/metrics").text
            let names = Set(text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) })
            let known = Set(MetricCatalogue.descriptions.keys)
            #expect(names.subtracting(known) == [])
            #expect(known.subtracting(names).subtracting(Self.conditional) == [])
            #expect(text.contains("\nprovisioner_node_ports{state=\"free\"} 2768\n"))
            #expect(text.contains("\nprovisioner_dependency_ready{dependency=\"kubernetes\"} 0\n"))
            #expect(text.contains("\nprovisioner_creates_total{code=\"ok\"} 0\n"))
        }
    }

    @Test func `docs/metrics.md lists every metric with its help, and no other`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/metrics.md").standardizedFileURL
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let expected = MetricCatalogue.descriptions.map { "| `\($0.key)` | \($0.value.help) |" }
        #expect(rows.map(String.init).sorted() == expected.sorted())
    }
}
