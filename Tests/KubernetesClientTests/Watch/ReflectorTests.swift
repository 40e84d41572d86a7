import Foundation
import Logging
import NIOHTTP1
import ServiceLifecycleTestKit
import TestBasics
import Testing

@testable import KubernetesClient

/// A reflector against a real server that answers by a script: first a list, then watches.
@Suite(.timeLimit(.minutes(1)))
struct ReflectorTests {
    private let changes = Box<[String]>([])
    private let pauses = Box(0)
    /// What the reflector takes for the time; each look at it lets `step` pass.
    private let time = Box(ContinuousClock.now)
    private let step = Box(Duration.zero)
    private let log = RecordingLog()

    private static let empty = FakeAPIServer.Answer.ok(JSONText.list([], version: "1"))

    /// Runs a reflector, whose pauses take no time, until `body` returns.
    private func reflect(
        _ script: [FakeAPIServer.Answer],
        timeouts: Transport.Timeouts = Transport.Timeouts(),
        _ body: @escaping (FakeAPIServer, ObjectStore<Pod>) async throws -> Void
    ) async throws {
        try await FakeAPIServer.run(script: script) { server in try await reflect(on: server, timeouts: timeouts, body) }
    }

    private func reflect(
        on server: FakeAPIServer,
        timeouts: Transport.Timeouts = Transport.Timeouts(),
        _ body: @escaping (FakeAPIServer, ObjectStore<Pod>) async throws -> Void
    ) async throws {
        try await withClient(of: server, timeouts: timeouts) { client in
            let reflector = Reflector<Pod>(
                client: client,
                namespace: "n",
                labelSelector: "a=b",
                fieldSelector: "metadata.name!=c",
                logger: log.logger,
                transform: { pod in
                    var pod = pod
                    pod.metadata.annotations = ["seen": "yes"]
                    return pod
                },
                now: { [time, step] in
                    time.change { $0 += step.value }
                    return time.value
                },
                sleep: { [pauses] _ in pauses.change { $0 += 1 } },
                onChange: { [changes] change in changes.change { $0.append(describe(change)) } }
            )
            let task = Task { try await reflector.run() }
            do { try await body(server, reflector.store) } catch {
                task.cancel()
                throw error
            }
            task.cancel()
            try await task.value
        }
    }

    private func phase(_ expected: String) -> @Sendable (Pod?) -> Bool? {
        { $0?.status?.phase == expected ? true : nil }
    }

    private func versions(_ server: FakeAPIServer) -> [String] {
        server.received.map { $0.query["resourceVersion"] ?? "list" }
    }

    @Test func `lists, and watches from there, with the selectors`() async throws {
        let list = JSONText.list([JSONText.pod("a", version: "3"), JSONText.pod("b", version: "4")], version: "7")
        try await reflect([.ok(list)]) { server, store in
            try await store.waitUntilSynced()
            await server.waitForRequests(2)
            #expect(store.count == 2)
            #expect(store.object(namespace: "n", name: "a")?.metadata.annotations == ["seen": "yes"], "transformed")
            let watch = server.received[1]
            #expect(watch.path == "/api/v1/namespaces/n/pods")
            #expect(watch.query["watch"] == "1" && watch.query["allowWatchBookmarks"] == "true")
            #expect(watch.query["resourceVersion"] == "7" && watch.query["labelSelector"] == "a=b")
            #expect((240...290).contains(Int(watch.query["timeoutSeconds"] ?? "") ?? 0))
            #expect(server.received[0].query["labelSelector"] == "a=b")
            #expect(server.received.allSatisfy { $0.query["fieldSelector"] == "metadata.name!=c" })
        }
        #expect(Set(changes.value) == ["+n/a 3", "+n/b 4", "="])
    }

    @Test func `events may come in any pieces`() async throws {
        let events =
            JSONText.event("ADDED", JSONText.pod("a", version: "2", phase: "Pending"))
            + JSONText.event("MODIFIED", JSONText.pod("a", version: "3")) + JSONText.event("ADDED", JSONText.pod("b", version: "4"))
            + JSONText.event("DELETED", JSONText.pod("a", version: "5"))
        var parts: [FakeAPIServer.Part] = []
        for (index, character) in events.enumerated() {
            if index % 7 == 0 { parts.append(.text("")) }
            if case .text(let text) = parts[parts.count - 1] { parts[parts.count - 1] = .text(text + String(character)) }
        }
        try await reflect([Self.empty, .stream(parts + [.silence])]) { _, store in
            _ = try await store.wait(namespace: "n", name: "b", until: phase("Running"))
            _ = try await store.wait(namespace: "n", name: "a") { $0 == nil ? true : nil }
        }
        #expect(changes.value == ["=", "+n/a 2", "~n/a 2>3", "+n/b 4", "-n/a 3"])
        #expect(pauses.value == 0)
    }

