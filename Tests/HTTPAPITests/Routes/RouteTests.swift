import FoundationEssentials
import HTTPTypes
import HummingbirdTesting
import Stacks
import TestBasics
import TestSupport
import Testing

@Suite struct RouteTests {
    @Test func `a create answers 201 with the whole stack and where it is`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.create()
            #expect(answer.status == 201)
            let id = try #require(answer.body["stack_id"]?.string)
            #expect(StackID(id) != nil)
            let spec = try #require(answer.body["pod_spec"]?.string)
            #expect(spec.hasPrefix("apiVersion: v1\nkind: Pod\n") && spec.contains("name: \(id)\n"))
            let port = try #require(answer.body["node_port"])
            #expect(
                answer.body == [
                    "stack_id": .string(id), "user_id": 101, "problem_id": 1001, "pod_id": .string(id), "namespace": "stacks",
                    "node_id": "node-1", "node_public_ip": "203.0.113.1", "pod_spec": .string(spec), "target_port": 8080,
                    "node_port": port, "ports": [["container_port": 8080, "protocol": "TCP", "node_port": port]],
                    "service_name": .string("svc-" + id), "egress": "none", "status": "creating", "ready": false, "reason": "Starting",
                    "message": "waiting for the node to start the containers", "ttl_expires_at": "2025-06-15T17:06:40.123Z",
                    "created_at": "2025-06-15T15:06:40.123Z", "updated_at": "2025-06-15T15:06:40.123Z", "requested_cpu_milli": 100,
                    "requested_memory_bytes": 67_108_864, "warnings": [],
                ]
            )
            #expect(answer.header("Warning") == nil)
            #expect(answer.header("Location") == "/stacks/\(id)")
            #expect(answer.header("Content-Type") == "application/json; charset=utf-8")
            #expect(answer.header("Cache-Control") == "no-store")
            #expect(answer.header("Retry-After") == nil)
        }
    }

    @Test func `every read shows the same stack, with its status at this moment`() async throws {
        try await withAPI { api async throws in
            let created = try await api.create()
            let name = try #require(created.body["stack_id"]?.string)
            let id = try #require(StackID(name))
            guard case .object(var fields) = created.body else {
                Issue.record("not an object: \(created.text)")
                return
            }
            fields["warnings"] = nil
            #expect(try await api.get("/stacks/\(name)").body == .object(fields))
            api.service.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            let shown = try await api.get("/stacks/\(name)")
            #expect(shown.status == 200)
            #expect(shown.body["status"] == "running")
            #expect(shown.body["ready"] == true)
            #expect(shown.body["reason"] == .some(.null) && shown.body["message"] == .some(.null))
            #expect(try await api.get("/stacks").body == ["stacks": [shown.body]])
            #expect(try await api.get("/users/101/stacks").body == ["user_id": 101, "stacks": [shown.body]])
            let port = try #require(shown.body["node_port"])
            let status = try await api.get("/stacks/\(name)/status")
            #expect(
                status.body == [
                    "stack_id": .string(name), "status": "running", "ready": true, "ttl": "2025-06-15T17:06:40.123Z", "node_port": port,
                    "target_port": 8080,
                    "ports": [["container_port": 8080, "protocol": "TCP", "node_port": port]], "node_public_ip": "203.0.113.1",
                    "reason": nil, "message": nil,
                ]
            )
            #expect(
                try await api.get("/stats").body == [
                    "total_stacks": 1, "active_stacks": 1, "node_distribution": ["node-1": 1], "used_node_ports": 1,
                    "reserved_cpu_milli": 100, "reserved_memory_bytes": 67_108_864,
                ]
            )
        }
    }

    @Test func `what is not known is null, never left out`() async throws {
        var options = APIBench.Options()
        options.service.failpoint = { _ in }
        try await withAPI(options) { api async throws in
            api.service.cluster.state.update { $0.nodes["node-1"]?.observation.externalIPs = [] }
            let created = try await api.create()
            #expect(created.body["node_public_ip"] == .some(.null))
            let id = try #require(created.body["stack_id"]?.string)
            #expect(try await api.get("/stacks/\(id)/status").body["node_public_ip"] == .some(.null))

            // A reservation, as readers see it while the Pod waits for a node.
            try await api.service.store.reserve(.sample(7, user: 7), within: ReservationLimits(stacksPerUser: 5, budget: nil))
            let reserved = try await api.get("/stacks/\(StackID.numbered(7))")
            #expect(reserved.body["node_id"] == .some(.null))
            #expect(reserved.body["node_public_ip"] == .some(.null))
            #expect(reserved.body["status"] == "creating")
        }
    }

    @Test func `a stack without an owner and with several ports is shown with null owners and every port in order`() async throws {
        try await withAPI { api async throws in
            let record = StackRecord.sample(7, user: nil, ports: [30009, 30003, 30005])
            try await api.service.store.reserve(record, within: ReservationLimits(stacksPerUser: 0, budget: nil))
            let shown = try await api.get("/stacks/\(record.id)").body
            #expect(shown["user_id"] == .some(.null) && shown["problem_id"] == .some(.null))
            #expect(shown["target_port"] == 8080 && shown["node_port"] == 30009)
            let ports: JSON = [
                ["container_port": 8080, "protocol": "TCP", "node_port": 30009],
                ["container_port": 8081, "protocol": "TCP", "node_port": 30003],
                ["container_port": 8082, "protocol": "TCP", "node_port": 30005],
            ]
            #expect(shown["ports"] == ports)
            #expect(try await api.get("/stacks/\(record.id)/status").body["ports"] == ports)
            #expect(try await api.get("/stats").body["used_node_ports"] == 3)
        }
    }

    @Test func `a failed create is shown with its reason and without node ports, and counts nowhere but in total_stacks`() async throws {
        try await withAPI { api async throws in
            let record = StackRecord.sample(7, user: 7, createdAt: api.service.time.now)
            try await api.service.store.reserve(record, within: ReservationLimits(stacksPerUser: 1, budget: nil))
            let now = api.service.time.now
            let failure = StackFailure(reason: "Unschedulable", message: "no node for the Pod")
            try await api.service.store.fail(record.id, failure: failure, expiresAt: now.addingTimeInterval(120), at: now)
            let shown = try await api.get("/stacks/\(record.id)").body
            #expect(shown["status"] == "failed" && shown["ready"] == false && shown["target_port"] == 8080)
            #expect(shown["reason"] == "Unschedulable" && shown["message"] == "no node for the Pod")
            #expect(shown["node_port"] == .some(.null))
            #expect(shown["ports"] == [["container_port": 8080, "protocol": "TCP", "node_port": nil]])
            #expect(try await api.get("/users/7/stacks").body["stacks"] == [shown])
            #expect(
                try await api.get("/stats").body == [
                    "total_stacks": 1, "active_stacks": 0, "node_distribution": [:], "used_node_ports": 0, "reserved_cpu_milli": 0,
                    "reserved_memory_bytes": 0,
                ]
            )
            api.service.time.advance(by: .seconds(120))
            #expect(try await api.get("/stacks/\(record.id)").status == 404)
            await api.service.reconciler.pass()
            #expect(try await api.service.store.allRecords() == [])
        }
    }

    @Test func `lists are oldest first and stats of nothing are zeros`() async throws {
        try await withAPI { api async throws in
            #expect(try await api.get("/stacks").body == ["stacks": []])
            #expect(try await api.get("/users/9223372036854775807/stacks").text == #"{"stacks":[],"user_id":9223372036854775807}"#)
            #expect(
                try await api.get("/stats").body == [
                    "total_stacks": 0, "active_stacks": 0, "node_distribution": [:], "used_node_ports": 0, "reserved_cpu_milli": 0,
                    "reserved_memory_bytes": 0,
                ]
            )
            var problems: [JSON] = []
            for problem in [5, 3, 4] {
                #expect(try await api.create(problem: problem).status == 201)
                api.service.time.advance(by: .milliseconds(1))
                problems.append(.number(Double(problem)))
            }
            #expect(try await api.get("/stacks").body["stacks"]?.array.compactMap { $0["problem_id"] } == problems)
            #expect(try await api.get("/users/101/stacks").body["stacks"]?.array.compactMap { $0["problem_id"] } == problems)
            #expect(try await api.get("/users/102/stacks").body["stacks"] == [])
        }
    }

    @Test func `a delete answers what was deleted, and then there is no such stack`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let answer = try await api.send(.delete, "/stacks/\(id)")
            #expect(answer.status == 200)
            #expect(answer.text == #"{"deleted":true,"stack_id":"\#(id)"}"#)
            for answer in [
                try await api.send(.delete, "/stacks/\(id)"), try await api.get("/stacks/\(id)"), try await api.get("/stacks/\(id)/status"),
            ] {
                #expect(answer.status == 404 && answer.code == "stack_not_found")
                #expect(answer.error.contains(id))
            }
            #expect(api.service.cluster.isEmpty)
        }
    }

    @Test func `healthz says ok and asks nobody`() async throws {
        try await withAPI { api async throws in
            api.service.cluster.fail()
            api.service.store.fail()
            let answer = try await api.get("/healthz")
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":"ok"}"#)
            #expect(api.service.cluster.count() == 0)
            #expect(api.service.store.script.value.begun.isEmpty)
        }
    }

    @Test(arguments: [
        "/stacks?user_id=1", "/stacks?", "/stacks?a=//b&c", "/stats?%zz", "/healthz?x=/nowhere", "/users/1/stacks?user_id=2", "/stacks?/",
    ])
    func `query strings change nothing`(path: String) async throws {
        try await withAPI { api async throws in
            #expect(try await api.get(path).status == 200)
        }
    }

    @Test func `2,700 stacks are listed, oldest first and each once`() async throws {
        var options = APIBench.Options()
        options.setup = .live
        try await withAPI(options) { api async throws in
            let count = 2700
            for number in 1...count {
                let record = StackRecord.sample(
                    number,
                    user: Int64(number),
                    createdAt: api.service.time.now.addingTimeInterval(Double(number))
                )
                try await api.service.store.reserve(record, within: ReservationLimits(stacksPerUser: 5, budget: nil))
            }
            let answer = try await api.get("/stacks")
            #expect(answer.status == 200)
            let ids = answer.body["stacks"]?.array.compactMap { $0["stack_id"]?.string } ?? []
            #expect(ids == (1...count).map { StackID.numbered($0).description })
            #expect(try await api.get("/stats").body["total_stacks"] == 2700)
        }
    }

    /// What answers say of a moment must be that moment, to the millisecond.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_750_000_000_000_000, "2025-06-15T15:06:40.000Z"),
            (1_750_000_000_001_000, "2025-06-15T15:06:40.001Z"),
            (1_750_000_000_999_000, "2025-06-15T15:06:40.999Z"), (1_750_000_000_999_999, "2025-06-15T15:06:40.999Z"),
            (1_750_000_000_000_999, "2025-06-15T15:06:40.000Z"), (1_767_225_599_999_999, "2025-12-31T23:59:59.999Z"),
            (1_750_000_000_123_456, "2025-06-15T15:06:40.123Z"),
        ] as [(Int64, String)]
    )
    func `times are RFC 3339 in UTC with milliseconds`(microseconds: Int64, expected: String) async throws {
        try await withAPI { api async throws in
            api.service.time.advance(to: Date(microseconds: microseconds))
            #expect(try await api.create().body["created_at"]?.string == expected)
        }
    }
}
