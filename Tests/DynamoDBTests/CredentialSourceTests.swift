import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

/// Every source of credentials against a real HTTP server, through the chain that configurations use.
@Suite struct CredentialSourceTests {
    /// Asks the chain of an environment in which a test server stands for every service of AWS.
    static func credentials(
        _ variables: [String: String],
        files: [String: String] = [:],
        answer: @escaping @Sendable (TestServer.Request) -> TestServer.Answer = { _ in .full(.notFound, [:], "") }
    ) async throws -> (Result<AWSCredentials, any Error>, [TestServer.Request]) {
        try await TestServer.run(answer) { server in
            let own = ["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": server.url, "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url]
            let environment = AWSEnvironment.test(
                own.merging(variables.mapValues { $0.replacing("SERVER", with: server.url) }) { $1 },
                files: files
            )
            let configuration = try DynamoDB.Configuration.load(environment)
            let transport = HTTPTransport()
            let retrier = Retrier(maximumAttempts: 3, timeout: .seconds(20), pause: { _ in }, logger: .silent)
            let means = DynamoDB.Configuration.Credentials.Means(
                region: configuration.region,
                transport: transport,
                clock: ServiceClock(now: { Date() }),
                retrier: retrier
            )
            let result: Result<AWSCredentials, any Error>
            do {
                result = .success(try #require(try await configuration.credentials.source(means).credentials()))
            } catch { result = .failure(error) }
            try await transport.shutdown()
            return (result, server.requests)
        }
    }

    static func document(_ id: String, extra: String = "") -> String {
        #"{"AccessKeyId":"\#(id)","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-01T00:00:00Z"\#(extra)}"#
    }

    static func tokenServiceAnswer(_ action: String, _ id: String) -> String {
        """
        <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>
        <AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></\(action)Result></\(action)Response>
        """
    }

    static func temporary(_ id: String) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: id,
            secretAccessKey: "s",
            sessionToken: "t",
            expiration: Date(iso8601: "2030-01-01T00:00:00Z")
        )
    }

    /// Answers as every service at once, so that the order of the chain shows.
    @Sendable static func everything(_ request: TestServer.Request) -> TestServer.Answer {
        switch (request.method, request.uri) {
        case (.PUT, "/latest/api/token"): .ok("metadata-token")
        case (.GET, "/latest/meta-data/iam/security-credentials/"): .ok("my role\n")
        case (.GET, "/latest/meta-data/iam/security-credentials/my%20role"): .ok(document("IMDS", extra: #","Code":"Success""#))
        case (.GET, "/container"): .ok(document("CONTAINER"))
        case (.POST, "/"): .ok(tokenServiceAnswer("AssumeRoleWithWebIdentity", "WEB"))
        default: .full(.notFound, [:], "")
        }
    }

    @Test func `the sources are asked in the SDKs' order`() async throws {
        var variables = [
            "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", "AWS_ROLE_ARN": "arn:role",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container",
        ]
        var files = ["/token": "identity\n", "/home/.aws/credentials": "[default]\naws_access_key_id = FILE\naws_secret_access_key = s"]
        func id() async throws -> String {
            try await Self.credentials(variables, files: files, answer: Self.everything).0.get().accessKeyID
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
        let (result, requests) = try await Self.credentials(["AWS_EC2_METADATA_DISABLED": "TRUE"], answer: Self.everything)
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
        let (result, _) = try await Self.credentials(variables, files: ["/token": "identity"], answer: Self.everything)
        #expect(try #require(throws: DynamoDBError.self) { try result.get() }.code == .credentials)
    }

    @Test func `instance metadata is asked with a token, as version 2 wants it`() async throws {
        let (result, requests) = try await Self.credentials([:], answer: Self.everything)
        #expect(try result.get() == Self.temporary("IMDS"))
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
        let (result, _) = try await Self.credentials([:]) { request in
            request.uri.hasSuffix("/my%20role") ? .ok(document) : Self.everything(request)
        }
        let error = try #require(throws: DynamoDBError.self) { try result.get() }
        #expect(error.message == "instance metadata: " + message)
    }

    @Test(arguments: [HTTPResponseStatus.forbidden, .notFound, .methodNotAllowed])
    func `without a metadata service the chain ends`(status: HTTPResponseStatus) async throws {
        let (result, requests) = try await Self.credentials([:]) { _ in .full(status, [:], "") }
        #expect(try #require(throws: DynamoDBError.self) { try result.get() }.message.hasPrefix("no AWS credentials found"))
        #expect(requests.count == 1)
    }

    @Test func `a metadata service that does not answer is given up after a second`() async throws {
        let (result, _) = try await Self.credentials([:]) { _ in .silence }
        #expect(try #require(throws: DynamoDBError.self) { try result.get() }.message.hasPrefix("no AWS credentials found"))
    }

    @Test(arguments: [
        (["AWS_CONTAINER_AUTHORIZATION_TOKEN": "plain"], "plain"),
        (["AWS_CONTAINER_AUTHORIZATION_TOKEN": "plain", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"], "from file"),
        ([:], nil),
    ])
    func `a container's token is sent along`(variables: [String: String], token: String?) async throws {
        let uri = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container"]
        let (result, requests) = try await Self.credentials(
            variables.merging(uri) { $1 },
            files: ["/token": "from file"],
            answer: Self.everything
        )
        #expect(try result.get() == Self.temporary("CONTAINER"))
        #expect(requests.first?.headers.first(name: "Authorization") == token)
    }

    @Test func `a container endpoint that fails for a moment is asked again`() async throws {
        let uri = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container"]
        let (result, requests) = try await Self.credentials(uri) { request in
            request.index < 2 ? .full(.internalServerError, [:], "") : Self.everything(request)
        }
        #expect(try result.get() == Self.temporary("CONTAINER"))
        #expect(requests.count == 3)
    }

    @Test func `a token with a line break is not sent`() async throws {
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nX-Evil: b"]
        let (result, requests) = try await Self.credentials(variables, answer: Self.everything)
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
