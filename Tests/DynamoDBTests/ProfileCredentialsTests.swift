import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite struct ProfileCredentialsTests {
    private static let keys = "[keys]\naws_access_key_id = KEYS\naws_secret_access_key = s\naws_session_token = t\n"

    private func credentials(
        _ config: String,
        profile: String = "p",
        variables: [String: String] = [:],
        answer: @escaping @Sendable (TestServer.Request) -> TestServer.Answer = { request in
            .ok(TestChain.tokenServiceAnswer("AssumeRole", "ROLE\(request.index)"))
        }
    ) async throws -> (Result<AWSCredentials, any Error>, [TestServer.Request]) {
        try await TestChain.credentials(
            ["AWS_PROFILE": profile, "AWS_EC2_METADATA_DISABLED": "true"].merging(variables) { $1 },
            files: ["/home/.aws/config": config, "/home/.aws/credentials": Self.keys, "/token": "identity"],
            answer: answer
        )
    }

    private func form(_ request: TestServer.Request) -> [String: String] {
        let pairs = request.body.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return Dictionary(pairs.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    @Test func `keys in the credentials file win`() async throws {
        let config = "[profile keys]\naws_access_key_id = CONFIG\naws_secret_access_key = x\ncredential_process = false"
        let (result, _) = try await credentials(config, profile: "keys")
        #expect(try result.get() == AWSCredentials(accessKeyID: "KEYS", secretAccessKey: "s", sessionToken: "t"))
    }

    @Test func `a role is assumed with another profile's keys`() async throws {
        let config = """
            [profile p]
            role_arn = arn:role
            source_profile = keys
            external_id = x&y
            role_session_name = name
            duration_seconds = 900
            """
        let (result, requests) = try await credentials(config)
        #expect(try result.get() == TestChain.temporary("ROLE0"))
        let request = try #require(requests.first)
        #expect(
            form(request) == [
                "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": "arn%3Arole", "RoleSessionName": "name",
                "DurationSeconds": "900",
                "ExternalId": "x%26y",
            ]
        )
        let authorization = try #require(request.headers.first(name: "Authorization"))
        #expect(authorization.contains("Credential=KEYS/"))
        #expect(authorization.contains("/eu-west-1/sts/aws4_request"))
        #expect(request.headers["X-Amz-Security-Token"] == ["t"])
    }

    @Test func `roles can be assumed one after the other`() async throws {
        let config = """
            [profile p]
            role_arn = arn:last
            source_profile = q
            [profile q]
            role_arn = arn:first
            source_profile = keys
            """
        let (result, requests) = try await credentials(config)
        #expect(try result.get() == TestChain.temporary("ROLE1"))
        #expect(requests.map { form($0)["RoleArn"] } == ["arn%3Afirst", "arn%3Alast"])
        #expect(requests.last?.headers.first(name: "Authorization")?.contains("Credential=ROLE0/") == true)
    }

    @Test func `a profile may be its own source`() async throws {
        let config = "[profile p]\nrole_arn = arn:role\nsource_profile = p\naws_access_key_id = OWN\naws_secret_access_key = s"
        let (result, requests) = try await credentials(config)
        #expect(try result.get() == TestChain.temporary("ROLE0"))
        #expect(requests.first?.headers.first(name: "Authorization")?.contains("Credential=OWN/") == true)
    }

    @Test func `a role is assumed with a source's credentials`() async throws {
        let config = "[profile p]\nrole_arn = arn:role\ncredential_source = EcsContainer"
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container"]
        let (result, requests) = try await credentials(config, variables: variables) { request in
            request.method == .GET
                ? .ok(TestChain.document("CONTAINER")) : .ok(TestChain.tokenServiceAnswer("AssumeRole", "ROLE"))
        }
        #expect(try result.get() == TestChain.temporary("ROLE"))
        #expect(requests.last?.headers.first(name: "Authorization")?.contains("Credential=CONTAINER/") == true)
    }

    @Test func `a role is assumed with a token of another identity provider`() async throws {
        let (result, requests) = try await credentials("[profile p]\nrole_arn = arn:role\nweb_identity_token_file = /token")
        #expect(try result.get() == TestChain.temporary("ROLE0"))
        #expect(form(try #require(requests.first))["WebIdentityToken"] == "identity")
    }

    @Test func `a program's credentials are used`() async throws {
        let json =
            #"{"Version": 1, "AccessKeyId": "PROGRAM", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2030-01-01T00:00:00Z"}"#
        let (result, _) = try await credentials("[profile p]\ncredential_process = /bin/echo '\(json)'")
        #expect(try result.get() == TestChain.temporary("PROGRAM"))
    }

    @Test(arguments: [
        ("role_arn = a", "role_arn needs source_profile, credential_source or web_identity_token_file"),
        ("role_arn = a\nsource_profile = keys\ncredential_source = Environment", "source_profile and credential_source exclude each other"),
        ("role_arn = a\nsource_profile = missing", "source_profile of profile \"p\": there is no profile \"missing\""),
        ("role_arn = a\ncredential_source = Cloud", "must be one of Ec2InstanceMetadata, EcsContainer, Environment"),
        ("role_arn = a\ncredential_source = Environment", "credential_source Environment has no credentials here"),
        ("role_arn = a\nsource_profile = keys\nmfa_serial = m", "mfa_serial asks a person"),
        ("role_arn = a\nsource_profile = keys\nduration_seconds = long", "duration_seconds must be a whole number of seconds"),
        ("role_arn = a\nsource_profile = p", "aws_access_key_id is missing, and so is credential_process"),
        ("role_arn = a\nsource_profile = q\n[profile q]\nrole_arn = b\nsource_profile = p", "source_profile leads back to itself"),
        ("aws_access_key_id = a", "aws_secret_access_key is missing beside aws_access_key_id"),
        ("aws_secret_access_key = a", "aws_access_key_id is missing beside aws_secret_access_key"),
        ("sso_session = a", "sso_session is not supported"),
        ("credential_process = /bin/false", "credential_process /bin/false ended with"),
        ("credential_process = /missing/program", "credential_process /missing/program cannot be run"),
        ("credential_process = /bin/echo SECRET", "credential_process /bin/echo did not print a JSON document"),
        ("credential_process = /bin/echo '{}'", "credential_process /bin/echo printed Version nothing; must be 1"),
        ("credential_process = echo 'open", "a quote that does not end"),
    ])
    func `a profile that cannot be used says why`(settings: String, message: String) async throws {
        let (result, _) = try await credentials("[profile p]\n" + settings)
        let error = try #require(throws: DynamoDBError.self) { try result.get() }
        #expect(error.code == .credentials)
        #expect(error.message.hasPrefix("profile: "))
        #expect(error.message.contains(message))
        #expect(!error.message.contains("SECRET"))
    }

    @Test(arguments: [
        ("a b  c", ["a", "b", "c"]), (#"'a b' "c d"e"#, ["a b", "c de"]), (#"a\ b "\"\x" '\'"#, ["a b", #""\x"#, #"\"#]),
        (#"a '' "" "#, ["a", "", ""]), ("", []), ("'a", nil), ("a\\", nil),
    ])
    func `a command is split as a shell splits it`(command: String, words: [String]?) {
        #expect(CredentialProcess.words(of: command) == words)
    }
}
