import HTTPAPI
import HTTPTypes
import Logging
import Stacks
import TestBasics
import TestSupport
import Testing

@Suite struct AccessLogTests {
    @Test func `a request leaves one line: id, method, path, status, duration and stack`() async throws {
        try await withAPI { api async throws in
            let created = try await api.create()
            let id = try #require(created.body["stack_id"]?.string)
            let shown = try await api.get("/stacks/\(id)?token=hush")
            let missing = try await api.get("/stacks/stack-0123456789abcdef/status")
            let lost = try await api.get("/nowhere")
            let malformed = try await api.get("/stacks/not-a-stack")
            let list = try await api.get("/stacks")
            let expected: [(Answer, String, String, String, String?)] = [
                (created, "POST", "/stacks", "201", id), (shown, "GET", "/stacks/\(id)", "200", id),
                (missing, "GET", "/stacks/stack-0123456789abcdef/status", "404", "stack-0123456789abcdef"),
                (lost, "GET", "/nowhere", "404", nil), (malformed, "GET", "/stacks/not-a-stack", "404", nil),
                (list, "GET", "/stacks", "200", nil),
            ]
            let lines = api.log.requests
            #expect(lines.count == expected.count)
            for (line, (answer, method, path, status, stackID)) in zip(lines, expected) {
                #expect(line.level == .info)
                #expect(line.metadata["hb.request.id"] == answer.header("X-Request-Id"))
                #expect(line.metadata["method"] == method)
                #expect(line.metadata["path"] == path)
                #expect(line.metadata["status"] == status)
                #expect(line.metadata["stack_id"] == stackID)
                #expect(line.metadata["duration_ms"].flatMap { Int($0) }.map { (0...60_000).contains($0) } == true)
            }
            #expect(Set(lines.compactMap(\.metadata["hb.request.id"])).count == expected.count, "every request has an id of its own")
            #expect(!api.log.text.contains("hush"))
        }
    }

    @Test func `neither bodies nor their flags are logged`() async throws {
        try await withAPI { api async throws in
            let spec = jsonPodSpec.replacing("image: nginx:1.27", with: "image: nginx:1.27\\n      env: [{name: FLAG, value: ctf-hush}]")
            #expect(try await api.post(createBody(spec: spec)).status == 201)
            _ = try await api.post(createBody(spec: spec.replacing("name: web", with: "name: ctf-hush\\n      tty: 7")))
            #expect(!api.log.text.contains("ctf-hush"))
        }
    }

    @Test func `what the service logs of a request carries the request's id`() async throws {
        try await withAPI { api async throws in
            let id = try await api.create().header("X-Request-Id")
            let line = try #require(api.log.lines.value.first { $0.message == "stack created" })
            #expect(line.metadata["hb.request.id"] == id)
            #expect(line.metadata["stack_id"] == api.log.requests.first?.metadata["stack_id"])
        }
    }

    @Test func `probes that are well are logged at debug, those that are not at info`() async throws {
        let isDown = Observed(false)
        let time = TestTime()
        var options = APIBench.Options()
        options.now = { time.instant }
        options.dependencies = [Dependency(name: "store") { if isDown.value { throw StackError(.storeUnavailable, "down") } }]
        try await withAPI(options) { api async throws in
            _ = try await api.get("/healthz")
            _ = try await api.get("/readyz")
            isDown.update { $0 = true }
            // The dependencies are asked once a second.
            time.advance(by: .seconds(1))
            _ = try await api.get("/readyz")
            #expect(api.log.requests.map(\.level) == [.debug, .debug, .info])
        }
    }

    @Test func `an answer that shutdown cuts off is logged as none`() async throws {
        let (hasBegun, mayEnd) = (Observed(false), Observed(false))
        var options = APIBench.Options()
        options.dependencies = [
            Dependency(name: "store") {
                hasBegun.update { $0 = true }
                try await mayEnd.wait { $0 }
            }
        ]
        try await withAPI(options) { api async throws in
            let request = Task { try await api.get("/readyz") }
            try await hasBegun.wait { $0 }
            request.cancel()
            mayEnd.update { $0 = true }
            _ = try await request.value
            let line = try #require(api.log.requests.first)
            #expect(line.metadata["status"] == "none" && line.metadata["error"]?.hasPrefix("no answer: ") == true)
        }
    }
}
