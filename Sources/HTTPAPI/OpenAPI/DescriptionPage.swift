import Crypto
import FoundationEssentials
import HTTPTypes

/// The page at `/docs`: the operations and schemas of the document, as HTML without scripts and without other files.
struct DescriptionPage {
    private let document: OpenAPIDocument

    init(_ document: OpenAPIDocument) { self.document = document }

    /// The headers that let the page have its own style and nothing else.
    var headers: HTTPFields {
        let digest = Data(SHA256.hash(data: Data(Self.style.utf8))).base64EncodedString()
        var headers = HTTPFields()
        for (name, value) in [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return headers
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(HTML.escaped(OpenAPIDocument.title)): HTTP API</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <header>
        <h1>\(HTML.escaped(OpenAPIDocument.title))</h1>
        <p>\(HTML.escaped(OpenAPIDocument.introduction))</p>
        <p>Version \(HTML.escaped(document.version)). For programs: <a href="openapi.json">openapi.json</a>.</p>
        </header>
        <nav aria-label="Operations">\(Operation.Tag.allCases.map(navigation).joined())</nav>
        <main>
        \(Operation.Tag.allCases.map(group).joined(separator: "\n"))
        <section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>
        \(document.components.map(schema).joined(separator: "\n"))
        </section>
        </main>
        </body>
        </html>

        """
    }

    private func operations(of tag: Operation.Tag) -> [Operation] { document.operations.filter { $0.tag == tag } }

    private func navigation(_ tag: Operation.Tag) -> String {
        let links = operations(of: tag).map { operation in
            "<li><a href=\"#\(HTML.anchor("operation", operation.id))\">\(Self.name(operation))</a></li>"
        }
        return "<ul>\(links.joined())</ul>"
    }

    private static func name(_ operation: Operation) -> String {
        "<code><b>\(HTML.escaped(operation.method.rawValue))</b> \(HTML.escaped(operation.path))</code>"
    }

    private func group(_ tag: Operation.Tag) -> String {
        let id = HTML.anchor("tag", tag.rawValue)
        return """
            <section aria-labelledby="\(id)"><h2 id="\(id)">\(HTML.escaped(tag.text))</h2>
            \(operations(of: tag).map(article).joined(separator: "\n"))
            </section>
            """
    }

    private func article(_ operation: Operation) -> String {
        let id = HTML.anchor("operation", operation.id)
        var parts = [
            "<h3 id=\"\(id)\">\(Self.name(operation))</h3>", "<p>\(HTML.escaped(operation.summary)) \(HTML.escaped(operation.text))</p>",
        ]
        if !operation.needsKey { parts.append("<p>Open without an API key.</p>") }
        if !operation.parameters.isEmpty {
            parts.append("<h4>Parameters</h4>" + HTML.list(operation.parameters.map(Self.parameter)))
        }
        if let body = operation.body {
            let type = SchemaText.type(body.schema.json) + (body.isRequired ? "" : ", optional")
            parts.append("<h4>Body</h4><p>\(type); \(HTML.escaped(body.text))</p>")
        }
        parts.append("<h4>Responses</h4>" + HTML.list(operation.replies.map(Self.reply) + operation.errors.map(Self.error)))
        return "<article aria-labelledby=\"\(id)\">\(parts.joined(separator: "\n"))</article>"
    }

    private static func parameter(_ parameter: Operation.Parameter) -> (String, String) {
        let note = ", in the \(parameter.place.rawValue)"
        return (HTML.code(parameter.name), SchemaText.whole(parameter.schema.json, note: note, text: parameter.text))
    }

    private static func reply(_ reply: Reply) -> (String, String) {
        let contents = reply.contents.map { content in
            content.mediaType == "application/json" ? SchemaText.type(content.schema.json) : HTML.code(content.mediaType)
        }
        let text = HTML.escaped(reply.text) + (contents.isEmpty ? "" : ": " + contents.joined(separator: " or "))
        return (HTML.code("\(reply.status.code)"), text)
    }

    private static func error(_ status: HTTPResponse.Status, _ codes: [String]) -> (String, String) {
        (HTML.code("\(status.code)"), HTML.link("schema", "Error") + ": " + codes.map(HTML.code).joined(separator: ", "))
    }

    private func schema(_ component: Schema.Component) -> String {
        let json = component.schema.json
        let required = json["required"]?.elements.compactMap(\.string) ?? []
        let fields = json["properties"]?.fields ?? []
        let text = json["description"]?.string.map { "<p>\(HTML.escaped($0))</p>" } ?? ""
        let rows = fields.map { (HTML.code($0.name), SchemaText.whole($0.value, note: required.contains($0.name) ? "" : ", optional")) }
        let id = HTML.anchor("schema", component.name)
        return "<article aria-labelledby=\"\(id)\"><h3 id=\"\(id)\">\(HTML.escaped(component.name))</h3>\(text)\(HTML.list(rows))</article>"
    }
}
