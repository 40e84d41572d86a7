import FoundationEssentials
import NIOHTTP1

extension DynamoDBError {
    /// Parses an unsuccessful response.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    init(_ response: HTTPTransport.Response) {
        let body: Body?
        // The response is from a proxy in front of DynamoDB.
        do { body = try JSONDecoder().decode(Body.self, from: response.body) } catch { body = nil }
        let type = Self.name(in: body?.type ?? response.headers.first(name: "x-amzn-ErrorType"))
        self.init(
            Self.code(type: type, status: response.status),
            Self.firstLine(of: body?.message) ?? "HTTP \(response.status)",
            type: type,
            status: response.status,
            requestID: response.headers.first(name: "x-amzn-RequestId"),
            item: body?.item,
            cancellationReasons: (body?.cancellationReasons ?? []).map {
                CancellationReason(code: $0.code ?? "None", message: $0.message, item: $0.item)
            }
        )
    }

    /// Returns `ValidationException` for `com.amazonaws.dynamodb.v20120810#ValidationException:http://…`.
    private static func name(in text: String?) -> String? {
        guard let text = text?.prefix(while: { $0 != ":" }), let name = text.split(separator: "#").last else { return nil }
        return String(name)
    }

    /// Drops the later lines of a message about a signature, which repeat the request with its session token.
    static func firstLine(of text: String?) -> String? {
        text?.split(whereSeparator: \.isNewline).first.map(String.init)
    }

    static func code(type: String?, status: Int) -> Code {
        if let type, let code = codes[type] { return code }
        if status == 429 { return .throttled }
        return status >= 500 ? .unavailable : .other
    }

    private static let codes: [String: Code] = [
        "ConditionalCheckFailedException": .conditionalCheckFailed,
        "TransactionCanceledException": .transactionCanceled,
        "TransactionConflictException": .transactionConflict,
        "IdempotentParameterMismatchException": .idempotentParameterMismatch,
        "ResourceNotFoundException": .resourceNotFound,
        "TableNotFoundException": .resourceNotFound,
        "ResourceInUseException": .resourceInUse,
        "TableAlreadyExistsException": .resourceInUse,
        "ValidationException": .validation,
        "SerializationException": .validation,

        "BandwidthLimitExceeded": .throttled,
        "EC2ThrottledException": .throttled,
        "LimitExceededException": .throttled,
        "PriorRequestNotComplete": .throttled,
        "ProvisionedThroughputExceededException": .throttled,
        "RequestLimitExceeded": .throttled,
        "RequestThrottled": .throttled,
        "RequestThrottledException": .throttled,
        "SlowDown": .throttled,
        "ThrottledException": .throttled,
        "Throttling": .throttled,
        "ThrottlingException": .throttled,
        "TooManyRequestsException": .throttled,
        "TransactionInProgressException": .throttled,

        "AccessDenied": .accessDenied,
        "AccessDeniedException": .accessDenied,
        "ExpiredToken": .accessDenied,
        "ExpiredTokenException": .accessDenied,
        "IncompleteSignatureException": .accessDenied,
        "InvalidClientTokenId": .accessDenied,
        "InvalidSignatureException": .accessDenied,
        "MissingAuthenticationTokenException": .accessDenied,
        "SignatureDoesNotMatch": .accessDenied,
        "UnrecognizedClientException": .accessDenied,

        "IDPCommunicationError": .unavailable,
        "InternalServerError": .unavailable,
        "RequestTimeout": .unavailable,
        "RequestTimeoutException": .unavailable,
        "ServiceUnavailable": .unavailable,
    ]

    private struct Body: Decodable {
        struct Reason: Decodable {
            var code: String?
            var message: String?
            var item: DynamoDB.Item?

            enum CodingKeys: String, CodingKey {
                case code = "Code"
                case message = "Message"
                case item = "Item"
            }
        }

        var type: String?
        var message: String?
        var item: DynamoDB.Item?
        var cancellationReasons: [Reason]?

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message
            case capitalMessage = "Message"
            case item = "Item"
            case cancellationReasons = "CancellationReasons"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type = try container.decodeIfPresent(String.self, forKey: .type)
            message =
                try container.decodeIfPresent(String.self, forKey: .message)
                ?? container.decodeIfPresent(String.self, forKey: .capitalMessage)
            item = try container.decodeIfPresent(DynamoDB.Item.self, forKey: .item)
            cancellationReasons = try container.decodeIfPresent([Reason].self, forKey: .cancellationReasons)
        }
    }
}
