import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// The description of the API: the document, and a page that shows it. Both are made once.
struct DescriptionRoutes {
    private let document: StaticContent
    private let page: StaticContent

    init(_ document: OpenAPIDocument) {
        self.document = StaticContent(document.json.text, contentType: Response.jsonContentType)
        let page = DescriptionPage(document)
        self.page = StaticContent(page.html, contentType: "text/html; charset=utf-8", headers: page.headers)
    }

    var table: [Route] {
        zip(Self.operations, [document, page]).map { operation, content in
            Route(operation: operation) { request, _ in content.response(to: request) }
        }
    }

    static let operations: [Operation] = [
        operation(
            "/openapi.json",
            id: "openAPI",
            "Returns this document.",
            Reply.Content(mediaType: "application/json", schema: .object([])),
            headers: [.revalidate, .entityTag]
        ),
        operation(
            "/docs",
            id: "docs",
            "Returns this document as a page.",
            Reply.Content(mediaType: "text/html", schema: .string()),
            headers: [
                .revalidate, .entityTag, .noSniff,
                Reply.Header(name: "Content-Security-Policy", text: "allows the style of the page, and nothing else"),
                Reply.Header(name: "Referrer-Policy", text: "links tell nothing of this page", schema: .choice(["no-referrer"])),
            ]
        ),
    ]

    private static func operation(_ path: String, id: String, _ summary: String, _ content: Reply.Content, headers: [Reply.Header])
        -> Operation
    {
        Operation(
            method: .get,
            path: path,
            id: id,
            tag: .description,
            summary: summary,
            parameters: [.header("If-None-Match", .string(), "the ETag of a response that the client still has")],
            replies: [
                Reply(.ok, "the description", [content], headers: headers),
                Reply(.notModified, "the client has it", [], headers: headers),
            ],
            needsKey: false
        )
    }
}

/// A text that stays the same as long as the process lives.
struct StaticContent: Sendable {
    private let body: ByteBuffer
    private let entityTag: String
    private let headers: HTTPFields

    /// - Parameter headers: those beside type, caching and tag.
    init(_ text: String, contentType: String, headers: HTTPFields = [:]) {
        body = ByteBuffer(string: text)
        let digest = SHA256.hash(data: Data(text.utf8)).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        entityTag = "\"\(digest)\""
        var headers = headers
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-cache"
        headers[.eTag] = entityTag
        self.headers = headers
    }

    /// Responds 304 to a client that has the same text.
    /// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    func response(to request: Request) -> Response {
        // A tag has its quotes, so it is no part of another one in the list.
        guard request.headers[values: .ifNoneMatch].contains(where: { $0 == "*" || $0.contains(entityTag) }) else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        var headers = headers
        headers[.contentType] = nil
        // RFC 9110, section 8.6: the length that a 200 would have.
        headers[.contentLength] = String(body.readableBytes)
        return Response(status: .notModified, headers: headers)
    }
}
