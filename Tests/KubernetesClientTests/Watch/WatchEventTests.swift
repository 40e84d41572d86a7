import NIOCore
import Testing

@testable import KubernetesClient

@Suite struct WatchEventTests {
    private func parse(_ line: String) throws -> WatchEvent<Pod> {
        try WatchEvent<Pod>.parse(ByteBuffer(string: line))
    }

    private func message(_ line: String) -> String? {
        do {
            _ = try parse(line)
            return nil
        } catch let error as KubernetesError where error.kind == .decoding {
            return error.message
        } catch {
            return "unexpected: \(error)"
        }
    }

    @Test func `reads what happened to an object`() throws {
        let pod = JSONText.pod("p", version: "5")
        guard case .added(let added) = try parse(JSONText.event("ADDED", pod)),
            case .modified(let modified) = try parse(JSONText.event("MODIFIED", pod)),
            case .deleted(let deleted) = try parse(JSONText.event("DELETED", pod))
        else {
            Issue.record("another event")
            return
        }
        for found in [added, modified, deleted] {
            #expect(found.metadata.name == "p")
            #expect(found.metadata.resourceVersion == "5")
            #expect(found.status?.phase == "Running")
        }
    }

    @Test func `the order of the fields does not matter`() throws {
        guard case .added(let pod) = try parse(#"{"object":\#(JSONText.pod("p", version: "5")),"type":"ADDED"}"#) else {
            Issue.record("another event")
            return
        }
        #expect(pod.metadata.name == "p")
    }

    @Test func `reads a bookmark`() throws {
        guard case .bookmark("77") = try parse(JSONText.bookmark("77")) else {
            Issue.record("another event")
            return
        }
    }

    @Test func `reads an error, in an event or bare`() throws {
        let status = JSONText.status(410, "Expired", message: "too old")
        for line in [JSONText.event("ERROR", status), status] {
            guard case .error(let found) = try parse(line) else {
                Issue.record("another event")
                continue
            }
            #expect(found.code == 410 && found.reason == "Expired" && found.message == "too old")
        }
    }

    @Test(arguments: [("ADDED", false), ("MODIFIED", false), ("DELETED", true)])
    func `of an object that cannot be read the name and version are`(type: String, isDeleted: Bool) throws {
        guard case .unreadable(let object, isDeleted) = try parse(JSONText.event(type, JSONText.brokenPod("p", version: "5"))) else {
            Issue.record("another event")
            return
        }
        #expect(object.name == "p" && object.namespace == "n" && object.resourceVersion == "5")
        #expect(object.problem == "object.spec.containers[0].name is missing")
    }

    @Test(arguments: [
        ("", "a watch event of pods: it cannot be read"),
        ("{", "a watch event of pods: it cannot be read"),
        ("<html>", "a watch event of pods: it cannot be read"),
        ("[]", "a watch event of pods: it has the wrong type"),
        ("{}", "a line of a watch is no event"),
        (#"{"kind":"Pod"}"#, "a line of a watch is no event"),
        (#"{"type":"SYNCED","object":{}}"#, "unknown watch event SYNCED"),
        (#"{"type":"ADDED"}"#, "a watch event of pods: object is missing"),
        (#"{"type":5,"object":{}}"#, "a watch event of pods: type has the wrong type"),
        (#"{"type":"ADDED","object":{"metadata":{},"spec":{}}}"#, "a watch event of pods: object.metadata.name is missing"),
        (#"{"type":"BOOKMARK","object":{"metadata":{}}}"#, "a watch event of pods: object.metadata.resourceVersion is missing"),
    ])
    func `a line that is no event says what is wrong with it`(line: String, problem: String) {
        #expect(message(line) == problem)
    }
}
