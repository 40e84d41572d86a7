import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import PodPolicy
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

@Suite struct ErrorMiddlewareTests {
    /// What the contract says of every code.
    private static let statuses: [StackError.Code: Int] = [
        .invalidRequest: 400, .invalidPodSpec: 400, .limitRangeViolated: 400, .stackNotFound: 404, .stackExists: 409, .renewalTooEarly: 409,
        .lifetimeExhausted: 409, .logsNotReady: 409,
        .idempotencyKeyReused: 422, .requestInProgress: 503, .userStackLimitReached: 503, .clusterSaturated: 503, .unschedulable: 503,
        .nodePortsExhausted: 503, .quotaExceeded: 503, .tooManyCreates: 503, .tooManyListeners: 503, .clientClosedRequest: 499,
        .tooManyReads: 503, .kubernetesUnavailable: 503,
        .runtimeClassMissing: 503,
        .installationMismatch: 503, .storeUnavailable: 503, .shuttingDown: 503, .namespaceMissing: 500, .namespaceTerminating: 500,
        .admissionDenied: 500, .admissionUnavailable: 503, .clusterIPsExhausted: 503,
        .kubernetesUnauthorized: 500, .kubernetesForbidden: 500, .internalError: 500,
    ]

    @Test(arguments: StackError.Code.allCases)
    func `every code has its status, and Retry-After stands on each 503, and on a 409 that passes`(code: StackError.Code) async throws {
        for seconds in [nil, 30] {
            let (answer, _) = try await answer(to: StackError(code, "what happened", retryAfterSeconds: seconds))
            #expect(answer.status == Self.statuses[code])
            #expect(answer.code == code.rawValue)
            #expect(answer.error == "what happened")
            let expected = answer.status == 503 ? "\(seconds ?? 5)" : answer.status == 409 ? seconds.map { "\($0)" } : nil
            #expect(answer.header("Retry-After") == expected)
            #expect(answer.header("Content-Type") == "application/json; charset=utf-8")
            let requestID = answer.header("X-Request-Id")
            #expect(requestID?.isEmpty == false)
            #expect(answer.body["request_id"]?.string == (answer.status == 500 ? requestID : nil))
            #expect(answer.body.keys == (answer.status == 500 ? ["error", "code", "request_id"] : ["error", "code"]))
        }
    }

    @Test func `an unexpected error is logged with its id, and the caller gets the id only`() async throws {
        struct Unforeseen: Error { var password = "hunter2" }
        let (answer, log) = try await answer(to: Unforeseen())
        #expect(answer.status == 500)
        let id = try #require(answer.header("X-Request-Id"))
        #expect(answer.body == ["error": "an internal error occurred", "code": "internal_error", "request_id": .string(id)])
        let line = try #require(log.lines.value.first { $0.level == .error })
        #expect(line.metadata["error"]?.contains("Unforeseen") == true)
        #expect(line.metadata["hb.request.id"] == id)
        #expect(log.requests.map(\.metadata["hb.request.id"]) == [id])
    }

    @Test func `a refused Pod spec lists every problem with its place`() async throws {
        let problems = [
            PodSpecProblem(path: "spec.hostPID", code: .notAllowed, message: "must not be set", line: 3, column: 5),
            PodSpecProblem(path: "", code: .syntax, message: "is empty"),
        ]
        let (answer, _) = try await answer(to: StackError(.invalidPodSpec, "pod_spec: two problems", details: problems))
        #expect(
            answer.body["details"] == [
                ["path": "spec.hostPID", "code": "not_allowed", "message": "must not be set", "line": 3, "column": 5],
                ["path": "", "code": "syntax", "message": "is empty"],
            ]
        )
    }

    @Test(arguments: [true, false])
    func `a conflict names the stack that stands in the way`(isLeaving: Bool) async throws {
        var error = StackError(.stackExists, "it exists")
        error.conflict = StackError.Conflict(stackID: .numbered(1), isLeaving: isLeaving)
        let (answer, _) = try await answer(to: error)
        let id = JSON.string(StackID.numbered(1).description)
        #expect(answer.body == ["error": "it exists", "code": "stack_exists", "stack_id": id, "retry": .bool(isLeaving)])
    }

    @Test func `the framework's own refusals have the same shape`() async throws {
        let (answer, _) = try await answer(to: HTTPError(.badRequest, message: "no such thing"))
        #expect(answer.status == 400)
        #expect(answer.body == ["error": "no such thing", "code": "invalid_request"])
        let (silent, _) = try await self.answer(to: HTTPError(.unsupportedMediaType))
        #expect(silent.status == 415)
        #expect(silent.body == ["error": "Unsupported Media Type", "code": "invalid_request"])
    }

    private func answer(to error: any Error) async throws -> (Answer, RecordingLog) {
        let router = Router(context: APIContext.self)
        router.addMiddleware {
            AccessLogMiddleware()
            ErrorMiddleware()
        }
        router.get("/fail") { _, _ -> Response in throw error }
        let log = RecordingLog(level: .debug)
        let application = Application(router: router, logger: Logger(label: "test") { _ in log })
        let answer = try await application.test(.router) { client in
            let response = try await client.execute(uri: "/fail", method: .get)
            let data = Data(response.body.readableBytesView)
            return Answer(
                status: response.status.code,
                headers: response.headers,
                text: String(decoding: data, as: UTF8.self),
                body: try JSONDecoder().decode(JSON.self, from: data)
            )
        }
        return (answer, log)
    }
}