    @Test func `after an end in order the watch goes on from the last version, at once and without a list`() async throws {
        let first = JSONText.event("ADDED", JSONText.pod("a", version: "5")) + JSONText.bookmark("8")
        let second = JSONText.event("DELETED", JSONText.pod("b", version: "9"))
        try await reflect([Self.empty, .stream([.text(first)]), .stream([.text(second)])]) { server, _ in
            await server.waitForRequests(4)
            #expect(versions(server) == ["list", "1", "8", "9"])
        }
    }

    @Test func `a watch that lasted and was ended in order goes on without a pause`() async throws {
        step.set(.seconds(3))
        try await reflect([Self.empty] + Array(repeating: .stream([]), count: 8)) { server, _ in
            await server.waitForRequests(10)
            #expect(pauses.value == 0)
        }
    }

    @Test func `a load balancer that cuts idle watches costs a short pause each time, and no more`() async throws {
        step.set(.seconds(3))
        try await reflect([Self.empty] + Array(repeating: .stream([.cut]), count: 8)) { server, store in
            await server.waitForRequests(10)
            #expect(versions(server).dropFirst().allSatisfy { $0 == "1" })
            #expect(pauses.value == 8)
            #expect(store.health(now: time.value).lastFailure == nil)
        }
        #expect(log.messages(at: .notice).isEmpty)
    }

    @Test func `a head that is held back until the first event is waited for at the second try`() async throws {
        let event = JSONText.event("ADDED", JSONText.pod("a", version: "5"))
        try await FakeAPIServer.run(handler: { _, index in
            if index == 0 { return Self.empty }
            do { try await Task.sleep(for: .milliseconds(700)) } catch { /* the test is over */  }
            return .stream([.text(event), .silence])
        }) { server in
            try await reflect(on: server, timeouts: Transport.Timeouts(request: .milliseconds(100))) { server, store in
                _ = try await store.wait(namespace: "n", name: "a", until: phase("Running"))
                #expect(versions(server).dropFirst().allSatisfy { $0 == "1" })
                #expect(pauses.value == 1)
            }
        }
    }

    @Test func `after five failures in a row the list is asked for anew`() async throws {
        let failure = FakeAPIServer.Answer.whole(.internalServerError, body: "etcd")
        try await reflect([Self.empty] + Array(repeating: failure, count: 5) + [.ok(JSONText.list([], version: "7"))]) { server, _ in
            await server.waitForRequests(8)
            #expect(versions(server) == ["list", "1", "1", "1", "1", "1", "list", "7"])
        }
    }

    @Test func `an API server that goes back in time is listed anew, with one warning`() async throws {
        let script: [FakeAPIServer.Answer] = [
            .ok(JSONText.list([JSONText.pod("a", version: "90")], version: "100")),
            .stream([.text(JSONText.event("ADDED", JSONText.pod("b", version: "51")) + JSONText.bookmark("52")), .silence]),
            .ok(JSONText.list([JSONText.pod("b", version: "51")], version: "52")),
        ]
        try await reflect(script) { server, store in
            await server.waitForRequests(4)
            #expect(versions(server) == ["list", "100", "list", "52"])
            #expect(store.objects().map(\.metadata.name) == ["b"])
        }
        #expect(log.messages(at: .warning).count == 1)
    }

    @Test func `an outage is one error, its end one notice, and the store knows the last failure`() async throws {
        step.set(.seconds(20))
        let refused = FakeAPIServer.Answer.whole(.forbidden, body: JSONText.status(403, "Forbidden", message: "no watch for you"))
        let told = Box<WatchHealth?>(nil)
        try await FakeAPIServer.run(handler: { _, index in
            if index == 0 { return Self.empty }
            return index < 40 ? refused : .ok(JSONText.list([], version: "9"))
        }) { server in
            try await reflect(on: server) { server, store in
                await server.waitForRequests(30)
                told.set(store.health(now: time.value))
                await server.waitForRequests(42)
            }
        }
        #expect(try #require(told.value?.age) > .seconds(180))
        #expect(told.value?.lastFailure == "status 403 Forbidden: no watch for you")
        let errors = log.messages(at: .error)
        #expect(errors == ["the API server has not responded to lists and watches for too long; the caches may be stale"])
        #expect(log.messages(at: .notice).filter { $0.contains("again") } == ["the API server responds to lists and watches again"])
    }

    @Test func `a cancellation that is not its own ends nothing`() async throws {
        try await FakeAPIServer.run(script: [.whole(.forbidden, body: ""), Self.empty]) { server in
            try await withClient(of: server) { client in
                let isFirst = Box(true)
                let reflector = Reflector<Pod>(
                    client: client,
                    logger: quiet,
                    sleep: { _ in
                        defer { isFirst.set(false) }
                        if isFirst.value { throw CancellationError() }
                    }
                )
                let task = Task { try await reflector.run() }
                try await reflector.store.waitUntilSynced()
                task.cancel()
                try await task.value
            }
        }
    }

