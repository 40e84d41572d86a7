/// The profiles of the shared config and credentials files, merged: a setting in the credentials file wins.
struct Profiles: Sendable {
    /// The profile that `AWS_PROFILE` names, else `default`.
    let selected: String
    private let profiles: [String: [String: String]]
    private let services: [String: [String: String]]
    private let files: String

    /// - Throws: ``DynamoDBError`` `configuration` when a file cannot be read, or has no profile of the name that `AWS_PROFILE` asks for.
    init(environment: AWSEnvironment) throws {
        let configPath = environment["AWS_CONFIG_FILE"] ?? "~/.aws/config"
        let credentialsPath = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials"
        let config = try Self.sections(of: configPath, in: environment)
        let credentials = try Self.sections(of: credentialsPath, in: environment)
        var profiles: [String: [String: String]] = [:]
        // `[profile default]` wins over `[default]`.
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

    /// The settings of the selected profile; empty when there are none.
    var settings: [String: String] { profiles[selected] ?? [:] }

    /// - Parameter owner: what names the profile, for the error.
    func settings(of profile: String, namedBy owner: String) throws -> [String: String] {
        guard let settings = profiles[profile] else { throw Self.missing(profile, in: files, namedBy: owner) }
        return settings
    }

    /// The endpoint of one service, in the services section that the selected profile names, or the profile's endpoint for all.
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
