import AsyncHTTPClient
import Foundation
import KubernetesClient
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import Subprocess
import TestBasics
import Testing

/// Two replicas that are restarted one after the other, as a rolling update does, while clients work.
@Suite(
    .enabled(if: TestCluster.isUp && TestStore.endpoint != nil, "needs a cluster and a DynamoDB: scripts/test starts both"),
    .serialized,
    .timeLimit(.minutes(3))
)
struct RollingRestartTests {
    @Test func `no request is lost in a rolling restart that a client sends again as documented`() async throws {
        try await withServiceEnvironment(["STACK_SCHEDULER_INTERVAL": "1s"], store: .dynamodb) { environment, namespace, client in
            let replicas = [Replica(port: try await Self.freePort()), Replica(port: try await Self.freePort())]
            let caller = Caller(replicas: replicas)
            try await withThrowingTaskGroup { group in
                for replica in replicas { group.addTask { try await replica.run(environment) } }
                for replica in replicas { try await replica.starts.wait { $0 == 1 } }
                let kept = try #require(try await caller.create(user: 1)?.body["stack_id"]?.string)
                let began = ContinuousClock.now
                try await Self.withLoad(caller, keeping: kept) {
                    for replica in replicas {
                        try await caller.waitForCycles(4)
                        replica.stops.update { $0 += 1 }
                        try await replica.starts.wait { $0 == 2 }
                    }
                    try await caller.waitForCycles(4)
                }
                let seconds = (ContinuousClock.now - began) / .seconds(1)
                let tally = caller.tally.value
                let rate = Double(tally.answers) / seconds
                print("\(tally.answers) answers in \(seconds) s, \(rate)/s; \(tally.repeats) sent again, \(tally.snapshots) snapshots")
                #expect(tally.failures == [])
                #expect(tally.repeats > 0, "a restart that no client notices tests nothing")
                #expect(tally.snapshots >= 3)
                let api = try #require(replicas.first?.api)
                #expect(try await api.get("/stacks/\(kept)").status == 200)
                while try await api.get("/stacks").body["stacks"]?.array.count != 1 { try await Task.sleep(for: .milliseconds(100)) }
                for replica in replicas { replica.stops.update { $0 += 1 } }
                try await group.waitForAll()
            }
            let pods = try await client.list(Pod.self, namespace: namespace).items
            #expect(pods.count == 1)
        }
    }

    /// Runs `body` while creates, deletes, reads, waits and a stream of events go on.
    private static func withLoad(_ caller: Caller, keeping id: String, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let isOver = Observed(false)
        try await withThrowingTaskGroup { group in
            for worker in 0..<4 {
                group.addTask {
                    var user = Int64(1000 * (worker + 1))
                    while !isOver.value {
                        user += 1
                        try await caller.cycle(user: user)
                    }
                }
            }
            // Lists would keep the stand-in for DynamoDB busy, which answers one request after the other.
            let reads = ["/stacks/\(id)", "/stacks/\(id)/status"]
            group.addTask { try await caller.readSteadily(reads, until: isOver) }
            group.addTask { while !isOver.value { try await caller.expect(.GET, "/stacks/\(id)/status?wait=2s", [200]) } }
            let events = Task { try await caller.followEvents(showing: id) }
            do {
                try await body()
            } catch {
                isOver.update { $0 = true }
                events.cancel()
                throw error
            }
            isOver.update { $0 = true }
            try await group.waitForAll()
            events.cancel()
            // Cancelled, or the failure of an expectation that is noted.
            _ = await events.result
        }
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        return try #require(port)
    }
}

/// An address at which a process is started anew once it was asked to stop.
private struct Replica: Sendable {
    var port: Int
    let starts = Observed(0)
    let stops = Observed(0)

    var api: APIClient { APIClient(base: "http://127.0.0.1:\(port)", client: APIClient.impatient) }

    func run(_ environment: [String: String]) async throws {
        for round in 1...2 {
            let run = try await ServiceProcess.run(environment.merging(["HTTP_ADDR": "127.0.0.1:\(port)"]) { $1 }) { _ in
                starts.update { $0 += 1 }
                try await stops.wait { $0 >= round }
            }
            #expect(run.status == .exited(0), "\(run.log.text.suffix(5000))")
        }
    }
}

