import Testing

@testable import DynamoDB

@Suite struct ConfigurationTests {
    private func load(_ variables: [String: String], config: String = "", credentials: String = "") throws -> DynamoDB.Configuration {
        try .load(.test(variables, files: ["/home/.aws/config": config, "/home/.aws/credentials": credentials]))
    }

    @Test(arguments: [
        (["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"], "eu-west-1"),
        (["AWS_DEFAULT_REGION": "eu-west-2"], "eu-west-2"),
        (["AWS_REGION": ""], "eu-central-1"),
        (["AWS_PROFILE": "other"], "us-west-2"),
        (["AWS_DEFAULT_PROFILE": "other"], "us-west-2"),
    ])
    func `the region is the environment's, else the profile's`(variables: [String: String], region: String) throws {
        let config = "[default]\nregion = eu-central-1\n[profile other]\nregion = us-west-2"
        let configuration = try load(variables, config: config)
        #expect(configuration.region == region)
        #expect(configuration.endpoint.url == "https://dynamodb.\(region).amazonaws.com")
        #expect(configuration.endpoint.host == "dynamodb.\(region).amazonaws.com")
    }

    @Test func `China has a domain of its own`() throws {
        #expect(try load(["AWS_REGION": "cn-north-1"]).endpoint.url == "https://dynamodb.cn-north-1.amazonaws.com.cn")
    }

    @Test func `without a region and an endpoint there is a clear error`() throws {
        let error = try #require(throws: DynamoDBError.self) { try load([:]) }
        #expect(error.code == .configuration)
        #expect(error.message == "no AWS region: set AWS_REGION, or region in profile \"default\"")
    }

    @Test func `a custom endpoint gets a default region, AWS does not`() throws {
        #expect(try load(["AWS_ENDPOINT_URL": "http://127.0.0.1:8000"]).region == "us-east-1")
        #expect(throws: DynamoDBError.self) { try load(["AWS_ENDPOINT_URL": "https://dynamodb.eu-west-1.amazonaws.com"]) }
    }

    @Test(arguments: ["eu west", "a/b", "evil.example", "é"])
    func `a region that is no name is refused`(region: String) {
        #expect(throws: DynamoDBError.self) { try load(["AWS_REGION": region]) }
    }

    private static let config = """
        [default]
        endpoint_url = http://profile
        [profile services]
        endpoint_url = http://profile
        services = local
        [profile ignoring]
        endpoint_url = http://profile
        ignore_configured_endpoint_urls = true
        [services local]
        dynamodb =
            endpoint_url = http://services
        """

    @Test(arguments: [
        (["AWS_ENDPOINT_URL_DYNAMODB": "http://own", "AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT": "http://old"], "http://own"),
        (["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT": "http://old"], "http://all"),
        (["AWS_ENDPOINT": "http://old"], "http://old"),
        ([:], "http://profile"),
        (["AWS_PROFILE": "services"], "http://services"),
        (["AWS_PROFILE": "services", "AWS_ENDPOINT_URL": "http://all"], "http://all"),
        (["AWS_PROFILE": "ignoring", "AWS_ENDPOINT_URL": "http://all"], "https://dynamodb.eu-west-1.amazonaws.com"),
        (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True", "AWS_ENDPOINT": "http://old"], "https://dynamodb.eu-west-1.amazonaws.com"),
        (["AWS_PROFILE": "ignoring", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"], "http://profile"),
    ])
    func `the most particular endpoint counts`(variables: [String: String], url: String) throws {
        let configuration = try load(variables.merging(["AWS_REGION": "eu-west-1"]) { $1 }, config: Self.config)
        #expect(configuration.endpoint.url == url)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", "127.0.0.1:8000", ""),
        ("HTTPS://Host:443", "https://Host", "Host", ""),
        ("http://host:80/a/b/", "http://host/a/b", "host", "/a/b"),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]:8000", ""),
    ])
    func `an endpoint is taken apart`(text: String, url: String, host: String, path: String) throws {
        let endpoint = try Endpoint(text, namedBy: "X")
        #expect(endpoint.url == url)
        #expect(endpoint.host == host)
        #expect(endpoint.path == path)
    }

    @Test(arguments: ["127.0.0.1:8000", "ftp://host", "http://", "", "http://host?x", "http://user@host", "host"])
    func `an endpoint that is no HTTP URL is refused by name`(text: String) throws {
        let error = try #require(throws: DynamoDBError.self) { try Endpoint(text, namedBy: "AWS_ENDPOINT_URL") }
        #expect(error.message.hasPrefix("AWS_ENDPOINT_URL must be a URL"))
    }

    @Test(arguments: [(["AWS_MAX_ATTEMPTS": "5"], 5), ([:], 3), (["AWS_PROFILE": "patient"], 9)])
    func `the number of attempts can be set`(variables: [String: String], attempts: Int) throws {
        let configuration = try load(
            variables.merging(["AWS_REGION": "eu-west-1"]) { $1 },
            config: "[profile patient]\nmax_attempts = 9"
        )
        #expect(configuration.maximumAttempts == attempts)
    }

    @Test(arguments: ["0", "-1", "many", "1.5"])
    func `a number of attempts that is none is refused`(text: String) {
        #expect(throws: DynamoDBError.self) { try load(["AWS_REGION": "eu-west-1", "AWS_MAX_ATTEMPTS": text]) }
    }

    @Test func `files may stand elsewhere`() throws {
        let environment = AWSEnvironment.test(
            ["AWS_CONFIG_FILE": "~/elsewhere", "AWS_SHARED_CREDENTIALS_FILE": "/keys"],
            files: ["/home/elsewhere": "[default]\nregion = eu-west-1", "/keys": "[default]\nregion = eu-west-2"]
        )
        // A setting in the credentials file wins.
        #expect(try DynamoDB.Configuration.load(environment).region == "eu-west-2")
    }

    @Test func `a profile that is asked for by name must exist`() throws {
        let error = try #require(throws: DynamoDBError.self) { try load(["AWS_PROFILE": "missing", "AWS_REGION": "eu-west-1"]) }
        #expect(error.message == "AWS_PROFILE: there is no profile \"missing\" in ~/.aws/config and ~/.aws/credentials")
    }

    @Test func `a default profile with the prefix wins`() throws {
        #expect(try load([:], config: "[default]\nregion = a\n[profile default]\nregion = b").region == "b")
    }
}
