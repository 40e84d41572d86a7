import HTTPTypes
import Hummingbird
import Logging
import PodPolicy
import Stacks

/// Turns whatever a route throws into the contract's error body. What is not meant for callers is logged, and they get the
/// request's id to ask about.
struct ErrorMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as StackError {
            return try respond(to: error, context)
        } catch let error as RequestError {
            return try .json(ErrorBody(error: error.message, code: error.code), status: error.status, headers: error.headers)
        } catch let error as HTTPError where error.status == .notFound {
            return try .json(ErrorBody(error: "no such route: \(request.uri.path.prefix(200))", code: "route_not_found"), status: .notFound)
        } catch let error as HTTPError where error.status.kind == .clientError {
            let body = ErrorBody(error: error.body ?? error.status.reasonPhrase, code: StackError.Code.invalidRequest.rawValue)
            return try .json(body, status: error.status)
        } catch {
            context.logger.error("unexpected error", metadata: ["error": "\(error)"])
            return try respond(to: StackError(.internalError, "an internal error occurred"), context)
        }
    }

    private func respond(to error: StackError, _ context: APIContext) throws -> Response {
        var headers = HTTPFields()
        if let seconds = error.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        let status = error.code.httpStatus
        var body = ErrorBody(error: error.message, code: error.code.rawValue)
        if !error.details.isEmpty { body.details = error.details.map(ProblemBody.init) }
        if status == .internalServerError { body.requestID = context.id }
        return try .json(body, status: status, headers: headers)
    }
}

struct ErrorBody: Encodable {
    var error: String
    var code: String
    var details: [ProblemBody]?
    var requestID: String?

    enum CodingKeys: String, CodingKey {
        case error, code, details
        case requestID = "request_id"
    }
}

/// One problem of a refused Pod spec.
struct ProblemBody: Encodable {
    var path: String
    var code: String
    var message: String
    var line: Int?
    var column: Int?

    init(_ problem: PodSpecProblem) {
        path = problem.path
        code = problem.code
        message = problem.message
        line = problem.line
        column = problem.column
    }
}

/// A request that never reaches the service.
enum RequestError: Error {
    case methodNotAllowed(String, allowed: String)
    case bodyTooLarge(limit: Int)
    case unauthorized

    var status: HTTPResponse.Status {
        switch self {
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLarge: .contentTooLarge
        case .unauthorized: .unauthorized
        }
    }

    var code: String {
        switch self {
        case .methodNotAllowed: "method_not_allowed"
        case .bodyTooLarge: "body_too_large"
        case .unauthorized: "unauthorized"
        }
    }

    var message: String {
        switch self {
        case .methodNotAllowed(let method, let allowed): "method \(method) is not allowed here; allowed: \(allowed)"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .unauthorized: "the header X-API-KEY is missing or wrong"
        }
    }

    var headers: HTTPFields {
        guard case .methodNotAllowed(_, let allowed) = self else { return [:] }
        return [.allow: allowed]
    }
}

extension StackError.Code {
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .invalidRequest, .invalidPodSpec, .limitRangeViolated: .badRequest
        case .stackNotFound: .notFound
        case .stackExists: .conflict
        case .idempotencyKeyReused: .unprocessableContent
        case .userStackLimitReached, .clusterSaturated, .unschedulable, .nodePortsExhausted, .quotaExceeded, .tooManyCreates,
            .requestInProgress, .deletionPending, .kubernetesUnavailable, .storeUnavailable, .shuttingDown:
            .serviceUnavailable
        case .namespaceMissing, .namespaceTerminating, .admissionDenied, .kubernetesUnauthorized, .kubernetesForbidden, .internalError:
            .internalServerError
        }
    }
}
