import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite struct ContainerCredentialsTests {
    @Test(arguments: [
        (["AWS_CONTAINER_AUTHORIZATION_TOKEN": "plain"], "plain"),
        (["AWS_CONTAINER_AUTHORIZATION_TOKEN": "plain", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"], "from file"),
        ([:], nil),
    ])
    func `a container's token is sent along`(variables: [String: String], token: String?) async throws {
        let uri = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container"]
        let (result, requests) = try await TestChain.credentials(
            variables.merging(uri) { $1 },
            files: ["/token": "from file"],
            answer: TestChain.everything
        )
        #expect(try result.get() == TestChain.temporary("CONTAINER"))
        #expect(requests.first?.headers.first(name: "Authorization") == token)
    }

    @Test func `a container endpoint that fails for a moment is asked again`() async throws {
        let uri = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container"]
        let (result, requests) = try await TestChain.credentials(uri) { request in
            request.index < 2 ? .full(.internalServerError, [:], "") : TestChain.everything(request)
        }
        #expect(try result.get() == TestChain.temporary("CONTAINER"))
        #expect(requests.count == 3)
    }

    @Test func `a token with a line break is not sent`() async throws {
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nX-Evil: b"]
        let (result, requests) = try await TestChain.credentials(variables, answer: TestChain.everything)
        #expect(try #require(throws: DynamoDBError.self) { try result.get() }.code == .credentials)
        #expect(requests.isEmpty)
    }

    @Test(arguments: [
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x", "http://169.254.170.2/v2/credentials/x"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1", "http://169.254.170.23/v1"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/v1", "http://[fd00:ec2::23]/v1"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[::1]:80/", "http://[::1]:80/"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.8.9.10/", "http://127.8.9.10/"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/", "http://localhost/"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://example.com/", "https://example.com/"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.169.254/", nil),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.example.com/", nil),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0/", nil),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost.example.com/", nil),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "ftp://localhost/", nil),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "localhost", nil),
    ])
    func `a container's endpoint is of this machine, or encrypted`(variable: String, value: String, url: String?) throws {
        let environment = AWSEnvironment.test([variable: value])
        if let url {
            #expect(try ContainerCredentials.url(in: environment) == url)
        } else {
            #expect(throws: DynamoDBError.self) { try ContainerCredentials.url(in: environment) }
        }
    }
}
