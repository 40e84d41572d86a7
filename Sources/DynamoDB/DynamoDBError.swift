/// Why a call to DynamoDB did not succeed. Never holds credentials.
public struct DynamoDBError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Hashable {
        /// The condition of a single write does not hold; see ``DynamoDBError/item``.
        case conditionalCheckFailed
        /// A transaction was not made; see ``DynamoDBError/cancellationReasons``.
        case transactionCanceled
        /// A single write met a transaction on the same item.
        case transactionConflict
        /// The same `ClientRequestToken` came with another content.
        case idempotentParameterMismatch
        /// There is no such table.
        case resourceNotFound
        /// The table exists already, or is being changed.
        case resourceInUse
        /// The request is malformed: a mistake of the caller.
        case validation
        /// The service refused for now, and goes on refusing after all attempts. Nothing was done.
        case throttled
        /// The credentials are not known or not allowed to do this.
        case accessDenied
        /// No usable answer: no connection, a time-out, or a failure inside the service. The effect is unknown.
        case unavailable
        /// The answer is not what the API promises. The effect is unknown.
        case decoding
        /// No credentials could be had.
        case credentials
        /// Region, endpoint or profile files cannot be used.
        case configuration
        /// Another error that the service names; see ``DynamoDBError/type``.
        case other
    }

    /// Why one item of a transaction stood in its way.
    public struct CancellationReason: Sendable, Equatable {
        /// `None`, `ConditionalCheckFailed`, `TransactionConflict`, `ThrottlingError`, `ValidationError` …
        public var code: String
        /// The service's words.
        public var message: String?
        /// The item as it is, when `returnValuesOnConditionCheckFailure` asked for it.
        public var item: DynamoDB.Item?

        /// A reason as the service gives it.
        public init(code: String, message: String? = nil, item: DynamoDB.Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence for an operator.
    public var message: String
    /// The service's name for the error, such as `ProvisionedThroughputExceededException`.
    public var type: String?
    /// The HTTP status code, when there was an answer.
    public var status: Int?
    /// The service's id for the request, for its support.
    public var requestID: String?
    /// The item whose condition failed, when `returnValuesOnConditionCheckFailure` asked for it.
    public var item: DynamoDB.Item?
    /// One for each item of a cancelled transaction, in the order of the request.
    public var cancellationReasons: [CancellationReason]
    /// Whether an attempt of this call may have been carried out although it did not succeed: the answer to it was lost. A failed
    /// condition can then be the doing of this very call.
    public var mayHaveTakenEffect: Bool
    /// Whether time ran out; such a failure costs more of the retry quota.
    var isTimeout = false

    /// A failure; whether it may have taken effect follows from its code.
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

    /// Whether other writes or a lack of throughput alone stood in the way of this write, which is then worth trying again after a
    /// pause. This client leaves that to its caller, who may first want to read.
    public var isTransactionConflict: Bool {
        if code == .transactionConflict { return true }
        let reasons = cancellationReasons.map(\.code).filter { $0 != "None" }
        return code == .transactionCanceled && !reasons.isEmpty && reasons.allSatisfy(Self.passingReasons.contains)
    }

    private static let passingReasons: Set = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]

    /// For the log.
    public var description: String {
        var text = type ?? "\(code)"
        if let status { text += " \(status)" }
        text += ": \(message)"
        if let requestID { text += " (request \(requestID))" }
        return text
    }
}
