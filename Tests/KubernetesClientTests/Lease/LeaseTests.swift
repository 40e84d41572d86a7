import Foundation
import NIOHTTP1
import TestBasics
import Testing

@testable import KubernetesClient

@Suite struct MicroTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_136_214_245_000_000, "2006-01-02T15:04:05.000000Z"),
            (1_136_214_245_000_001, "2006-01-02T15:04:05.000001Z"),
            (1_136_214_245_999_999, "2006-01-02T15:04:05.999999Z"),
            (1_136_214_245_120_000, "2006-01-02T15:04:05.120000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)]
    )
    func `is written with six fraction digits and read again`(microseconds: Int64, text: String) throws {
        var time = MicroTime(Date(timeIntervalSince1970: 0))
        time.microseconds = microseconds
        #expect(time.text == text)
        #expect(try JSONDecoder().decode([MicroTime].self, from: Data("[\"\(text)\"]".utf8)) == [time])
        #expect(String(decoding: try JSONEncoder().encode([time]), as: UTF8.self) == "[\"\(text)\"]")
    }

    @Test func `every microsecond of a second survives`() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            var time = MicroTime(Date())
            time.microseconds = Int64.random(in: 0...4_000_000_000_000_000, using: &random)
            #expect(try JSONDecoder().decode([MicroTime].self, from: Data("[\"\(time.text)\"]".utf8)) == [time])
        }
    }

    @Test(
        arguments: [
            ("2006-01-02T15:04:05Z", 1_136_214_245_000_000),
            ("2006-01-02T15:04:05.5Z", 1_136_214_245_500_000),
            ("2006-01-02T15:04:05.123456789Z", 1_136_214_245_123_457),
            ("2006-01-02T16:04:05.25+01:00", 1_136_214_245_250_000),
        ] as [(String, Int64)]
    )
    func `other writings of RFC 3339 are read`(text: String, microseconds: Int64) throws {
        #expect(try JSONDecoder().decode([MicroTime].self, from: Data("[\"\(text)\"]".utf8)).first?.microseconds == microseconds)
    }

    @Test(arguments: ["", "now", "2006-01-02", "2006-01-02T15:04:05.Z", "2006-01-02T15:04:05.1234567890Z", "2006-01-02T15:04:05.5"])
    func `what is no time is refused`(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([MicroTime].self, from: Data("[\"\(text)\"]".utf8)) }
    }

    @Test(arguments: ["10000-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "9999999999999999999-01-01T00:00:00Z"])
    func `what four digits of a year cannot say is refused`(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([MicroTime].self, from: Data("[\"\(text)\"]".utf8)) }
    }

    @Test func `what follows is later, and always written in another way`() {
        let time = MicroTime(Date(timeIntervalSince1970: 1000))
        let later = MicroTime(Date(timeIntervalSince1970: 2000))
        #expect(time.followed(by: later) == later)
        #expect(later.followed(by: time).microseconds == later.microseconds + 1)
        #expect(time.followed(by: time).microseconds == time.microseconds + 1)
        let last = MicroTime(Date(timeIntervalSince1970: .infinity))
        #expect(last.text == "9999-12-31T23:59:59.999999Z")
        #expect(last.followed(by: time) == time)
    }

    @Test(arguments: [Int64.min, .min + 1, -1, .max - 1, .max])
    func `no number of microseconds is too much`(microseconds: Int64) throws {
        var time = MicroTime(Date(timeIntervalSince1970: 0))
        time.microseconds = microseconds
        #expect(Timestamp.microseconds(time.text).map(Timestamp.range.contains) == true)
        #expect(Timestamp.microseconds(time.followed(by: time).text) != nil)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, 9.3e18, -9.3e18])
    func `no date is too far away`(seconds: Double) {
        #expect(Timestamp.range.contains(MicroTime(Date(timeIntervalSince1970: seconds)).microseconds))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct LeaseLockTests {
    private let path = "/apis/coordination.k8s.io/v1/namespaces/n/leases"
    private let lease = """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"n","resourceVersion":"5"},\
        "spec":{"holderIdentity":"a","leaseDurationSeconds":15,"acquireTime":"2006-01-02T15:04:05.000000Z",\
        "renewTime":"2006-01-02T15:04:05.000001Z","leaseTransitions":2}}
        """

    @Test func `reads, creates and replaces with the API server's verbs`() async throws {
        let answers = [FakeAPIServer.Answer.ok(lease), .ok(lease), .ok(lease)]
        try await FakeAPIServer.run(script: answers) { server in
            try await withClient(of: server) { client in
                let lock = LeaseLock(client: client, namespace: "n", name: "l")
                let read = try #require(try await lock.read())
                #expect(read.spec.holderIdentity == "a")
                _ = try await lock.create(read.spec)
                _ = try await lock.replace(read)
            }
            let received = server.received
            #expect(received.map(\.method) == [.GET, .POST, .PUT])
            #expect(received.map(\.path) == [path + "/l", path, path + "/l"])
            #expect(received[2].body.contains(#""resourceVersion":"5""#), "the write holds the version that was read")
            #expect(received[2].body.contains(#""renewTime":"2006-01-02T15:04:05.000001Z""#))
            #expect(received[1].body.contains(#""name":"l""#))
        }
    }

    @Test func `a Lease that does not exist is nil`() async throws {
        try await FakeAPIServer.run(script: [.whole(.notFound, body: JSONText.status(404, "NotFound"))]) { server in
            try await withClient(of: server) { client in
                let lease = try await LeaseLock(client: client, namespace: "n", name: "l").read()
                #expect(lease == nil)
            }
        }
    }
}
