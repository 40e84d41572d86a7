import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

@testable import KubernetesClient

@Suite struct KubernetesErrorTests {
    private static func status(_ code: Int, _ reason: String? = nil) -> KubernetesError {
        var status = Status()
        status.reason = reason
        return KubernetesError(.status, "m", code: code, status: status)
    }

    struct Row: Sendable {
        var error: KubernetesError
        var holds: Set<String>
    }

    private static let rows = [
        Row(error: status(404, "NotFound"), holds: ["isNotFound"]),
        // Not the API server's word: a proxy's, or an unknown path.
        Row(error: status(404), holds: []),
        Row(error: KubernetesError(.status, "404 page not found", code: 404), holds: []),
        Row(error: status(409, "AlreadyExists"), holds: ["isAlreadyExists"]),
        Row(error: status(409, "Conflict"), holds: ["isConflict"]),
        Row(error: status(409), holds: ["isConflict"]),
        Row(error: status(410, "Expired"), holds: ["isGone"]),
        Row(error: status(410), holds: ["isGone"]),
        Row(error: status(200, "Expired"), holds: ["isGone"]),
        Row(error: status(200, "Gone"), holds: ["isGone"]),
        Row(error: status(403, "Forbidden"), holds: ["isForbidden"]),
        Row(error: status(422, "Invalid"), holds: ["isInvalid"]),
        Row(error: status(401, "Unauthorized"), holds: ["isUnauthorized"]),
        Row(error: status(429, "TooManyRequests"), holds: ["isTooManyRequests"]),
        Row(error: status(400, "BadRequest"), holds: []),
        Row(error: status(500, "InternalError"), holds: ["isUnavailable"]),
        Row(error: status(503, "ServiceUnavailable"), holds: ["isUnavailable"]),
        Row(error: KubernetesError(.transport, "m"), holds: ["isUnavailable"]),
        Row(error: KubernetesError(.timedOut, "m"), holds: ["isUnavailable"]),
        Row(error: KubernetesError(.decoding, "m"), holds: ["isUnavailable"]),
        Row(error: KubernetesError(.request, "m"), holds: []),
        Row(error: KubernetesError(.configuration, "m"), holds: []),
        Row(error: KubernetesError(.credentials, "m"), holds: ["isUnavailable"]),
        Row(error: KubernetesError(.throttled, "m"), holds: ["isUnavailable"]),
    ]

    @Test(arguments: rows)
    func `each property holds for its answers only`(row: Row) {
        let properties: [String: Bool] = [
            "isNotFound": row.error.isNotFound, "isAlreadyExists": row.error.isAlreadyExists, "isConflict": row.error.isConflict,
            "isGone": row.error.isGone, "isForbidden": row.error.isForbidden, "isInvalid": row.error.isInvalid,
            "isUnauthorized": row.error.isUnauthorized, "isTooManyRequests": row.error.isTooManyRequests,
            "isUnavailable": row.error.isUnavailable,
        ]
        #expect(Set(properties.filter(\.value).keys) == row.holds)
    }

    @Test func `the description has kind, code, reason and message`() {
        #expect(Self.status(404, "NotFound").description == "status 404 NotFound: m")
        #expect(KubernetesError(.transport, "reset").description == "transport: reset")
        #expect(KubernetesError(.status, "HTTP 502", code: 502).description == "status 502: HTTP 502")
    }

    @Test func `the header's Retry-After goes before the Status object's`() throws {
        let status = try JSONDecoder().decode(Status.self, from: Data(#"{"details":{"retryAfterSeconds":7}}"#.utf8))
        #expect(KubernetesError(.status, "m", status: status).retryAfterSeconds == 7)
        #expect(KubernetesError(.status, "m", status: status, retryAfterSeconds: 2).retryAfterSeconds == 2)
    }

    @Test(
        arguments: [
            (HTTPClientError.deadlineExceeded, .timedOut), (.connectTimeout, .timedOut), (.readTimeout, .timedOut),
            (.writeTimeout, .timedOut),
            (.tlsHandshakeTimeout, .timedOut), (.getConnectionFromPoolTimeout, .timedOut), (.remoteConnectionClosed, .transport),
            (.alreadyShutdown, .transport),
        ] as [(HTTPClientError, KubernetesError.Kind)]
    )
    func `the HTTP client's errors become ours`(error: HTTPClientError, kind: KubernetesError.Kind) {
        #expect((Transport.translate(error) as? KubernetesError)?.kind == kind)
    }

    @Test func `errors of a cancelled task count as cancellation`() async {
        #expect(Transport.translate(HTTPClientError.cancelled) is CancellationError)
        #expect(Transport.translate(CancellationError()) is CancellationError)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return Transport.translate(HTTPClientError.remoteConnectionClosed) is CancellationError
        }
        #expect(await task.value)
    }

    @Test func `our own errors stay as they are, and too long an answer is no lost connection`() {
        let error = KubernetesError(.decoding, "m")
        #expect(Transport.translate(error) as? KubernetesError == error)
        let tooLong = Transport.translate(NIOTooManyBytesError(maxBytes: 5)) as? KubernetesError
        #expect(tooLong == KubernetesError(.decoding, "the answer is longer than 5 bytes"))
    }
}
