import Foundation
import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

@Suite struct DashboardRouteTests {
    private static let paths = DashboardFile.all.map(\.path)

    @Test(arguments: paths) func `the page and its files are served without a key, under a strict policy`(path: String) async throws {
        var options = APIBench.Options()
        options.apiKey = "s3cret"
        try await withAPI(options) { api async throws in
            let answer = try await api.get(path)
            #expect(answer.status == 200 && !answer.text.isEmpty)
            let type = ["css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"][
                path.split(separator: ".").last.map(String.init) ?? ""
            ]
            #expect(answer.header("Content-Type") == (type ?? "text/html") + "; charset=utf-8")
            #expect(answer.header("Cache-Control") == "no-cache")
            #expect(answer.header("X-Content-Type-Options") == "nosniff")
            #expect(answer.header("Referrer-Policy") == "no-referrer")
            #expect(
                answer.header("Content-Security-Policy")
                    == "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
            let head = try await api.send(.head, path)
            #expect(head.status == 200 && head.text.isEmpty && head.header("ETag") == answer.header("ETag"))
            #expect(try await api.send(.post, path).status == 405)
        }
    }

    @Test func `a version that the client has is not sent again, and each file has a tag of its own`() async throws {
        try await withAPI { api async throws in
            var tags: Set<String> = []
            for path in Self.paths {
                let tag = try #require(try await api.get(path).header("ETag"))
                tags.insert(tag)
                for known in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
                    let again = try await api.get(path, headers: [.ifNoneMatch: known])
                    #expect(again.status == 304 && again.text.isEmpty && again.header("ETag") == tag, "\(known)")
                }
                #expect(try await api.get(path, headers: [.ifNoneMatch: "\"other\""]).status == 200)
            }
            #expect(tags.count == Self.paths.count)
        }
    }

    /// Behind a proxy the page may be at any address, such as https://ctf.example/ops/dashboard.
    @Test func `every file is found below any prefix, and nothing else is loaded`() async throws {
        try await withAPI { api async throws in
            let page = try #require(URL(string: "https://ctf.example/ops/stacks/dashboard"))
            var found: Set<String> = []
            for path in Self.paths {
                let text = try await api.get(path).text
                let file = try #require(path == "/dashboard" ? page : URL(string: "https://ctf.example/ops/stacks\(path)"))
                for match in text.matches(of: #/(?:src="|href="|from "|import "|url\()([^"#)][^")]*)/#) {
                    let address = try #require(URL(string: String(match.1), relativeTo: file)?.absoluteString)
                    #expect(address.hasPrefix("https://ctf.example/ops/stacks/dashboard/"), "\(path): \(match.1)")
                    found.insert(address.replacing("https://ctf.example/ops/stacks", with: ""))
                }
            }
            #expect(found == Set(Self.paths).subtracting(["/dashboard"]))
        }
    }

    @Test func `the page has no script and no style of its own, and no script makes markup of text`() async throws {
        try await withAPI { api async throws in
            let page = try await api.get("/dashboard").text
            #expect(page.matches(of: #/<style|style=|\son[a-z]+=|javascript:/#).isEmpty)
            #expect(page.matches(of: #/<script[^>]*>[^<]/#).isEmpty)
            for path in Self.paths where path.hasSuffix(".js") {
                let script = try await api.get(path).text
                for word in [
                    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function", "\"style\"",
                ] {
                    #expect(!script.contains(word), "\(path): \(word)")
                }
            }
        }
    }

    @Test func `a slash at the end leads to the page, relative to wherever it is`() async throws {
        var options = APIBench.Options()
        options.apiKey = "s3cret"
        try await withAPI(options) { api async throws in
            let answer = try await api.get("/dashboard/")
            #expect(answer.status == 308 && answer.header("Location") == "../dashboard")
            let address = URL(string: "../dashboard", relativeTo: URL(string: "https://ctf.example/ops/dashboard/"))
            #expect(address?.absoluteString == "https://ctf.example/ops/dashboard")
            #expect(try await api.get("/dashboard//").status == 401)
            #expect(try await api.get("/dashboard/other.js").status == 401)
        }
    }

    @Test func `the figures of the pictures need the key`() async throws {
        var options = APIBench.Options()
        options.apiKey = "s3cret"
        try await withAPI(options) { api async throws in
            #expect(try await api.get("/dashboard/overview").code == "unauthorized")
            let body = try await api.get("/dashboard/overview", headers: [.authorization: "Bearer s3cret"]).body
            #expect(body["creates"] == [])
            #expect(body["instance"]?.string?.isEmpty == false)
        }
    }

    @Test func `the figures are the budget, the ports, and the creates by outcome`() async throws {
        var options = APIBench.Options()
        options.service.ports = 31000...31004
        try await withAPI(options) { api async throws in
            #expect(try await api.create().status == 201)
            #expect(try await api.create().code == "stack_exists")
            #expect(try await api.post("{").code == "invalid_request")
            #expect(try await api.get("/nowhere").status == 404)
            let body = try await api.get("/dashboard/overview").body
            #expect(body.keys == ["budget", "creates", "instance", "node_ports", "nodes"])
            #expect(body["budget"] == ["cpu_milli": 1_000_000, "memory_bytes": .number(Double(Int64(1) << 50))])
            // As with rights on a namespace alone.
            #expect(body["nodes"] == .null)
            #expect(body["node_ports"] == ["min": 31000, "max": 31004, "free": 4])
            // The minute may end between two of the creates.
            let minutes = try #require(body["creates"]?.array)
            #expect(minutes.reduce(0) { $0 + ($1["created"]?.int ?? 0) } == 1)
            for code in ["stack_exists", "invalid_request"] {
                #expect(minutes.reduce(0) { $0 + ($1["errors"]?[code]?.int ?? 0) } == 1, "\(code)")
            }
        }
    }

    @Test func `the figures have each node, why it does not count, and what is requested there`() async throws {
        var tracker = CapacityTracker()
        let offered = NodeResources(cpuMilli: 4000, memoryBytes: 8 << 30, pods: 110)
        tracker.setNode("node-1", CapacityTracker.Node(allocatable: offered))
        tracker.setNode("<b>2</b>", CapacityTracker.Node(allocatable: offered, exclusion: .notSelected))
        let request = NodeResources(cpuMilli: 500, memoryBytes: 1 << 30, ephemeralStorageBytes: 10, pods: 1)
        let counted = ResourceAmount(cpuMilli: 500, memoryBytes: 1 << 30)
        for (key, counted) in [("a/ours", counted), ("a/theirs", nil)] {
            tracker.setPod(key, CapacityTracker.Pod(nodeName: "node-1", request: request, isFinished: false, counted: counted))
        }
        let report = tracker.nodeReport()
        try await withAPI { api async throws in
            api.service.cluster.state.update { $0.nodeReport = report }
            let nodes = try #require(try await api.get("/dashboard/overview").body["nodes"])
            #expect(nodes.keys == ["fullest", "not_counted", "total"])
            #expect(nodes["total"] == 2 && nodes["not_counted"] == ["not_selected": 1])
            let fullest = try #require(nodes["fullest"]?.array)
            let (whole, half): (JSON, JSON) = (.number(Double(2 << 30)), .number(Double(1 << 30)))
            let cpu: JSON = ["allocatable": 4000, "requested": 1000, "stacks": 500]
            let memory: JSON = ["allocatable": .number(Double(8 << 30)), "requested": whole, "stacks": half]
            let storage: JSON = ["allocatable": .null, "requested": 20, "stacks": 10]
            let pods: JSON = ["allocatable": 110, "requested": 2, "stacks": 1]
            let expected: JSON = [
                "name": "node-1", "not_counted": .null, "cpu_milli": cpu, "memory_bytes": memory, "ephemeral_storage_bytes": storage,
                "pods": pods,
            ]
            #expect(fullest.first == expected)
            #expect(fullest.count == 2)
            #expect(fullest.last?["name"] == "<b>2</b>" && fullest.last?["not_counted"] == "not_selected")

            api.service.cluster.state.update { $0.isSynced = false }
            let early = try await api.get("/dashboard/overview").body
            #expect(early["nodes"] == .null && early["budget"] == .null)
        }
    }

    @Test func `the response stays small with as many nodes as a cluster may have`() async throws {
        var tracker = CapacityTracker()
        let offered = NodeResources(cpuMilli: 96_000, memoryBytes: 1 << 40, ephemeralStorageBytes: 1 << 40, pods: 250)
        for number in 0..<5000 { tracker.setNode("ip-10-0-0-\(number).eu-central-1.internal", CapacityTracker.Node(allocatable: offered)) }
        let report = tracker.nodeReport()
        try await withAPI { api async throws in
            api.service.cluster.state.update { $0.nodeReport = report }
            let answer = try await api.get("/dashboard/overview")
            #expect(answer.body["nodes"]?["total"] == 5000)
            #expect(answer.body["nodes"]?["fullest"]?.array.count == NodeReport.limit)
            #expect(answer.text.utf8.count < 100_000)
        }
    }
}

extension JSON {
    fileprivate var int: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }
}
