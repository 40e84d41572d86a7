/// The credential settings of a profile.
struct ProfileSettings: CustomStringConvertible {
    let name: String
    private let settings: [String: String]

    init(_ name: String, _ settings: [String: String]) {
        self.name = name
        self.settings = settings
    }

    var description: String { "profile \"\(name)\"" }

    /// The setting; nil if it is missing or empty.
    subscript(_ key: String) -> String? {
        settings[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// True if the profile has credential settings.
    var hasCredentials: Bool {
        ["aws_access_key_id", "aws_secret_access_key", "credential_process", "role_arn"].contains { self[$0] != nil } || usesSSO
    }

    func mistake(_ key: String, _ what: String) -> DynamoDBError {
        DynamoDBError(.credentials, "\(self): \(key) \(what)")
    }

    /// Returns the role to assume; nil if there is none.
    func role() throws -> Role? {
        guard let arn = self["role_arn"] else { return nil }
        guard self["mfa_serial"] == nil else { throw mistake("mfa_serial", "asks a person for a code, which a service cannot give") }
        let duration = self["duration_seconds"].map { Int($0) }
        if case .some(nil) = duration { throw mistake("duration_seconds", "must be a whole number of seconds") }
        return Role(arn: arn, sessionName: self["role_session_name"], externalID: self["external_id"], durationSeconds: duration ?? nil)
    }

    /// Returns the profile's keys; nil if there are none.
    func keys() throws -> AWSCredentials? {
        switch (self["aws_access_key_id"], self["aws_secret_access_key"]) {
        case (let id?, let secret?):
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: self["aws_session_token"])
        case (nil, nil):
            if usesSSO, self["credential_process"] == nil {
                throw mistake("sso_session", "is not supported; set credential_process = aws configure export-credentials")
            }
            return nil
        case (nil, _):
            throw mistake("aws_access_key_id", "is missing beside aws_secret_access_key")
        case (_, nil):
            throw mistake("aws_secret_access_key", "is missing beside aws_access_key_id")
        }
    }

    private var usesSSO: Bool { self["sso_session"] != nil || self["sso_start_url"] != nil }
}
