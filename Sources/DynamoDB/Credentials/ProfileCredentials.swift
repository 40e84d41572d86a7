/// The credentials of the selected profile: keys, a program, or a role to assume with the credentials of another profile or provider.
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct ProfileCredentials: CredentialSource {
    let name = "profile"
    let environment: AWSEnvironment
    let profiles: Profiles
    let tokenService: SecurityTokenService
    /// The values of `credential_source`.
    let named: [String: any CredentialSource]

    func credentials() async throws -> AWSCredentials? {
        let settings = ProfileSettings(profiles.selected, profiles.settings)
        guard settings.hasCredentials else { return nil }
        return try await credentials(of: settings, visited: [])
    }

    private func credentials(of profile: ProfileSettings, visited: Set<String>) async throws -> AWSCredentials {
        guard let role = try profile.role() else { return try await ownCredentials(of: profile) }
        if let path = profile["web_identity_token_file"] {
            let token = try environment.text(at: path, namedBy: "web_identity_token_file of \(profile)")
            return try await tokenService.assume(role, withWebIdentity: token)
        }
        return try await tokenService.assume(role, as: sourceCredentials(of: profile, visited: visited))
    }

    /// Returns the credentials with which the profile's role is assumed.
    private func sourceCredentials(of profile: ProfileSettings, visited: Set<String>) async throws -> AWSCredentials {
        switch (profile["source_profile"], profile["credential_source"]) {
        case (let source?, nil):
            // A profile may name itself as source: its own keys then assume its role.
            if source == profile.name { return try await ownCredentials(of: profile) }
            guard !visited.contains(source) else { throw profile.mistake("source_profile", "leads back to itself") }
            let owner = "source_profile of \(profile)"
            let settings = ProfileSettings(source, try profiles.settings(of: source, namedBy: owner))
            return try await credentials(of: settings, visited: visited.union([profile.name]))
        case (nil, let source?):
            guard let named = named[source] else {
                let known = named.keys.sorted().joined(separator: ", ")
                throw profile.mistake("credential_source", "is \"\(source)\"; must be one of \(known)")
            }
            do {
                if let credentials = try await named.credentials() { return credentials }
            } catch let absent as SourceAbsent {
                throw profile.mistake("credential_source", "\(source) has no credentials here: \(absent.reason)")
            }
            throw profile.mistake("credential_source", "\(source) has no credentials here")
        case (nil, nil):
            throw profile.mistake("role_arn", "needs source_profile, credential_source or web_identity_token_file")
        case (_?, _?):
            throw profile.mistake("source_profile", "and credential_source exclude each other")
        }
    }

    private func ownCredentials(of profile: ProfileSettings) async throws -> AWSCredentials {
        if let credentials = try profile.keys() { return credentials }
        if let command = profile["credential_process"] { return try await CredentialProcess(command: command).credentials() }
        throw profile.mistake("aws_access_key_id", "is missing, and so is credential_process")
    }
}
