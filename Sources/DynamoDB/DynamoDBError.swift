/// The failure of a call to DynamoDB. Never contains credentials.
public struct DynamoDBError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// The condition of a single write is false; see ``DynamoDBError/item``.
        case conditionalCheckFailed
        /// A transaction was cancelled and wrote nothing; see ``DynamoDBError/cancellationReasons``.
        case transactionCanceled
        /// A single write conflicted with a transaction on the same item.
        case transactionConflict
        /// The same `ClientRequestToken` was used with other content.
        case idempotentParameterMismatch
        /// The table does not exist.
        case resourceNotFound
        /// The table already exists, or is being changed.
        case resourceInUse
        /// The request is malformed.
        case validation
        /// The service throttled all attempts; the request had no effect.
        case throttled
        /// The credentials are unknown or lack the permission.
        case accessDenied
        /// No usable response: no connection, a timeout, or a server error. The effect is unknown.
        case unavailable
        /// The response does not match the API. The effect is unknown.
        case decoding
        /// No credentials are available.
        case credentials
        /// Region, endpoint or profile files are unusable.
        case configuration
        /// Another error of the service; see ``DynamoDBError/type``.
        case other
    }

    /// The reason for which an item cancelled its transaction.
    public struct CancellationReason: Sendable, Equatable {
        /// `None`, `ConditionalCheckFailed`, `TransactionConflict`, `ThrottlingError`, `ValidationError` …
        public var code: String
        /// The service's message.
        public var message: String?
        /// The current item, if `returnValuesOnConditionCheckFailure` is `allOld`.
        public var item: DynamoDB.Item?

        /// Creates a reason with the service's values.
        public init(code: String, message: String? = nil, item: DynamoDB.Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }
    }

    /// The kind of failure.
    public var code: Code
    /// A sentence for the operator.
    public var message: String
    /// The error name of the service, such as `ProvisionedThroughputExceededException`.
    public var type: String?
    /// The HTTP status code, if there was a response.
    public var status: Int?
    /// The request id for AWS Support.
    public var requestID: String?
    /// The item with the false condition, if `returnValuesOnConditionCheckFailure` is `allOld`.
    public var item: DynamoDB.Item?
    /// One reason per item of a cancelled transaction, in the order of the request.
    public var cancellationReasons: [CancellationReason]
    /// True if an attempt of this call may have taken effect because its response was lost. A false condition may then be the effect of
    /// this very call.
    public var mayHaveTakenEffect: Bool
    /// True for a timeout, which costs more of the retry quota.
    var isTimeout = false

    /// Creates a failure; its code determines ``mayHaveTakenEffect``.
    public init(
        _ code: Code,
        _ message: String,
        type: String? = nil,
        status: Int? = nil,
        requestID: String? = nil,
        item: DynamoDB.Item? = nil,
        cancellationReasons: [CancellationReason] = []
    ) {
        self.code = code
        self.message = message
        self.type = type
        self.status = status
        self.requestID = requestID
        self.item = item
        self.cancellationReasons = cancellationReasons
        mayHaveTakenEffect = code == .unavailable || code == .decoding
    }

    /// True if only conflicting writes or throttling prevented this write, so that a retry after a pause may succeed. The retry is left to
    /// the caller, who may have to read first.
    public var isTransactionConflict: Bool {
        if code == .transactionConflict { return true }
        let reasons = cancellationReasons.map(\.code).filter { $0 != "None" }
        return code == .transactionCanceled && !reasons.isEmpty && reasons.allSatisfy(Self.passingReasons.contains)
    }

    private static let passingReasons: Set = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]

    /// Text for the log.
    public var description: String {
        var text = type ?? "\(code)"
        if let status { text += " \(status)" }
        text += ": \(message)"
        if let requestID { text += " (request \(requestID))" }
        return text
    }
}
