import NIOHTTP1
import Testing

@testable import KubernetesClient

@Suite struct RetryTests {
    private static func status(_ code: Int, retryAfter: Int? = nil) -> KubernetesError {
        KubernetesError(.status, "m", code: code, retryAfterSeconds: retryAfter)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var error: KubernetesError
        /// Whether a GET or DELETE, and whether a POST, PUT or PATCH, is sent again.
        var repeatable: Bool
        var other: Bool

        var testDescription: String { "\(error), Retry-After \(error.retryAfterSeconds.map(String.init) ?? "none")" }
    }

    private static let rows = [
        Row(error: status(429), repeatable: true, other: true),
        Row(error: status(429, retryAfter: 1), repeatable: true, other: true),
        Row(error: status(429, retryAfter: 5), repeatable: true, other: true),
        Row(error: status(429, retryAfter: 6), repeatable: false, other: false),
        Row(error: status(503), repeatable: true, other: false),
        Row(error: status(503, retryAfter: 1), repeatable: true, other: true),
        Row(error: status(500), repeatable: false, other: false),
        Row(error: status(500, retryAfter: 1), repeatable: true, other: false),
        Row(error: status(502), repeatable: true, other: false),
        Row(error: status(504), repeatable: true, other: false),
        Row(error: status(400), repeatable: false, other: false),
        Row(error: status(401), repeatable: false, other: false),
        Row(error: status(403), repeatable: false, other: false),
        Row(error: status(404), repeatable: false, other: false),
        Row(error: status(409), repeatable: false, other: false),
        Row(error: status(410), repeatable: false, other: false),
        Row(error: status(422), repeatable: false, other: false),
        Row(error: KubernetesError(.transport, "m"), repeatable: true, other: false),
        Row(error: KubernetesError(.timedOut, "m"), repeatable: true, other: false),
        Row(error: KubernetesError(.decoding, "m"), repeatable: false, other: false),
        Row(error: KubernetesError(.request, "m"), repeatable: false, other: false),
        Row(error: KubernetesError(.configuration, "m"), repeatable: false, other: false),
        Row(error: KubernetesError(.credentials, "m"), repeatable: false, other: false),
        Row(error: KubernetesError(.throttled, "m"), repeatable: false, other: false),
    ]

    @Test(arguments: rows)
    func `only what did nothing or can be repeated is sent again`(row: Row) {
        for (methods, expected) in [([HTTPMethod.GET, .DELETE], row.repeatable), ([.POST, .PUT, .PATCH], row.other)] {
            for method in methods {
                let delay = Retry.delay(after: row.error, method: method, attempt: 1, random: 0.5)
                #expect((delay != nil) == expected, "\(method)")
            }
        }
    }

    @Test(arguments: [(1, 100, 200), (2, 200, 400), (3, 400, 800)])
    func `the wait doubles and is spread over its upper half`(attempt: Int, least: Int, most: Int) {
        let error = KubernetesError(.transport, "m")
        #expect(Retry.delay(after: error, method: .GET, attempt: attempt, random: 0) == .milliseconds(least))
        #expect(Retry.delay(after: error, method: .GET, attempt: attempt, random: 1) == .milliseconds(most))
    }

    @Test func `the server's wish is the least wait`() {
        #expect(Retry.delay(after: Self.status(429, retryAfter: 3), method: .POST, attempt: 1, random: 0) == .seconds(3))
        #expect(Retry.delay(after: Self.status(429, retryAfter: 0), method: .POST, attempt: 3, random: 0) == .milliseconds(400))
    }
}
