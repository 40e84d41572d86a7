import FoundationEssentials

/// The JSON credentials of metadata services and credential programs.
struct CredentialDocument: Decodable {
    /// The result code of metadata services: `Success` or an error.
    var code: String?
    var message: String?
    /// The format version in the output of programs.
    var version: Int?
    private var accessKeyID: String?
    private var secretAccessKey: String?
    private var token: String?
    private var expiration: String?

    private enum CodingKeys: String, CodingKey {
        case code = "Code"
        case lowercaseCode = "code"
        case message = "Message"
        case lowercaseMessage = "message"
        case version = "Version"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case sessionToken = "SessionToken"
        case expiration = "Expiration"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ keys: CodingKeys...) throws -> String? {
            for key in keys { if let text = try container.decodeIfPresent(String.self, forKey: key) { return text } }
            return nil
        }
        code = try text(.code, .lowercaseCode)
        message = try text(.message, .lowercaseMessage)
        version = try container.decodeIfPresent(Int.self, forKey: .version)
        accessKeyID = try text(.accessKeyID)
        secretAccessKey = try text(.secretAccessKey)
        token = try text(.token, .sessionToken)
        expiration = try text(.expiration)
    }

    /// - Throws: ``DynamoDBError`` `credentials` without the text, which may contain a key.
    static func read(_ text: Data) throws -> CredentialDocument {
        do { return try JSONDecoder().decode(Self.self, from: text) } catch {
            throw DynamoDBError(.credentials, "the answer is not a JSON document of credentials")
        }
    }

    /// Returns the credentials of the document.
    /// - Throws: ``DynamoDBError`` `credentials`.
    func credentials() throws -> AWSCredentials {
        if let code, code != "Success" { throw DynamoDBError(.credentials, "\(code): \(message ?? "no message")") }
        guard let accessKeyID, let secretAccessKey else {
            throw DynamoDBError(.credentials, "the document holds no AccessKeyId or no SecretAccessKey")
        }
        let end = expiration.flatMap(Date.init(iso8601:))
        if let expiration, end == nil { throw DynamoDBError(.credentials, "Expiration is \"\(expiration)\"; must be an ISO 8601 time") }
        return AWSCredentials(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token, expiration: end)
    }
}
