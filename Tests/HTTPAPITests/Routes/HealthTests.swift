import FoundationEssentials
import HTTPAPI
import Stacks
import TestBasics
import TestSupport
import Testing

@Suite struct HealthTests {
    private struct Broken: Error { var file = "/var/secret.sqlite" }

    @Test func `all is well when every dependency is`() async throws {
        var options = APIBench.Options()
        options.dependencies = [Dependency(name: "store") {}, Dependency(name: "kubernetes") {}]
        try await withAPI(options) { api async throws in
            let answer = try await api.get("/readyz")
            #expect(answer.status == 200)
            #expect(answer.body == ["status": "ok", "dependencies": ["store": ["status": "ok"], "kubernetes": ["status": "ok"]]])
            #expect(answer.header("Retry-After") == nil)
        }
    }

    @Test func `one that fails makes it 503, and each says its state`() async throws {
        var options = APIBench.Options()
        options.dependencies = [
            Dependency(name: "store") {}, Dependency(name: "watches") { throw StackError(.kubernetesUnavailable, "not listed yet") },
            Dependency(name: "kubernetes") { throw Broken() },
        ]
        try await withAPI(options) { api async throws in
            let answer = try await api.get("/readyz")
            #expect(answer.status == 503)
            #expect(
                answer.body == [
                    "status": "unavailable",
                    "dependencies": [
                        "store": ["status": "ok"], "watches": ["status": "unavailable", "message": "not listed yet"],
                        "kubernetes": ["status": "unavailable", "message": "it cannot be reached or does not work; the log says why"],
                    ],
                ]
            )
            #expect(answer.header("Retry-After") == "5")
            let line = try #require(api.log.lines.value.first { $0.message == "dependency unavailable" })
            #expect(line.metadata["dependency"] == "kubernetes" && line.metadata["error"]?.contains("/var/secret.sqlite") == true)
        }
    }

    @Test func `one that hangs is unavailable after five seconds; the others are still heard`() async throws {
        let time = TestTime()
        let ended = Observed(false)
        var options = APIBench.Options()
        options.sleep = { try await time.sleep(for: $0) }
        options.dependencies = [
            Dependency(name: "store") {},
            Dependency(name: "kubernetes") {
                defer { ended.update { $0 = true } }
                try await Observed(false).wait { $0 }
            },
        ]
        try await withAPI(options) { api async throws in
            async let pending = api.get("/readyz")
            try await time.waitForSleeper(until: time.now.addingTimeInterval(5))
            time.advance(by: .seconds(5))
            let answer = try await pending
            #expect(answer.status == 503)
            #expect(answer.body["dependencies"]?["store"] == ["status": "ok"])
            #expect(answer.body["dependencies"]?["kubernetes"] == ["status": "unavailable", "message": "no answer within 5 seconds"])
            // It is not left behind.
            #expect(ended.value)
        }
    }

    @Test func `a fast answer does not wait for the time-out`() async throws {
        var options = APIBench.Options()
        options.sleep = { _ in try await Observed(false).wait { $0 } }
        options.dependencies = [Dependency(name: "store") {}]
        try await withAPI(options) { api async throws in
            #expect(try await api.get("/readyz").status == 200)
        }
    }

    @Test func `healthz does not care about dependencies`() async throws {
        var options = APIBench.Options()
        options.dependencies = [
            Dependency(name: "store") { throw Broken() }, Dependency(name: "k") { try await Observed(false).wait { $0 } },
        ]
        try await withAPI(options) { api async throws in
            #expect(try await api.get("/healthz").status == 200)
        }
    }
}
