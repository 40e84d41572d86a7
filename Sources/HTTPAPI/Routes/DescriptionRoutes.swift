import HTTPTypes
import Hummingbird

/// The description of the API: the document, and a page that shows it. Both are made once.
struct DescriptionRoutes {
    private let document: StaticContent
    private let page: StaticContent

    init(_ document: OpenAPIDocument) {
        self.document = StaticContent(document.json.text.utf8, contentType: Response.jsonContentType)
        let page = DescriptionPage(document)
        self.page = StaticContent(page.html.utf8, contentType: "text/html; charset=utf-8", headers: page.headers)
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