    @Test func `watches that end as soon as they begin, and empty, are not begun again without a pause`() async throws {
        try await reflect([Self.empty] + Array(repeating: .stream([]), count: 5)) { server, _ in
            await server.waitForRequests(7)
            #expect(versions(server) == ["list", "1", "1", "1", "1", "1", "list"])
            #expect(pauses.value == 5)
        }
    }

    @Test(arguments: [true, false])
    func `410 leads to a new list, whose differences are told`(asStatus: Bool) async throws {
        let gone = JSONText.status(410, "Expired")
        let script: [FakeAPIServer.Answer] = [
            .ok(JSONText.list([JSONText.pod("a", version: "1"), JSONText.pod("b", version: "2")], version: "2")),
            asStatus ? .whole(.gone, body: gone) : .stream([.text(JSONText.event("ERROR", gone))]),
            .ok(JSONText.list([JSONText.pod("b", version: "2"), JSONText.pod("c", version: "30")], version: "30")),
        ]
        try await reflect(script) { server, store in
            await server.waitForRequests(4)
            #expect(versions(server) == ["list", "2", "list", "30"])
            #expect(store.object(namespace: "n", name: "a") == nil, "its deletion was never seen")
        }
        #expect(changes.value.dropFirst(3).sorted() == ["+n/c 30", "-n/a 1", "="])
        #expect(pauses.value == 1)
    }

    @Test func `a bare Status on a line of a watch counts as the error that it is`() async throws {
        let script: [FakeAPIServer.Answer] = [Self.empty, .stream([.text(JSONText.status(410, "Gone") + "\n")]), Self.empty]
        try await reflect(script) { server, _ in
            await server.waitForRequests(4)
            #expect(versions(server) == ["list", "1", "list", "1"])
        }
    }

