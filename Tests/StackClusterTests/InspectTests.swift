import FoundationEssentials
import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

@Suite struct InspectTests {
    private static func event(_ fields: String) throws -> StackEvent {
        let text = #"{"metadata":{"name":"e","creationTimestamp":"2025-01-01T00:00:00Z"}\#(fields)}"#
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return StackEvent(try decoder.decode(Event.self, from: Data(text.utf8)))
    }

    @Test(
        arguments: [
            // Only the time of creation is certain.
            ("", "2025-01-01T00:00:00.000Z", 1),
            (#","count":null,"eventTime":null,"series":null,"lastTimestamp":null"#, "2025-01-01T00:00:00.000Z", 1),
            (#","firstTimestamp":"2025-01-02T00:00:00Z""#, "2025-01-02T00:00:00.000Z", 1),
            (
                #","firstTimestamp":"2025-01-02T00:00:00Z","lastTimestamp":"2025-01-03T00:00:00Z","count":4,"eventTime":null"#,
                "2025-01-03T00:00:00.000Z", 4
            ),
            (#","eventTime":"2025-01-04T00:00:00.123456Z","firstTimestamp":null,"lastTimestamp":null"#, "2025-01-04T00:00:00.123Z", 1),
            (
                #","eventTime":"2025-01-04T00:00:00.000000Z","series":{"count":7,"lastObservedTime":"2025-01-05T00:00:00.5Z"},"count":1"#,
                "2025-01-05T00:00:00.500Z", 7
            ),
            (#","count":0"#, "2025-01-01T00:00:00.000Z", 1), (#","count":-5"#, "2025-01-01T00:00:00.000Z", 1),
            (#","series":{}"#, "2025-01-01T00:00:00.000Z", 1),
        ] as [(String, String, Int)]
    )
    func `an event has the time of its last occurrence and its count, however it was written`(fields: String, time: String, count: Int)
        throws
    {
        let event = try Self.event(fields)
        #expect(event.time?.rfc3339 == time)
        #expect(event.count == count)
    }

    @Test func `an event names its object`() throws {
        let fields = #","type":"Warning","reason":"Failed","message":"m","involvedObject":{"kind":"Pod","name":"stack-1","uid":"u"}"#
        let event = try Self.event(fields)
        #expect(event.object == "Pod/stack-1" && event.type == "Warning" && event.reason == "Failed" && event.message == "m")
        #expect(try Self.event("").object == nil)
    }

    /// A Pod whose variable FLAG came from the caller.
    private static func podWithFlag() throws -> Pod {
        let labels = #","labels":{"app.kubernetes.io/managed-by":"ctf-provisioner"}"#
        let annotations = #","annotations":{"ctf-provisioner.dev/hidden-env":"FLAG"}"#
        let spec = #"{"containers":[{"name":"web","env":[{"name":"FLAG","value":"ctf{s3cret}$$1"}]}]}"#
        return try Objects.pod(spec: spec, metadata: labels + annotations).trimmed()
    }

    @Test(
        arguments: [
            ("env: [{name: FLAG, value: <hidden>}]", true, #"exec: "<hidden>": not found"#),
            // Nobody but the Pod had the values.
            ("env: [{name: FLAG, value: <hidden>}]", false, "<hidden>"), ("env: []", true, #"exec: "ctf{s3cret}$1": not found"#),
            ("env: []", false, #"exec: "ctf{s3cret}$1": not found"#),
        ]
    )
    func `no message of an event shows a value of the caller's environment`(podSpec: String, isPodKnown: Bool, shown: String) throws {
        let events = [
            try Self.event(#","reason":"Failed","message":"exec: \"ctf{s3cret}$1\": not found""#), try Self.event(#","reason":"Pulled""#),
        ]
        let hidden = events.hidingEnvironment(of: try Objects.record(podSpec: podSpec), isPodKnown ? try Self.podWithFlag() : nil)
        #expect(hidden.map(\.message) == [shown, nil])
        #expect(hidden.map(\.reason) == ["Failed", "Pulled"])
    }

    private static func log(lines: Int, of size: Int) -> [UInt8] {
        Array(Array(repeating: Array(repeating: UInt8(ascii: "x"), count: size - 1) + [UInt8(ascii: "\n")], count: lines).joined())
    }

    @Test func `a log that was cut is asked for again, with the lines that fit, and at last with those that fit in any case`() throws {
        let limit = LogTail.limitBytes
        #expect(LogTail(lines: 200).next(after: []) == nil)
        #expect(LogTail(lines: 200).next(after: Self.log(lines: 1, of: limit - 1)) == nil)
        let first = LogTail(lines: 10_000)
        let second = try #require(first.next(after: Self.log(lines: 4096, of: 256)))
        #expect(second.lines == 3072)
        let third = try #require(second.next(after: Self.log(lines: 1024, of: 1024)))
        #expect(third.lines == 64)
        #expect(third.next(after: Self.log(lines: 1, of: limit)) == nil)
        // One line without an end.
        #expect(first.next(after: Array(repeating: 0, count: limit))?.lines == 64)
        #expect(LogTail(lines: 65).next(after: Self.log(lines: 4096, of: 256))?.lines == 64)
        #expect(LogTail(lines: 64).next(after: Self.log(lines: 1, of: limit)) == nil)
    }

    @Test func `the kubelet's word that a container has not started is no failure of the cluster`() {
        let text = #"container "web" in pod "stack-0123456789abcdef" is waiting to start: ContainerCreating"#
        #expect(ClusterError(KubernetesError(.status, text, code: 400)) == ClusterError(.noLogYet, text))
    }
}