/// A client of both replicas that sends a request again after a 503 or a lost connection.
private struct Caller: Sendable {
    struct Tally: Sendable {
        var answers = 0
        var repeats = 0
        var cycles = 0
        var snapshots = 0
        var failures: [String] = []
    }

    var replicas: [Replica]
    let tally = Observed(Tally())

    private static let patience: Duration = .seconds(30)

    /// Returns once that many stacks more were made and removed.
    func waitForCycles(_ count: Int) async throws {
        let wanted = tally.value.cycles + count
        try await tally.wait { $0.cycles >= wanted }
    }

    /// - Returns: nil after ``patience``.
    private func send(_ method: HTTPMethod, _ path: String, body: String? = nil, headers: [String: String] = [:]) async throws
        -> APIClient.Answer?
    {
        let end = ContinuousClock.now + Self.patience
        var turn = Int.random(in: 0..<replicas.count)
        while ContinuousClock.now < end {
            var pause = Duration.milliseconds(100)
            do {
                let answer = try await replicas[turn].api.send(method, path, body: body, headers: headers)
                // A create that was cut is on its way out.
                let isEnding = answer.status == 409 && answer.body["retry"] == .bool(true)
                guard answer.status == 503 || isEnding else {
                    tally.update { $0.answers += 1 }
                    return answer
                }
                pause = .seconds(min(2, answer.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0)) + pause
            } catch  where error.isLostConnection {
                // Its effect is not known; the next attempt tells.
            }
            tally.update { $0.repeats += 1 }
            turn = (turn + 1) % replicas.count
            try await Task.sleep(for: pause)
        }
        return nil
    }

    func expect(_ method: HTTPMethod, _ path: String, _ statuses: Set<Int>) async throws {
        let answer = try await send(method, path)
        guard let answer, statuses.contains(answer.status) else {
            let what = answer.map { "\($0.status) \($0.text)" } ?? "no answer"
            tally.update { $0.failures.append("\(method) \(path): \(what)") }
            return
        }
    }

    /// - Returns: nil after a failure, which is noted.
    func create(user: Int64) async throws -> APIClient.Answer? {
        let body = try APIClient.createBody(user: user, problem: 1)
        let answer = try await send(.POST, "/stacks", body: body, headers: ["Idempotency-Key": "user-\(user)"])
        guard let answer, [200, 201].contains(answer.status) else {
            let what = answer.map { "\($0.status) \($0.text)" } ?? "no answer"
            tally.update { $0.failures.append("POST /stacks for user \(user): \(what)") }
            return nil
        }
        return answer
    }

    /// Sends a read every 20 ms, 50 in a second, also while earlier ones have no answer yet.
    func readSteadily(_ paths: [String], until isOver: Observed<Bool>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var next = ContinuousClock.now
            var number = 0
            while !isOver.value {
                let path = paths[number % paths.count]
                group.addTask { try await expect(.GET, path, [200]) }
                number += 1
                next += .milliseconds(20)
                try await Task.sleep(until: next)
            }
        }
    }

    /// The life of a stack.
    func cycle(user: Int64) async throws {
        guard let id = try await create(user: user)?.body["stack_id"]?.string else { return }
        try await expect(.GET, "/stacks/\(id)/status?wait=2s&for=ready", [200])
        // 404 when an attempt whose answer was lost has removed it.
        try await expect(.DELETE, "/stacks/\(id)", [200, 202, 404])
        tally.update { $0.cycles += 1 }
    }

    /// Follows the stream of events, again and again, until the task is cancelled.
    func followEvents(showing id: String) async throws {
        var turn = 0
        while !Task.isCancelled {
            do {
                let request = HTTPClientRequest(url: replicas[turn % replicas.count].api.base + "/stacks/events")
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                var text = ""
                var isComplete = false
                for try await chunk in response.body where !isComplete {
                    text += String(buffer: chunk)
                    guard let begin = text.range(of: "event: snapshot\n"),
                        let end = text.range(of: "\n\n", range: begin.upperBound..<text.endIndex)
                    else { continue }
                    isComplete = true
                    let snapshot = String(text[begin.upperBound..<end.lowerBound])
                    tally.update {
                        $0.snapshots += 1
                        if !snapshot.contains(id) { $0.failures.append("a snapshot without \(id): \(snapshot.prefix(300))") }
                    }
                }
            } catch  where error.isLostConnection {
                // The replica ends, or has not begun.
            }
            turn += 1
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
