import HTTPTypes
import Hummingbird
import Logging
import Stacks

/// Maps every error of a route to the contract's error body. Details that callers must not see are logged; the response has the request id.
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
            return try respond(to: error, context)
        } catch let error as HTTPError where error.status == .notFound {
            return try respond(to: RequestError.routeNotFound(request.uri.path), context)
        } catch let error as HTTPError where error.status.kind == .clientError {
            context.audit.code = StackError.Code.invalidRequest.rawValue
            let body = ErrorBody(error: error.body ?? error.status.reasonPhrase, code: StackError.Code.invalidRequest.rawValue)
            return try .json(body, status: error.status)
        } catch {
            context.logger.error("unexpected error", metadata: ["error": "\(error)"])
            return try respond(to: StackError(.internalError, "an internal error occurred"), context)
        }
    }

    private func respond(to error: StackError, _ context: APIContext) throws -> Response {
        context.audit.code = error.code.rawValue
        let status = error.code.httpStatus
        var headers = HTTPFields()
        switch status {
        case .serviceUnavailable: headers[.retryAfter] = String(error.retryAfterSeconds ?? StackError.defaultRetryAfterSeconds)
        case .conflict: headers[.retryAfter] = error.retryAfterSeconds.map { String($0) }
        default: break
        }
        var body = ErrorBody(error: error.message, code: error.code.rawValue)
        if !error.details.isEmpty { body.details = error.details.map(ProblemBody.init) }
        if let conflict = error.conflict { (body.stackID, body.retry) = (conflict.stackID.description, conflict.isLeaving) }
        if status == .internalServerError { body.requestID = context.id }
        return try .json(body, status: status, headers: headers)
    }

    private func respond(to error: RequestError, _ context: APIContext) throws -> Response {
        context.audit.code = error.code.rawValue
        return try .json(ErrorBody(error: error.message, code: error.code.rawValue), status: error.status, headers: error.headers)
    }
}

extension StackError {
    /// The Retry-After of errors without a known duration.
    static let defaultRetryAfterSeconds = 5
}

extension StackError.Code {
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .invalidRequest, .invalidPodSpec, .limitRangeViolated: .badRequest
        case .stackNotFound: .notFound
        case .stackExists, .renewalTooEarly, .lifetimeExhausted, .logsNotReady: .conflict
        // As nginx calls it; seen in logs only.
        case .clientClosedRequest: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
        case .idempotencyKeyReused: .unprocessableContent
        case .userStackLimitReached, .clusterSaturated, .unschedulable, .nodePortsExhausted, .quotaExceeded, .tooManyCreates,
            .tooManyListeners, .tooManyReads, .requestInProgress, .admissionUnavailable, .clusterIPsExhausted, .kubernetesUnavailable,
            .runtimeClassMissing, .storeUnavailable, .installationMismatch, .shuttingDown:
            .serviceUnavailable
        case .namespaceMissing, .namespaceTerminating, .admissionDenied, .kubernetesUnauthorized, .kubernetesForbidden, .internalError:
            .internalServerError
        }
    }
}
