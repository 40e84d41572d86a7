import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the operators' page. It is part of the executable.
struct DashboardFile: Sendable {
    let path: String
    let contentType: String
    private let body: ByteBuffer
    private let eTag: String

    /// The page itself, and the files that it loads. Their addresses are relative, so that a proxy may serve all of them below a prefix.
    static let all: [DashboardFile] = [
        DashboardFile("/dashboard", "text/html", PackageResources.index_html),
        DashboardFile("/dashboard/style.css", "text/css", PackageResources.style_css),
        DashboardFile("/dashboard/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        script("api", PackageResources.api_js),
        script("app", PackageResources.app_js),
        script("charts", PackageResources.charts_js),
        script("detail", PackageResources.detail_js),
        script("dialogs", PackageResources.dialogs_js),
        script("dom", PackageResources.dom_js),
        script("format", PackageResources.format_js),
        script("stacks", PackageResources.stacks_js),
        script("stream", PackageResources.stream_js),
        script("table", PackageResources.table_js),
    ]

    private static func script(_ name: String, _ bytes: [UInt8]) -> DashboardFile {
        DashboardFile("/dashboard/\(name).js", "text/javascript", bytes)
    }

    private init(_ path: String, _ contentType: String, _ bytes: [UInt8]) {
        self.path = path
        self.contentType = "\(contentType); charset=utf-8"
        body = ByteBuffer(bytes: bytes)
        let digest = SHA256.hash(data: bytes).prefix(12)
        eTag = "\"" + digest.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined() + "\""
    }

    /// Only the service's own files may run or be loaded, and no other page may show this one in a frame.
    private static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// Returns the file, or 304 if the client has this version of it.
    func respond(_ request: Request, _ context: APIContext) async throws -> Response {
        var headers: HTTPFields = [
            .cacheControl: "no-cache", .contentSecurityPolicy: Self.contentSecurityPolicy, .eTag: eTag, .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        guard !isKnown(to: request) else { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = contentType
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    private func isKnown(to request: Request) -> Bool {
        request.headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { tag in
            let tag = tag.trimming(while: { $0 == " " || $0 == "\t" })
            // A proxy that compresses makes the tag a weak one.
            return tag == "*" || tag == eTag || tag == "W/" + eTag
        }
    }
}

extension Substring {
    fileprivate func trimming(while isBlank: (Character) -> Bool) -> Substring {
        var text = drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
