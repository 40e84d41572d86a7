import HTTPTypes
import Hummingbird

/// A row of the table of routes, of which the router, the document and its page are made: a description, and what carries it out.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    var operation: Operation
    var handler: Handler
}

extension Router<APIContext> {
    func add(_ routes: [Route]) {
        for (path, routes) in Dictionary(grouping: routes, by: \.operation.path) {
            add(RouterPath(path), Dictionary(routes.map { ($0.operation.method, $0.handler) }) { first, _ in first })
        }
    }

    /// Adds a path with its methods, and HEAD if there is GET. Any other method gets a 405 with the allowed methods.
    func add(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Route.Handler]) {
        var handlers = handlers
        // The access log middleware removes the body.
        handlers[.head] = handlers[.get]
        let allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for method in HTTPRequest.Method.parsed {
            if let handler = handlers[method] {
                on(path, method: method, use: handler)
            } else {
                on(path, method: method) { request, _ -> Response in
                    throw RequestError.methodNotAllowed(request.method.rawValue, allowed: allowed)
                }
            }
        }
    }
}

extension HTTPRequest.Method {
    /// Every method that the HTTP parser accepts.
    static let parsed = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
        "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY",
        "PROPFIND", "PROPPATCH", "PURGE", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK",
        "UNSUBSCRIBE",
    ].compactMap { HTTPRequest.Method($0) }
}
