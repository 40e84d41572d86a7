import HTTPTypes

/// A file of the operators' page. It is part of the executable.
struct DashboardFile: Sendable {
    let path: String
    let content: StaticContent

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
        script("nodes", PackageResources.nodes_js),
        script("stacks", PackageResources.stacks_js),
        script("stream", PackageResources.stream_js),
        script("table", PackageResources.table_js),
    ]

    private static func script(_ name: String, _ bytes: [UInt8]) -> DashboardFile {
        DashboardFile("/dashboard/\(name).js", "text/javascript", bytes)
    }

    private init(_ path: String, _ type: String, _ bytes: [UInt8]) {
        self.path = path
        content = StaticContent(bytes, contentType: "\(type); charset=utf-8", headers: Self.headers)
    }

    /// Only the service's own files may run or be loaded, and no other page may show this one in a frame.
    private static let headers: HTTPFields = {
        let policy = [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "base-uri 'none'",
            "form-action 'none'", "frame-ancestors 'none'",
        ]
        var headers: HTTPFields = [.contentSecurityPolicy: policy.joined(separator: "; "), .xContentTypeOptions: "nosniff"]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return headers
    }()
}
