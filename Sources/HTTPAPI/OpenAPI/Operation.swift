import HTTPTypes
import Stacks

/// The description of one method of one path: what it takes, and each response that it may give.
struct Operation: Sendable {
    /// The heading below which an operation stands.
    enum Tag: String, Sendable, CaseIterable {
        case stacks, users, operation, description

        var text: String {
            switch self {
            case .stacks: "The stacks: create, read, renew, delete, watch."
            case .users: "The stacks of one user."
            case .operation: "Probes, sums and metrics."
            case .description: "This description."
            }
        }
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }

        var place: Place
        var name: String
        var schema: Schema
        var text: String

        static func path(_ name: String, _ schema: Schema, _ text: String) -> Parameter { .init(.path, name, schema, text) }
        static func query(_ name: String, _ schema: Schema, _ text: String) -> Parameter { .init(.query, name, schema, text) }
        static func header(_ name: String, _ schema: Schema, _ text: String) -> Parameter { .init(.header, name, schema, text) }

        private init(_ place: Place, _ name: String, _ schema: Schema, _ text: String) {
            (self.place, self.name, self.schema, self.text) = (place, name, schema, text)
        }
    }

    struct Body: Sendable {
        var schema: Schema
        var isRequired: Bool
        var text: String
    }

    var method: HTTPRequest.Method
    /// The path with its parameters in braces, which the router and OpenAPI write alike.
    var path: String
    var id: String
    var tag: Tag
    var summary: String
    /// More than the summary says, in sentences.
    var text = ""
    var parameters: [Parameter] = []
    var body: Body?
    /// The responses that are no errors, and the 503 of `GET /readyz`.
    var replies: [Reply]
    /// The codes of the service. Those that follow from HTTP are added.
    var codes: [StackError.Code] = []
    /// False if the operation is open without an API key.
    var needsKey = true

    /// Every error code, by status in ascending order. That of a client that has left is seen in logs only.
    var errors: [(status: HTTPResponse.Status, codes: [String])] {
        var all: [ErrorCode] = [.invalidRequest, .requestTimeout, .unsupportedMediaType, .expectationFailed, .headerTooLarge].map(
            ErrorCode.request
        )
        if needsKey { all.append(.request(.unauthorized)) }
        if body != nil { all.append(.request(.bodyTooLarge)) }
        all += codes.map(ErrorCode.service)
        return Dictionary(grouping: all, by: \.status.code).sorted { $0.key < $1.key }.map { ($1[0].status, $1.map(\.text)) }
    }
}

/// A response that is described on its own.
struct Reply: Sendable {
    struct Content: Sendable {
        var mediaType: String
        var schema: Schema
    }

    var status: HTTPResponse.Status
    var text: String
    var contents: [Content]
    var headers: [Header]

    init(_ status: HTTPResponse.Status, _ text: String, _ contents: [Content], headers: [Header] = [.noStore]) {
        self.status = status
        self.text = text
        self.contents = contents
        self.headers = headers
    }

    static func json(_ status: HTTPResponse.Status, _ text: String, _ bodies: Schema.Component..., headers: [Header] = []) -> Reply {
        let schema = bodies.count == 1 ? bodies[0].reference : Schema.any(of: bodies.map(\.reference), text)
        return Reply(status, text, [Content(mediaType: "application/json", schema: schema)], headers: [.noStore] + headers)
    }

    /// A header of a response.
    struct Header: Sendable {
        var name: String
        var text: String
        var schema = Schema.string()
        var isRequired = true

        static let noStore = Header(name: "Cache-Control", text: "never to be cached", schema: .choice(["no-store"]))
        static let revalidate = Header(name: "Cache-Control", text: "to be cached with its ETag", schema: .choice(["no-cache"]))
        static let noSniff = Header(name: "X-Content-Type-Options", text: "the type is as told", schema: .choice(["nosniff"]))
        static let entityTag = Header(name: "ETag", text: "changes with the content")
        static let preferenceApplied = Header(name: "Preference-Applied", text: "the preferences that were applied", isRequired: false)
        static func retryAfter(isRequired: Bool) -> Header {
            Header(name: "Retry-After", text: "seconds until a repetition may succeed", schema: .integer(0), isRequired: isRequired)
        }

        /// The id of the request in the log. Input that is no request gets no id.
        static func requestID(of status: HTTPResponse.Status) -> Header {
            Header(name: "X-Request-Id", text: "the id of the request in the log", isRequired: ![400, 408, 431].contains(status.code))
        }

        /// The headers of an error response.
        static func headers(ofError status: HTTPResponse.Status) -> [Header] {
            switch status.code {
            case 401: [noStore, Header(name: "WWW-Authenticate", text: "the schemes of the API key")]
            case 409: [noStore, retryAfter(isRequired: false)]
            case 415: [noStore, Header(name: "Accept-Encoding", text: "the only encoding that is read", schema: .choice(["identity"]))]
            case 503: [noStore, retryAfter(isRequired: true)]
            default: [noStore]
            }
        }
    }
}
