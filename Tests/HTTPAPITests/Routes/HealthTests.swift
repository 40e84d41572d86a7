import FoundationEssentials
import HTTPAPI
import Logging
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

    @Test func `a remark on one that is well is shown, and does no harm`() async throws {
        var options = APIBench.Options()
        options.dependencies = [.noted("network_policy") { "not enforced by us" }, .noted("store") { nil }]
        try await withAPI(options) { api async throws in
            let answer = try await api.get("/readyz")
            #expect(answer.status == 200)
            let expected: JSON = ["network_policy": ["status": "ok", "message": "not enforced by us"], "store": ["status": "ok"]]
            #expect(answer.body["dependencies"] == expected)
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

/// The answer of `GET /readyz` belongs to all who ask.
@Suite struct ReadinessTests {
    /// A dependency whose checks a test counts and holds.
    private struct Gauge: Sendable {
        let begun = Observed(0)
        let isOpen = Observed(true)
        let failure = Observed<(any Error)?>(nil)

        var dependency: Dependency {
            Dependency(name: "store") {
                begun.update { $0 += 1 }
                try await isOpen.wait { $0 }
                if let error = failure.value { throw error }
            }
        }
    }

    private static func options(_ gauge: Gauge, _ time: TestTime) -> APIBench.Options {
        var options = APIBench.Options()
        options.dependencies = [gauge.dependency]
        options.now = { time.instant }
        options.sleep = { try await time.sleep(for: $0) }
        return options
    }

    @Test func `hundreds who ask at once are told what one look finds`() async throws {
        let (gauge, time) = (Gauge(), TestTime())
        gauge.isOpen.update { $0 = false }
        try await withAPI(Self.options(gauge, time)) { api async throws in
            try await withThrowingTaskGroup { group in
                for _ in 0..<300 { group.addTask { try await api.get("/readyz").status } }
                try await gauge.begun.wait { $0 == 1 }
                // Late askers get the look that is under way, however old it is.
                time.advance(by: .seconds(3))
                for _ in 0..<300 { group.addTask { try await api.get("/readyz").status } }
                gauge.isOpen.update { $0 = true }
                for try await status in group { #expect(status == 200) }
            }
            #expect(gauge.begun.value <= 2, "one look, and one more at most after its end")
        }
    }

    @Test func `nobody can make it ask more than once a second`() async throws {
        let (gauge, time) = (Gauge(), TestTime())
        try await withAPI(Self.options(gauge, time)) { api async throws in
            for second in 1...3 {
                for _ in 0..<100 { _ = try await api.get("/readyz") }
                time.advance(by: .milliseconds(999))
                _ = try await api.get("/readyz")
                #expect(gauge.begun.value == second)
                time.advance(by: .milliseconds(1))
            }
        }
    }

    @Test func `an asker that goes away ends the look for nobody`() async throws {
        let (gauge, time) = (Gauge(), TestTime())
        gauge.isOpen.update { $0 = false }
        try await withAPI(Self.options(gauge, time)) { api async throws in
            let first = Task { try await api.get("/readyz") }
            try await gauge.begun.wait { $0 == 1 }
            async let second = api.get("/readyz")
            first.cancel()
            gauge.isOpen.update { $0 = true }
            #expect(try await second.status == 200)
            #expect(gauge.begun.value == 1)
        }
    }

    @Test func `an outage is logged once, again when its reason changes, and when it is over`() async throws {
        struct Broken: Error, CustomStringConvertible { var description: String }
        let (gauge, time) = (Gauge(), TestTime())
        try await withAPI(Self.options(gauge, time)) { api async throws in
            let failures: [(any Error)?] = [
                nil, Broken(description: "disk full"), Broken(description: "disk full"), Broken(description: "gone"),
                StackError(.storeUnavailable, "not yet"), StackError(.storeUnavailable, "not yet"), nil, nil, Broken(description: "gone"),
            ]
            for failure in failures {
                gauge.failure.update { $0 = failure }
                for _ in 0..<3 { _ = try await api.get("/readyz") }
                time.advance(by: .seconds(1))
            }
            let lines = api.log.lines.value.filter { $0.message.hasPrefix("dependency ") }
            #expect(lines.map(\.level) == [.error, .error, .error, .notice, .error])
            #expect(lines.map { $0.metadata["error"] } == ["disk full", "gone", "not yet", nil, "gone"])
            #expect(lines.allSatisfy { $0.metadata["dependency"] == "store" })
        }
    }
}
