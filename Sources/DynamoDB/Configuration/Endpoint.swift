import FoundationEssentials

/// The address of a service.
struct Endpoint: Sendable, Equatable {
    /// Scheme, host, port and path, without a trailing slash.
    let url: String
    /// The `Host` header, with the port unless it is the scheme's default.
    let host: String
    let path: String

    /// - Parameter name: the setting with the URL, for the error.
    /// - Throws: ``DynamoDBError`` `configuration` if the text is not an HTTP URL.
    init(_ text: String, namedBy name: String) throws {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.query() == nil, url.user() == nil
        else { throw DynamoDBError(.configuration, "\(name) must be a URL such as http://127.0.0.1:8000 or https://host") }
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        let isDefaultPort = url.port == nil || url.port == (scheme == "http" ? 80 : 443)
        self.host = isDefaultPort ? name : "\(name):\(url.port ?? 0)"
        let path = url.path(percentEncoded: true)
        self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
        self.url = "\(scheme)://\(self.host)\(self.path)"
    }

    init(host: String) {
        url = "https://\(host)"
        self.host = host
        path = ""
    }

    /// Returns the endpoint of a service from environment or profile; nil if none is configured.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    /// - Parameter legacyVariable: a variable with the lowest priority, from before the SDKs had standard names.
    static func configured(
        service: String,
        legacyVariable: String? = nil,
        environment: AWSEnvironment,
        profiles: Profiles
    ) throws -> Endpoint? {
        let ignored =
            environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? profiles.settings["ignore_configured_endpoint_urls"]
        if ignored?.lowercased() == "true" { return nil }
        let variables = ["AWS_ENDPOINT_URL_\(service.uppercased())", "AWS_ENDPOINT_URL", legacyVariable].compactMap(\.self)
        for variable in variables {
            if let url = environment[variable] { return try Endpoint(url, namedBy: variable) }
        }
        return try profiles.endpointURL(service: service).map {
            try Endpoint($0, namedBy: "endpoint_url of profile \"\(profiles.selected)\"")
        }
    }
}
