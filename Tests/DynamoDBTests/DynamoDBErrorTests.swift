import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite struct DynamoDBErrorTests {
    private func error(_ status: Int, _ body: String) -> DynamoDBError {
        DynamoDBError(HTTPTransport.Response(status: status, headers: [:], body: Data(body.utf8)))
    }

    @Test func `a failed condition holds the item`() {
        let type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
        let error = error(400, #"{"__type":"\#(type)","message":"m","Item":{"a":{"N":"1"}}}"#)
        #expect(error.code == .conditionalCheckFailed)
        #expect(error.item == ["a": .n("1")])
        #expect(error.description == "ConditionalCheckFailedException 400: m")
    }

    @Test func `a cancelled transaction holds a reason for each item`() {
        let failed = #"{"Code":"ConditionalCheckFailed","Message":"m","Item":{"a":{"S":"x"}}}"#
        let reasons = #"[{"Code":"None"},\#(failed),{"Code":"TransactionConflict"}]"#
        let error = error(400, #"{"__type":"x#TransactionCanceledException","Message":"cancelled","CancellationReasons":\#(reasons)}"#)
        #expect(error.code == .transactionCanceled)
        #expect(error.message == "cancelled")
        #expect(
            error.cancellationReasons == [
                .init(code: "None"), .init(code: "ConditionalCheckFailed", message: "m", item: ["a": .s("x")]),
                .init(code: "TransactionConflict"),
            ]
        )
        #expect(!error.isTransactionConflict)
    }

    @Test(arguments: [
        (["None", "TransactionConflict"], true), (["ThrottlingError", "TransactionConflict"], true),
        (["ProvisionedThroughputExceeded"], true), (["None"], false), ([], false),
        (["TransactionConflict", "ConditionalCheckFailed"], false), (["ValidationError"], false),
    ])
    func `a conflict is a cancellation for no other reason`(codes: [String], isConflict: Bool) {
        let error = DynamoDBError(.transactionCanceled, "m", cancellationReasons: codes.map { .init(code: $0) })
        #expect(error.isTransactionConflict == isConflict)
    }

    @Test func `a conflict of a single write is one too`() {
        #expect(DynamoDBError(.transactionConflict, "m").isTransactionConflict)
        #expect(!DynamoDBError(.conditionalCheckFailed, "m").isTransactionConflict)
    }

    @Test(arguments: [
        (#"{"__type":"ValidationException:http://internal.amazon.com/"}"#, "ValidationException"),
        (#"{"__type":"a.b#c#ValidationException"}"#, "ValidationException"),
    ])
    func `the type is the last part of its name`(body: String, type: String) {
        #expect(error(400, body).type == type)
        #expect(error(400, body).message == "HTTP 400")
    }

    @Test(arguments: [(500, DynamoDBError.Code.unavailable), (503, .unavailable), (429, .throttled), (404, .other)])
    func `an answer in another language is told by its status`(status: Int, code: DynamoDBError.Code) {
        #expect(error(status, "<html>").code == code)
    }

    @Test func `the request that a refused signature repeats is not told`() {
        let error = error(403, #"{"__type":"x#InvalidSignatureException","message":"does not match.\n\nThe Canonical String was TOKEN"}"#)
        #expect(error.message == "does not match.")
    }

    @Test func `printing credentials shows no secret`() {
        let credentials = AWSCredentials(accessKeyID: "ID", secretAccessKey: "HIDDEN", sessionToken: "HIDDEN")
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!"\(credentials) \(String(reflecting: credentials)) \([credentials]) \(dumped)".contains("HIDDEN"))
        #expect("\(credentials)" == "access key ID")
    }
}
