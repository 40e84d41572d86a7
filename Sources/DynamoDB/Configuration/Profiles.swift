/// The profiles of the shared config and credentials files, merged; the credentials file has priority.
struct Profiles: Sendable {
    /// The profile of `AWS_PROFILE`, else `default`.
    let selected: String
    private let profiles: [String: [String: String]]
    private let services: [String: [String: String]]
    private let files: String

    /// - Throws: ``DynamoDBError`` `configuration` if a file cannot be read, or the profile of `AWS_PROFILE` is missing.
    init(environment: AWSEnvironment) throws {
        let configPath = environment["AWS_CONFIG_FILE"] ?? "~/.aws/config"
        let credentialsPath = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials"
        let config = try Self.sections(of: configPath, in: environment)
        let credentials = try Self.sections(of: credentialsPath, in: environment)
        var profiles: [String: [String: String]] = [:]
        // `[profile default]` has priority over `[default]`.
        profiles["default"] = config["profile default"] ?? config["default"]
        for (section, settings) in config where section.hasPrefix("profile ") && section != "profile default" {
            profiles[String(section.dropFirst("profile ".count))] = settings
        }
        for (section, settings) in credentials { profiles[section, default: [:]].merge(settings) { _, new in new } }
        self.profiles = profiles
        services = config.filter { $0.key.hasPrefix("services ") }
        files = "\(configPath) and \(credentialsPath)"
        selected = environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"] ?? "default"
        if selected != "default", profiles[selected] == nil { throw Self.missing(selected, in: files, namedBy: "AWS_PROFILE") }
    }

    /// The settings of the selected profile; empty if there are none.
    var settings: [String: String] { profiles[selected] ?? [:] }

    /// - Parameter owner: the setting that names the profile, for the error.
    func settings(of profile: String, namedBy owner: String) throws -> [String: String] {
        guard let settings = profiles[profile] else { throw Self.missing(profile, in: files, namedBy: owner) }
        return settings
    }

    /// Returns the service's endpoint in the profile's services section, else the profile's endpoint for all services.
    func endpointURL(service: String) -> String? {
        let section = settings["services"].flatMap { services["services \($0)"] }
        return section?["\(service).endpoint_url"] ?? settings["endpoint_url"]
    }

    private static func sections(of path: String, in environment: AWSEnvironment) throws -> [String: [String: String]] {
        guard let text = try environment.textIfPresent(at: path) else { return [:] }
        return try ProfileFile(text: text, path: path).sections
    }

    private static func missing(_ profile: String, in files: String, namedBy owner: String) -> DynamoDBError {
        DynamoDBError(.configuration, "\(owner): there is no profile \"\(profile)\" in \(files)")
    }
}
