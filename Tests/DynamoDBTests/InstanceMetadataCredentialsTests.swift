import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite(.timeLimit(.minutes(1))) struct InstanceMetadataCredentialsTests {
    @Test func `instance metadata is asked with a token, as version 2 wants it`() async throws {
        let (result, requests) = try await TestChain.credentials([:], answer: TestChain.everything)
        #expect(try result.get() == TestChain.temporary("IMDS"))
        #expect(requests.map(\.method) == [.PUT, .GET, .GET])
        #expect(requests[0].headers["X-aws-ec2-metadata-token-ttl-seconds"] == ["21600"])
        #expect(requests[1].headers["X-aws-ec2-metadata-token"] == ["metadata-token"])
        #expect(requests[2].headers["X-aws-ec2-metadata-token"] == ["metadata-token"])
    }

    @Test(arguments: [
        (
            #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"}"#,
            "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role"
        ),
        ("SECRET", "the answer is not a JSON document of credentials"),
        (#"{"Code":"Success"}"#, "the document holds no AccessKeyId or no SecretAccessKey"),
    ])
    func `what is wrong with the instance's role is told`(document: String, message: String) async throws {
        let (result, _) = try await TestChain.credentials([:]) { request in
            request.uri.hasSuffix("/my%20role") ? .ok(document) : TestChain.everything(request)
        }
        let error = try #require(throws: DynamoDBError.self) { try result.get() }
        #expect(error.message == "instance metadata: " + message)
    }

    @Test(arguments: [HTTPResponseStatus.forbidden, .notFound, .methodNotAllowed])
    func `without a metadata service the chain ends`(status: HTTPResponseStatus) async throws {
        let (result, requests) = try await TestChain.credentials([:]) { _ in .full(status, [:], "") }
        let message = try #require(throws: DynamoDBError.self) { try result.get() }.message
        #expect(message.hasPrefix("no AWS credentials found"))
        #expect(message.contains("/latest/api/token answered HTTP \(status.code))"))
        #expect(requests.count == 1)
    }

    @Test func `a metadata service that does not answer is asked three times, and the error has the reason and the hop limit`() async throws
    {
        let (result, requests) = try await TestChain.credentials([:], timeout: .seconds(1)) { _ in .silence }
        let message = try #require(throws: DynamoDBError.self) { try result.get() }.message
        #expect(
            message.hasPrefix("no AWS credentials found; asked in turn: environment, web identity, profile, container, instance metadata (")
        )
        #expect(message.contains("/latest/api/token gave no answer: ") && message.contains("--http-put-response-hop-limit 2"))
        #expect(requests.count == 3)
    }

    @Test(arguments: [HTTPResponseStatus.internalServerError, .tooManyRequests])
    func `a passing failure of the metadata service is tried again`(status: HTTPResponseStatus) async throws {
        let (result, requests) = try await TestChain.credentials([:]) { request in
            request.index.isMultiple(of: 2) ? .full(status, [:], "") : TestChain.everything(request)
        }
        #expect(try result.get() == TestChain.temporary("IMDS"))
        #expect(requests.map(\.method) == [.PUT, .PUT, .GET, .GET, .GET, .GET])
    }

    @Test func `a profile that names the metadata service is told why it has no credentials`() async throws {
        let files = ["/home/.aws/config": "[default]\nrole_arn = arn:role\ncredential_source = Ec2InstanceMetadata"]
        let (result, _) = try await TestChain.credentials([:], files: files) { _ in .full(.forbidden, [:], "") }
        let message = try #require(throws: DynamoDBError.self) { try result.get() }.message
        #expect(message.contains("credential_source Ec2InstanceMetadata has no credentials here: http"))
        #expect(message.contains("answered HTTP 403"))
    }
}