    @Test(arguments: [
        FakeAPIServer.Answer.whole(.internalServerError, body: "etcd"), .whole(.forbidden, body: JSONText.status(403, "Forbidden")),
        .whole(.unauthorized, body: ""), .whole(.tooManyRequests, body: "", headers: ["Retry-After": "1"]),
        .whole(.serviceUnavailable, body: "<html>"), .whole(.found, body: ""),
        .stream([.text(JSONText.event("ERROR", JSONText.status(500, "InternalError")))]), .stream([.cut]),
        .stream([.text(#"{"type":"ADD"#), .cut]),
    ])
    func `another failure of the watch leads to a pause, and then it goes on from the same version`(failure: FakeAPIServer.Answer)
        async throws
    {
        let next = FakeAPIServer.Answer.stream([.text(JSONText.event("ADDED", JSONText.pod("a", version: "5"))), .silence])
        try await reflect([Self.empty, failure, next]) { server, store in
            _ = try await store.wait(namespace: "n", name: "a", until: phase("Running"))
            #expect(versions(server) == ["list", "1", "1"])
            #expect(pauses.value == 1)
        }
    }

    @Test func `a connection that is cut in the middle of an event goes on from the event before it`() async throws {
        let events = JSONText.event("ADDED", JSONText.pod("a", version: "5")) + #"{"type":"ADDED","object":{"metadata""#
        let rest = JSONText.event("ADDED", JSONText.pod("b", version: "6"))
        try await reflect([Self.empty, .stream([.text(events), .cut]), .stream([.text(rest), .silence])]) { server, store in
            _ = try await store.wait(namespace: "n", name: "b", until: phase("Running"))
            #expect(versions(server) == ["list", "1", "5"])
            #expect(store.count == 2)
        }
    }

    @Test func `a connection that is silent for too long is given up`() async throws {
        let event = JSONText.event("ADDED", JSONText.pod("a", version: "5"))
        // Longer than a busy machine's pauses: an event that comes later than that is given up as well.
        let timeouts = Transport.Timeouts(watchIdle: .seconds(5))
        try await FakeAPIServer.run(handler: { _, index in
            index == 0 ? Self.empty : .stream(index == 1 ? [.silence] : [.text(event), .silence])
        }) { server in
            try await reflect(on: server, timeouts: timeouts) { server, store in
                _ = try await store.wait(namespace: "n", name: "a", until: phase("Running"))
                #expect(versions(server).prefix(3) == ["list", "1", "1"])
            }
        }
    }

    @Test func `a list that fails is tried again after a pause`() async throws {
        let script: [FakeAPIServer.Answer] = [
            .whole(.forbidden, body: JSONText.status(403, "Forbidden")), .ok("not JSON"), .whole(.unprocessableEntity, body: ""),
            Self.empty,
        ]
        try await reflect(script) { server, store in
            try await store.waitUntilSynced()
            #expect(versions(server).prefix(4) == ["list", "list", "list", "list"])
            #expect(pauses.value == 3)
        }
    }

    @Test func `readers never see a list in part`() async throws {
        let script: [FakeAPIServer.Answer] = [
            .ok(JSONText.list([JSONText.pod("a", version: "1")], version: "2", continue: "t")),
            .whole(.gone, body: JSONText.status(410, "Expired")),
            .ok(JSONText.list([JSONText.pod("b", version: "3")], version: "3")),
        ]
        try await reflect(script) { _, store in
            try await store.waitUntilSynced()
            #expect(store.objects().map(\.metadata.name) == ["b"])
        }
        #expect(changes.value == ["+n/b 3", "="])
    }

    @Test func `an object that cannot be read is counted, keeps what was known of it, and stops nothing`() async throws {
        let events =
            JSONText.event("MODIFIED", JSONText.brokenPod("a", version: "5"))
            + JSONText.event("ADDED", JSONText.brokenPod("x", version: "6")) + JSONText.event("ADDED", JSONText.pod("b", version: "7"))
            + JSONText.event("DELETED", JSONText.brokenPod("c", version: "8"))
        let list = JSONText.list([JSONText.pod("a", version: "1"), JSONText.pod("c", version: "1")], version: "2")
        try await reflect([.ok(list), .stream([.text(events)])]) { server, store in
            await server.waitForRequests(3)
            #expect(versions(server) == ["list", "2", "8"])
            #expect(store.unreadableCount == 3)
            #expect(store.object(namespace: "n", name: "a")?.metadata.resourceVersion == "1")
            #expect(store.object(namespace: "n", name: "x") == nil)
            #expect(store.object(namespace: "n", name: "b") != nil)
            #expect(store.object(namespace: "n", name: "c") == nil, "it is gone all the same")
        }
        #expect(pauses.value == 1, "the short one of a watch that ended early")
    }

    @Test func `an object that a new list shows in a form that cannot be read is not taken for deleted`() async throws {
        let script: [FakeAPIServer.Answer] = [
            .ok(JSONText.list([JSONText.pod("a", version: "1")], version: "2")), .whole(.gone, body: ""),
            .ok(JSONText.list([JSONText.brokenPod("a", version: "3"), JSONText.brokenPod("x", version: "4")], version: "5")),
        ]
        try await reflect(script) { server, store in
            await server.waitForRequests(4)
            #expect(store.objects().map(\.metadata.resourceVersion) == ["1"])
            #expect(store.unreadableCount == 2)
        }
        #expect(changes.value == ["+n/a 1", "=", "="])
    }

    @Test(arguments: [
        "not JSON\n", "{}\n", #"{"type":"NEWS","object":{}}"# + "\n", JSONText.event("ADDED", #"{"metadata":{"name":"a"}}"#),
        JSONText.event("ADDED", "{}"),
    ])
    func `what cannot be read at all leads to a new list after a pause`(line: String) async throws {
        try await reflect([Self.empty, .stream([.text(line), .silence]), .ok(JSONText.list([], version: "9"))]) { server, _ in
            await server.waitForRequests(4)
            #expect(versions(server) == ["list", "1", "list", "9"])
        }
        #expect(pauses.value == 1)
    }

    @Test func `a graceful shutdown ends it in the middle of a silent watch`() async throws {
        try await FakeAPIServer.run(script: [Self.empty, .stream([.silence])]) { server in
            try await withClient(of: server) { client in
                let reflector = Reflector<Pod>(client: client, logger: quiet)
                try await testGracefulShutdown { trigger in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await reflector.run() }
                        await server.waitForRequests(2)
                        trigger.triggerGracefulShutdown()
                        try await group.waitForAll()
                    }
                }
            }
        }
    }

    @Test func `cancellation ends it in the middle of a pause`() async throws {
        try await FakeAPIServer.run(script: [.whole(.forbidden, body: "")]) { server in
            try await withClient(of: server) { client in
                let (paused, continuation) = AsyncStream<Void>.makeStream()
                let reflector = Reflector<Pod>(
                    client: client,
                    logger: quiet,
                    sleep: { _ in
                        continuation.yield()
                        try await Task.sleep(for: .seconds(3600))
                    }
                )
                let task = Task { try await reflector.run() }
                for await _ in paused { break }
                task.cancel()
                try await task.value
                #expect(!reflector.store.isSynced)
            }
        }
    }

    @Test func `a client that is shut down ends its watches`() async throws {
        try await FakeAPIServer.run(script: [.stream([.silence])]) { server in
            let task = try await withClient(of: server) { client in
                let task = Task { for try await _ in client.watch(Pod.self, resourceVersion: "1") {} }
                await server.waitForRequests(1)
                return task
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
