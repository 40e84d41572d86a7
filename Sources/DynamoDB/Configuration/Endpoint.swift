import FoundationEssentials

/// Where a service answers.
struct Endpoint: Sendable, Equatable {
    /// Scheme, host, port and path, without a trailing slash.
    let url: String
    /// What the `Host` header says: the port only when it is not the scheme's own.
    let host: String
    let path: String

    /// - Parameter name: what holds the URL, for the error.
    /// - Throws: ``DynamoDBError`` `configuration` when it is no HTTP URL.
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

    /// The endpoint that environment or profile name for a service; nil when they name none.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    /// - Parameter legacyVariable: a variable that is asked last, for configurations from before the SDKs agreed on names.
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
