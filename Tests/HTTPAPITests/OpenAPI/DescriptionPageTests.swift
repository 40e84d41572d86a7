import Crypto
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPAPI

@Suite struct DescriptionPageTests {
    @Test func `the page names each route, each schema and each error code`() async throws {
        try await withAPI { api async throws in
            let page = try await api.get("/docs")
            #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
            for operation in api.operations {
                #expect(page.text.contains("<b>\(operation.method.rawValue)</b> \(operation.path)</code></h3>"), "\(operation.id)")
                for code in operation.errors.flatMap(\.codes) { #expect(page.text.contains("<code>\(code)</code>")) }
            }
            for name in api.document.components.keys { #expect(page.text.contains("id=\"schema-\(name)\"")) }
            for link in page.text.matches(of: /href="#([^"]+)"/) { #expect(page.text.contains("id=\"\(link.1)\""), "\(link.1)") }
        }
    }

    @Test func `the page needs nothing but itself, and its policy allows nothing else`() async throws {
        try await withAPI { api async throws in
            let page = try await api.get("/docs")
            let style = try #require(page.text.firstMatch(of: /<style>([^<]*)<\/style>/)?.1)
            let digest = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
            #expect(
                page.header("Content-Security-Policy")
                    == "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
            for part in ["<script", "style=", "src=", "@import", "url(", "http:", "https:"] {
                #expect(!page.text.contains(part), "\(part)")
            }
            #expect(page.text.contains("@media (prefers-color-scheme: dark)"))
        }
    }

    @Test func `markup in a text is shown, not read`() {
        #expect(HTML.escaped(#"<a href="x">'&'</a>"#) == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;")
    }

    @Test func `neither the document nor its page asks for the key`() async throws {
        var options = APIBench.Options()
        options.apiKey = "s3cret"
        try await withAPI(options) { api async throws in
            for path in ["/openapi.json", "/docs"] { #expect(try await api.get(path).status == 200) }
        }
    }
}
