import HTTPTypes

/// A request that never reaches the service.
enum RequestError: Error {
    case routeNotFound(String)
    case methodNotAllowed(String, allowed: String)
    case bodyTooLarge(limit: Int)
    case unauthorized

    /// The stable name of the failure, as it stands in `code` of the answer.
    enum Code: String, CaseIterable {
        case routeNotFound = "route_not_found"
        case methodNotAllowed = "method_not_allowed"
        case bodyTooLarge = "body_too_large"
        case unauthorized
    }

    var code: Code {
        switch self {
        case .routeNotFound: .routeNotFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLarge: .bodyTooLarge
        case .unauthorized: .unauthorized
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .routeNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLarge: .contentTooLarge
        case .unauthorized: .unauthorized
        }
    }

    var message: String {
        switch self {
        case .routeNotFound(let path): "no such route: \(path.prefix(200))"
        case .methodNotAllowed(let method, let allowed): "method \(method) is not allowed here; allowed: \(allowed)"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .unauthorized: "the header X-API-KEY is missing or wrong"
        }
    }

    var headers: HTTPFields {
        switch self {
        case .methodNotAllowed(_, let allowed): [.allow: allowed]
        // RFC 9110, section 11.6.1: a 401 names what to authenticate with.
        case .unauthorized: [.wwwAuthenticate: #"ApiKey header="X-API-KEY""#]
        case .routeNotFound, .bodyTooLarge: [:]
        }
    }
}
