import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite struct SecurityTokenServiceTests {
    private static let webIdentity = [
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/a b", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_SESSION_NAME": "pod",
    ]

    @Test func `a service account's token is changed for credentials, without a signature`() async throws {
        let (result, requests) = try await TestChain.credentials(Self.webIdentity, files: ["/token": " identity=\n"]) { _ in
            .ok(TestChain.tokenServiceAnswer("AssumeRoleWithWebIdentity", "WEB"))
        }
        #expect(try result.get() == TestChain.temporary("WEB"))
        let request = try #require(requests.first)
        #expect(request.headers["Content-Type"] == ["application/x-www-form-urlencoded; charset=utf-8"])
        #expect(request.headers["Authorization"].isEmpty)
        #expect(
            request.body
                == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b"
                + "&RoleSessionName=pod&WebIdentityToken=identity%3D"
        )
    }

    @Test(arguments: [
        TestServer.Answer.full(.badRequest, [:], "<ErrorResponse><Error><Code>IDPCommunicationError</Code></Error></ErrorResponse>"),
        .full(.serviceUnavailable, [:], ""), .closed,
    ])
    func `a failure that passes is tried again`(answer: TestServer.Answer) async throws {
        let (result, requests) = try await TestChain.credentials(Self.webIdentity, files: ["/token": "identity"]) { request in
            request.index < 2 ? answer : .ok(TestChain.tokenServiceAnswer("AssumeRoleWithWebIdentity", "WEB"))
        }
        #expect(try result.get() == TestChain.temporary("WEB"))
        #expect(requests.count == 3)
    }

    @Test func `a refusal is told in the service's words`() async throws {
        let body = """
            <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
            <Message>Not authorized to perform &quot;sts:AssumeRoleWithWebIdentity&quot;</Message></Error></ErrorResponse>
            """
        let (result, requests) = try await TestChain.credentials(Self.webIdentity, files: ["/token": "identity"]) { _ in
            .full(.forbidden, [:], body)
        }
        let error = try #require(throws: DynamoDBError.self) { try result.get() }
        #expect(error.code == .credentials)
        #expect(error.type == "AccessDenied")
        #expect(error.message.hasPrefix("web identity: STS at 127.0.0.1:"))
        #expect(error.message.hasSuffix(": Not authorized to perform \"sts:AssumeRoleWithWebIdentity\""))
        #expect(requests.count == 1)
    }

    @Test(arguments: ["", "<Credentials></Credentials>", "<AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey>"])
    func `an answer without credentials is an error`(body: String) async throws {
        let (result, _) = try await TestChain.credentials(Self.webIdentity, files: ["/token": "identity"]) { _ in .ok(body) }
        #expect(try #require(throws: DynamoDBError.self) { try result.get() }.code == .credentials)
    }

    @Test func `the endpoint is the region's own`() throws {
        let configuration = try DynamoDB.Configuration.load(.test(["AWS_REGION": "cn-north-1"]))
        guard case .chain(_, _, let endpoint) = configuration.credentials else {
            Issue.record("not a chain")
            return
        }
        #expect(endpoint.url == "https://sts.cn-north-1.amazonaws.com.cn")
    }
}
