import FoundationEssentials
import Subprocess
import SystemPackage
import TestBasics
import Testing

@testable import DynamoDB

/// Signatures against those of AWS's own SDK for Python.
@Suite struct SigV4BotocoreTests {
    /// The path of a Python that has botocore.
    static let python = ProcessInfo.processInfo.environment["TEST_PYTHON"]

    struct Case: Encodable {
        var method: String
        var host: String
        var path: String
        var query: [[String]]
        var headers: [[String]]
        var body: Data
        var id: String
        var secret: String
        var token: String?
        var region: String
        var service: String
        var time: Int
    }

    @Test(.enabled(if: python != nil, "TEST_PYTHON names a Python that has botocore"))
    func `random requests are signed as botocore signs them`() async throws {
        var generator = SeededGenerator(seed: 4)
        let cases = (0..<400).map { _ in Self.randomCase(&generator) }
        let expected = try await botocore(cases)
        #expect(expected.count == cases.count)
        for (signed, theirs) in zip(cases, expected) {
            #expect(Self.authorization(signed) == theirs, "\(signed)")
        }
    }

    private func botocore(_ cases: [Case]) async throws -> [String] {
        let script = FilePath(#filePath).removingLastComponent().appending("Fixtures/sign.py")
        let input = String(decoding: try JSONEncoder().encode(cases), as: UTF8.self)
        let result = try await run(
            .path(FilePath(try #require(Self.python))),
            arguments: [script.string],
            input: .string(input),
            output: .string(limit: 4 << 20),
            error: .string(limit: 1 << 20)
        )
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        return try JSONDecoder().decode([String].self, from: Data(result.standardOutput.utf8))
    }

    private static func authorization(_ signed: Case) -> String? {
        let credentials = AWSCredentials(accessKeyID: signed.id, secretAccessKey: signed.secret, sessionToken: signed.token)
        let signer = SigV4Signer(credentials: credentials, region: signed.region, service: signed.service)
        let request = SigV4Signer.Request(
            method: signed.method,
            path: signed.path,
            query: signed.query.map { (name: $0[0], value: $0[1]) },
            headers: [(name: "Host", value: signed.host)] + signed.headers.map { (name: $0[0], value: $0[1]) },
            body: [UInt8](signed.body)
        )
        let date = Date(timeIntervalSince1970: TimeInterval(signed.time))
        return signer.headers(signing: request, at: date).first { $0.name == "Authorization" }?.value
    }

    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    private static let odd = letters + " -._~!$&'()*+,;=:@%\"äß日本\u{1F600}"

    private static func randomCase(_ generator: inout SeededGenerator) -> Case {
        func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }
        func one<Element>(of elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }
        func many<Element>(_ counts: ClosedRange<Int>, _ make: () -> Element) -> [Element] { (0..<number(counts)).map { _ in make() } }
        func text(_ alphabet: String, _ lengths: ClosedRange<Int>) -> String {
            let characters = Array(alphabet)
            return String(many(lengths) { one(of: characters) })
        }
        return Case(
            method: one(of: ["GET", "POST", "PUT", "DELETE"]),
            host: text("abcdefgh", 1...10) + ".example.com",
            path: "/" + text(odd + "//..", 0...30),
            query: many(0...4) { [text(odd + "/?#", 1...8), text(odd + "/?#", 0...8)] },
            headers: many(0...4) { ["X-" + text("abcABC", 1...2), text(letters + "   \t,;=\"", 0...20)] },
            body: Data(many(0...200) { UInt8(number(0...255)) }),
            id: "AKIA" + text(letters, 16...16),
            secret: text(letters + "/+", 40...40),
            token: number(0...1) == 0 ? nil : text(letters + "/+=", 1...200),
            region: one(of: ["us-east-1", "eu-central-1", "cn-north-1"]),
            service: one(of: ["dynamodb", "sts"]),
            time: number(946_684_800...4_102_444_800)
        )
    }
}
