import HTTPTypes

/// An error detected before the request reaches the service.
enum RequestError: Error, Equatable {
    case routeNotFound(String)
    case methodNotAllowed(String, allowed: String)
    case emptySegment(String)
    case unauthorized
    case bodyTooLarge(limit: Int)
    case unsupportedEncoding(String)
    case expectationFailed(String)
    case notHTTP
    case host(count: Int)
    case headTooLarge(limit: Int)
    case timedOut(RequestPart, seconds: Int64)

    /// The part of a request that did not arrive in time.
    enum RequestPart: String {
        case head, body
    }

    /// The stable error code, the `code` of the response.
    enum Code: String, CaseIterable {
        case invalidRequest = "invalid_request"
        case routeNotFound = "route_not_found"
        case methodNotAllowed = "method_not_allowed"
        case unauthorized
        case bodyTooLarge = "body_too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case expectationFailed = "expectation_failed"
        case headerTooLarge = "header_too_large"
        case requestTimeout = "request_timeout"

        var status: HTTPResponse.Status {
            switch self {
            case .invalidRequest: .badRequest
            case .routeNotFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .unauthorized: .unauthorized
            case .bodyTooLarge: .contentTooLarge
            case .unsupportedMediaType: .unsupportedMediaType
            case .expectationFailed: .expectationFailed
            case .headerTooLarge: .requestHeaderFieldsTooLarge
            case .requestTimeout: .requestTimeout
            }
        }
    }

    var code: Code {
        switch self {
        case .routeNotFound: .routeNotFound
        case .methodNotAllowed: .methodNotAllowed
        case .emptySegment, .notHTTP, .host: .invalidRequest
        case .unauthorized: .unauthorized
        case .bodyTooLarge: .bodyTooLarge
        case .unsupportedEncoding: .unsupportedMediaType
        case .expectationFailed: .expectationFailed
        case .headTooLarge: .headerTooLarge
        case .timedOut: .requestTimeout
        }
    }

    var status: HTTPResponse.Status { code.status }

    var message: String {
        switch self {
        case .routeNotFound(let path): "no such route: \(path.prefix(200))"
        case .methodNotAllowed(let method, let allowed): "method \(method) is not allowed here; allowed: \(allowed)"
        case .emptySegment(let path): "the path \(path.prefix(200)) has an empty segment; slashes stand between segments only"
        case .unauthorized: "the API key in X-API-KEY or Authorization: Bearer is missing or wrong"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .unsupportedEncoding(let encoding): "Content-Encoding: is \(encoding.prefix(40)); only identity is supported"
        case .expectationFailed(let expectation): "Expect: is \(expectation.prefix(40)); only 100-continue is supported"
        case .notHTTP: "the request is not HTTP/1.1"
        case .host(let count): "Host: must be there once, and is \(count == 0 ? "missing" : "there \(count) times")"
        case .headTooLarge(let limit): "the request line and the headers are larger than \(limit) bytes"
        case .timedOut(let part, let seconds): "the \(part.rawValue) of the request did not come within \(seconds) seconds"
        }
    }

    var headers: HTTPFields {
        switch self {
        case .methodNotAllowed(_, let allowed): [.allow: allowed]
        // RFC 9110, section 11.6.1: a 401 names the authentication scheme.
        case .unauthorized: [.wwwAuthenticate: #"Bearer, ApiKey header="X-API-KEY""#]
        // RFC 9110, section 12.5.3: the supported encodings.
        case .unsupportedEncoding: [.acceptEncoding: "identity"]
        default: [:]
        }
    }
}
