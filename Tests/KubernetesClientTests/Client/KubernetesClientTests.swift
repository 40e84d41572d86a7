import Foundation
import NIOHTTP1
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct KubernetesClientTests {
    private let pods = "/api/v1/namespaces/n/pods"

    @Test func `the API server tells its addresses to everyone who may discover its API`() async throws {
        let answer =
            #"{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":["#
            + #"{"clientCIDR":"0.0.0.0/0","serverAddress":"10.0.0.1:6443"},{"clientCIDR":"10.0.0.0/8","serverAddress":"10.96.0.1"}]}"#
        try await FakeAPIServer.run(script: [.ok(answer), .ok(#"{"versions":["v1"]}"#)]) { server in
            try await withClient(of: server) { client in
                let (told, nothing) = (try await client.serverAddresses(), try await client.serverAddresses())
                #expect(told == ["10.0.0.1:6443", "10.96.0.1"])
                #expect(nothing == [])
            }
            #expect(server.received.map(\.path) == ["/api", "/api"])
        }
    }

    @Test func `each verb sends its method, path and body`() async throws {
        let pod = JSONText.pod("p", version: "1")
        try await FakeAPIServer.run(script: Array(repeating: .ok(pod), count: 5)) { server in
            try await withClient(of: server) { client in
                let read = try await client.get(Pod.self, name: "p", namespace: "n")
                _ = try await client.create(read, namespace: "n")
                _ = try await client.replace(read)
                _ = try await client.patch(Pod.self, name: "p", namespace: "n", mergePatch: ["a": "b"], subresource: "status")
                var options = DeleteOptions()
                options.gracePeriodSeconds = 0
                options.preconditions = DeleteOptions.Preconditions(uid: "u")
                try await client.delete(Pod.self, name: "p", namespace: "n", options: options)
            }
            let received = server.received
            #expect(received.map(\.method) == [.GET, .POST, .PUT, .PATCH, .DELETE])
            #expect(received.map(\.path) == [pods + "/p", pods, pods + "/p", pods + "/p/status", pods + "/p"])
            #expect(received[0].headers["Accept"] == ["application/json"])
            #expect(received[0].headers["Authorization"] == [])
            #expect(received[1].headers["Content-Type"] == ["application/json"])
            #expect(received[3].headers["Content-Type"] == ["application/merge-patch+json"])
            #expect(received[3].body == #"{"a":"b"}"#)
            let options = try JSONDecoder().decode(DeleteOptions.self, from: Data(received[4].body.utf8))
            #expect(options.gracePeriodSeconds == 0 && options.preconditions?.uid == "u" && options.kind == "DeleteOptions")
        }
    }

    /// Who sends a request.
    private enum Caller {
        @TaskLocal static var name = "nobody"
    }

    @Test func `the caller's headers are asked for with each attempt, in the caller's task`() async throws {
        let busy = FakeAPIServer.Answer.whole(.tooManyRequests, body: "", headers: ["Retry-After": "0"])
        try await FakeAPIServer.run(script: [busy, .ok(JSONText.pod("p", version: "1")), .stream([.cut])]) { server in
            let attempts = Box(0)
            let headers: @Sendable () -> [(name: String, value: String)] = {
                attempts.change { $0 += 1 }
                return [("traceparent", "\(Caller.name)-\(attempts.value)")]
            }
            try await withClient(try KubernetesConfiguration(port: server.port), headers: headers) { client in
                _ = try await Caller.$name.withValue("request") { try await client.get(Pod.self, name: "p", namespace: "n") }
                var events = client.watch(Pod.self, resourceVersion: "1").makeAsyncIterator()
                try await events.waitUntilOpen()
            }
            #expect(server.received.map { $0.headers["traceparent"] } == [["request-1"], ["request-2"], ["nobody-3"]])
        }
    }

    @Test func `what would be the path of many objects is refused before it is sent`() async throws {
        try await FakeAPIServer.run(script: []) { server in
            try await withClient(of: server) { client in
                let unnamed = KubernetesError(.request, "a Pod without a name was asked for")
                await #expect(throws: unnamed) { try await client.delete(Pod.self, name: "", namespace: "n") }
                await #expect(throws: unnamed) { try await client.replace(Pod(metadata: ObjectMeta(namespace: "n"))) }
                let homeless = KubernetesError(.request, "Pod \"p\" was asked for without a namespace")
                await #expect(throws: homeless) { try await client.delete(Pod.self, name: "p", namespace: nil) }
                await #expect(throws: homeless) { try await client.get(Pod.self, name: "p", namespace: "") }
            }
            #expect(server.received.isEmpty)
        }
    }

    @Test func `a name cannot lead to another path`() async throws {
        try await FakeAPIServer.run(script: [.ok(JSONText.pod("p", version: "1"))]) { server in
            try await withClient(of: server) { client in
                _ = try await client.get(Pod.self, name: "../../nodes/a?b", namespace: "n")
            }
            #expect(server.received.map(\.path) == [pods + "/..%2F..%2Fnodes%2Fa%3Fb"])
        }
    }

    @Test func `a list is read page by page`() async throws {
        let pages = [
            JSONText.list([JSONText.pod("a", version: "1"), JSONText.pod("b", version: "2")], version: "9", continue: "next/1"),
            JSONText.list([JSONText.pod("c", version: "3")], version: "9"),
        ]
        try await FakeAPIServer.run(script: pages.map { .ok($0) }) { server in
            let list = try await withClient(of: server) { client in
                try await client.list(Pod.self, namespace: "n", labelSelector: "a=b", fieldSelector: "c=d", limit: 2)
            }
            #expect(list.items.map(\.metadata.name) == ["a", "b", "c"])
            #expect(list.resourceVersion == "9")
            let query = ["labelSelector": "a=b", "fieldSelector": "c=d", "limit": "2"]
            #expect(server.received.map(\.query) == [query, query.merging(["continue": "next/1"]) { $1 }])
        }
    }

    @Test func `a list whose token expires starts again, with pages, and gives up after three times`() async throws {
        let first = FakeAPIServer.Answer.ok(JSONText.list([JSONText.pod("a", version: "1")], version: "9", continue: "t"))
        let gone = FakeAPIServer.Answer.whole(.gone, body: JSONText.status(410, "Expired"))
        let last = FakeAPIServer.Answer.ok(JSONText.list([JSONText.pod("b", version: "2")], version: "10"))
        try await FakeAPIServer.run(script: [first, gone, last]) { server in
            let list = try await withClient(of: server) { try await $0.list(Pod.self, limit: 1) }
            #expect(list.items.map(\.metadata.name) == ["b"])
            #expect(list.resourceVersion == "10")
            #expect(server.received.map(\.path) == Array(repeating: "/api/v1/pods", count: 3))
            #expect(server.received[2].query == ["limit": "1"])
        }
        try await FakeAPIServer.run(script: [first, gone, first, gone, first, gone, last]) { server in
            let error = try await kubernetesError { try await withClient(of: server) { _ = try await $0.list(Pod.self, limit: 1) } }
            #expect(error?.isGone == true)
            #expect(server.received.count == 6)
        }
    }

    @Test func `a server that gives the same page again and again is not asked for ever`() async throws {
        let page = FakeAPIServer.Answer.ok(JSONText.list([JSONText.pod("a", version: "1")], version: "9", continue: "t"))
        try await FakeAPIServer.run(script: [page, page, page]) { server in
            let error = try await kubernetesError { try await withClient(of: server) { _ = try await $0.list(Pod.self) } }
            #expect(error == KubernetesError(.decoding, "two pages of a list have the same continue token"))
        }
    }

    @Test func `a page is trimmed before the next is asked for`() async throws {
        let pages = [
            JSONText.list([JSONText.pod("a", version: "1"), JSONText.brokenPod("x", version: "2")], version: "9", continue: "t"),
            JSONText.list([JSONText.pod("b", version: "3")], version: "9"),
        ]
        try await FakeAPIServer.run(script: pages.map { .ok($0) }) { server in
            var seen: [Int] = []
            let list = try await withClient(of: server) { client in
                try await client.list(Pod.self) { pod in
                    seen.append(server.received.count)
                    var pod = pod
                    pod.spec = nil
                    return pod
                }
            }
            #expect(seen == [1, 2])
            #expect(list.items.allSatisfy { $0.spec == nil } && list.unreadable.count == 1)
        }
    }

    @Test func `a page may take longer than a request, as long as it is not silent`() async throws {
        // Only the time of a silent page passes here: the other times are far longer than a busy machine holds a test up.
        func timeouts(pageIdle: Duration) -> Transport.Timeouts {
            Transport.Timeouts(request: .milliseconds(300), operation: .milliseconds(600), page: .seconds(55), pageIdle: pageIdle)
        }
        let list = Array(JSONText.list([JSONText.pod("a", version: "1")], version: "9"))
        let parts = stride(from: 0, to: list.count, by: 20).flatMap { start in
            [FakeAPIServer.Part.text(String(list[start..<min(start + 20, list.count)])), .wait(.milliseconds(150))]
        }
        try await FakeAPIServer.run(handler: { _, _ in .stream(parts) }) { server in
            let read = try await withClient(of: server, timeouts: timeouts(pageIdle: .seconds(50))) { try await $0.list(Pod.self) }
            #expect(read.items.count == 1)
        }
        let empty = JSONText.list([], version: "9")
        try await FakeAPIServer.run(handler: { _, index in index == 0 ? .stream([.text("{"), .silence]) : .ok(empty) }) { server in
            _ = try await withClient(of: server, timeouts: timeouts(pageIdle: .seconds(5))) { try await $0.list(Pod.self) }
            #expect(server.received.count >= 2, "the silent one was given up and asked again")
        }
    }

    @Test func `lists come compressed`() async throws {
        let list = JSONText.list((0..<2000).map { JSONText.pod("p\($0)", version: "1") }, version: "9")
        try await FakeAPIServer.run(compresses: true, handler: { _, _ in .ok(list) }) { server in
            let read = try await withClient(of: server) { try await $0.list(Pod.self) }
            #expect(read.items.count == 2000)
            #expect(server.received.map { $0.headers["Accept-Encoding"] } == [["gzip"]])
        }
    }

    @Test func `an answer that is a bomb is refused before it is unpacked`() async throws {
        let chunk = FakeAPIServer.Part.text(String(repeating: "0", count: 1024 * 1024))
        let bomb = FakeAPIServer.Answer.stream(Array(repeating: chunk, count: Transport.maximumBodySize / (1024 * 1024) + 2))
        try await FakeAPIServer.run(compresses: true, handler: { _, _ in bomb }) { server in
            let error = try await kubernetesError { try await withClient(of: server) { _ = try await $0.list(Pod.self) } }
            #expect(error == KubernetesError(.decoding, "the answer is longer than \(Transport.maximumBodySize) bytes"))
            #expect(server.received.count == 1)
        }
    }

    @Test func `a watch is not compressed, and its head may come late`() async throws {
        let timeouts = Transport.Timeouts(request: .milliseconds(50), watchIdle: .seconds(20))
        let event = JSONText.event("ADDED", JSONText.pod("a", version: "5"))
        try await FakeAPIServer.run(handler: { _, _ in
            do { try await Task.sleep(for: .milliseconds(300)) } catch { /* the test is over */  }
            return .stream([.text(event)])
        }) { server in
            try await withClient(of: server, timeouts: timeouts) { client in
                var count = 0
                for try await _ in client.watch(Pod.self, resourceVersion: "1", isHeadSlow: true) { count += 1 }
                #expect(count == 1)
            }
            #expect(server.received.map { $0.headers["Accept-Encoding"] } == [[]])
        }
    }

    @Test func `a request that would wait for the limit for too long is refused and not sent`() async throws {
        try await FakeAPIServer.run(handler: { _, _ in .ok(JSONText.pod("p", version: "1")) }) { server in
            let limiter = RateLimiter(rate: 0.01, burst: 1, sleep: { _ in Issue.record("waited") })
            try await withClient(KubernetesConfiguration(port: server.port), limiter: limiter) { client in
                _ = try await client.get(Pod.self, name: "p", namespace: "n")
                let error = try await kubernetesError { _ = try await client.get(Pod.self, name: "p", namespace: "n") }
                #expect(error?.kind == .throttled)
            }
            #expect(server.received.count == 1)
        }
    }

    @Test func `a repetition that would wait for the limit for too long tells what failed before`() async throws {
        let busy = FakeAPIServer.Answer.whole(.serviceUnavailable, body: "starting")
        try await FakeAPIServer.run(script: [busy]) { server in
            let limiter = RateLimiter(rate: 0.01, burst: 1, sleep: { _ in Issue.record("waited") })
            try await withClient(KubernetesConfiguration(port: server.port), limiter: limiter) { client in
                let error = try await kubernetesError { _ = try await client.get(Pod.self, name: "p", namespace: "n") }
                #expect(error?.message == "starting")
            }
            #expect(server.received.count == 1)
        }
    }

    @Test func `410 without a token is an error`() async throws {
        try await FakeAPIServer.run(script: [.whole(.gone, body: JSONText.status(410, "Expired"))]) { server in
            try await withClient(of: server) { client in
                let error = try await kubernetesError { _ = try await client.list(Pod.self) }
                #expect(error?.isGone == true)
            }
            #expect(server.received.count == 1)
        }
    }

    @Test func `a list can be null, and an object that cannot be read does not hide the others`() async throws {
        let broken = JSONText.list([JSONText.brokenPod("x", version: "5"), JSONText.pod("a", version: "1")], version: "9")
        let null = #"{"metadata":{"resourceVersion":"3"},"items":null}"#
        try await FakeAPIServer.run(script: [.ok(null), .ok(broken)]) { server in
            try await withClient(of: server) { client in
                let empty = try await client.list(Pod.self)
                #expect(empty.items.isEmpty && empty.resourceVersion == "3")
                let list = try await client.list(Pod.self)
                #expect(list.items.map(\.metadata.name) == ["a"])
                let unreadable = UnreadableObject(
                    namespace: "n",
                    name: "x",
                    resourceVersion: "5",
                    problem: "items[0].spec.containers[0].name is missing"
                )
                #expect(list.unreadable == [unreadable])
            }
        }
    }

    @Test(arguments: [
        (#"{"metadata":{},"items":[]}"#, "metadata.resourceVersion is missing"),
        (#"{"metadata":{"resourceVersion":"1"},"items":[{}]}"#, "items[0].metadata is missing"),
        ("OK", "it cannot be read"),
        ("", "it cannot be read"),
    ])
    func `an answer that is no list says what is wrong with it`(body: String, problem: String) async throws {
        try await FakeAPIServer.run(script: [.ok(body)]) { server in
            try await withClient(of: server) { client in
                let error = try await kubernetesError { _ = try await client.list(Pod.self) }
                #expect(error?.kind == .decoding)
                #expect(error?.message == "the answer is not a ListPage<Pod>: \(problem)")
            }
        }
    }
}
