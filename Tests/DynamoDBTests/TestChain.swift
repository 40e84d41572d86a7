import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

/// The chain of credential sources, with a test server in the place of every service of AWS.
enum TestChain {
    /// Asks the sources. In the variables, SERVER stands for the URL of the test server.
    static func credentials(
        _ variables: [String: String],
        files: [String: String] = [:],
        timeout: Duration = .seconds(60),
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
            let retrier = Retrier(maximumAttempts: 3, timeout: .seconds(60), pause: { _ in }, logger: .silent)
            let means = DynamoDB.Configuration.Credentials.Means(
                region: configuration.region,
                transport: transport,
                clock: ServiceClock(now: { Date() }),
                retrier: retrier,
                timeouts: .init(metadata: timeout, container: timeout, tokenService: timeout)
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
}
