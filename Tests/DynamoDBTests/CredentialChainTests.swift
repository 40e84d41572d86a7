import FoundationEssentials
import Testing

@testable import DynamoDB

@Suite struct CredentialChainTests {
    @Test func `the sources are asked in the SDKs' order`() async throws {
        var variables = [
            "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", "AWS_ROLE_ARN": "arn:role",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container",
        ]
        var files = ["/token": "identity\n", "/home/.aws/credentials": "[default]\naws_access_key_id = FILE\naws_secret_access_key = s"]
        func id() async throws -> String {
            try await TestChain.credentials(variables, files: files, answer: TestChain.everything).0.get().accessKeyID
        }
        #expect(try await id() == "ENV")
        variables["AWS_ACCESS_KEY_ID"] = nil
        variables["AWS_SECRET_ACCESS_KEY"] = ""
        #expect(try await id() == "WEB")
        variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = nil
        #expect(try await id() == "FILE")
        files["/home/.aws/credentials"] = nil
        #expect(try await id() == "CONTAINER")
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = nil
        #expect(try await id() == "IMDS")
    }

    @Test func `when no source has any, the error names them all`() async throws {
        let (result, requests) = try await TestChain.credentials(["AWS_EC2_METADATA_DISABLED": "TRUE"], answer: TestChain.everything)
        let error = try #require(throws: DynamoDBError.self) { try result.get() }
        #expect(error.code == .credentials)
        #expect(
            error.message
                == "no AWS credentials found; asked in turn: environment, web identity, profile, container, instance metadata"
        )
        #expect(requests.isEmpty)
    }

    @Test(arguments: [
        ["AWS_ACCESS_KEY_ID": "ENV"], ["AWS_SECRET_ACCESS_KEY": "s"], ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token"],
        ["AWS_WEB_IDENTITY_TOKEN_FILE": "/missing", "AWS_ROLE_ARN": "arn:role"],
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/"], ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/missing"],
    ])
    func `a source that is set up wrongly is not passed over`(variables: [String: String]) async throws {
        let (result, _) = try await TestChain.credentials(variables, files: ["/token": "identity"], answer: TestChain.everything)
        #expect(try #require(throws: DynamoDBError.self) { try result.get() }.code == .credentials)
    }
}
