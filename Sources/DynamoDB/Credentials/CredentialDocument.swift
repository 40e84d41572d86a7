import FoundationEssentials

/// Credentials as the metadata services and credential programs write them: JSON.
struct CredentialDocument: Decodable {
    /// What metadata services say besides: `Success`, or what is wrong.
    var code: String?
    var message: String?
    /// Of the format, in what programs print.
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

    /// - Throws: ``DynamoDBError`` `credentials`, without a word of the text: it may hold a key.
    static func read(_ text: Data) throws -> CredentialDocument {
        do { return try JSONDecoder().decode(Self.self, from: text) } catch {
            throw DynamoDBError(.credentials, "the answer is not a JSON document of credentials")
        }
    }

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
