import FoundationEssentials
import NIOHTTP1
import TestBasics
import Testing

@testable import DynamoDB

/// Whatever comes from a service, a file or the environment is read or refused.
@Suite struct GeneratedInputTests {
    private static let scraps = [
        "{", "}", "[", "]", "\"", ":", ",", "null", "true", "\"S\"", "\"N\"", "\"L\"", "\"M\"", "\"B\"", "\"NULL\"", "\"Items\"",
        "\"Item\"",
        "\"Responses\"", "\"t\"", "\"pk\"", "\"a\"", "1", "-1", "1e400", "9223372036854775808", "1.5", "\"AccessKeyId\"",
        "\"SecretAccessKey\"", "\"Expiration\"", "\"2030-01-01T00:00:00Z\"", "\"99999999999-01-01T00:00:00Z\"", "\"Version\"", "\\ud800",
        "\u{0}", "=", "[default]", "[profile a]", "[profile ", "\n", "  ", "#", "region", "source_profile", "a", "role_arn", "é", "<Code>",
        "</Code>", "<Message>", "&lt;", "GMT",
    ]

    private static func text(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...14, using: &generator)).map { _ in scraps.randomElement(using: &generator) ?? "" }.joined()
    }

    /// Runs `body` for generated texts; each is read, or refused with an error of this module or of its JSON.
    private static func readOrRefuse(seed: UInt64, _ body: (String, inout SeededGenerator) throws -> Void) {
        var generator = SeededGenerator(seed: seed)
        for number in 0..<25_000 {
            let text = text(&generator)
            do { try body(text, &generator) } catch is DynamoDBError {
                continue
            } catch is DecodingError {
                continue
            } catch {
                Issue.record("seed \(seed), text \(number): \(error)")
            }
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func `answers of DynamoDB`(seed: UInt64) {
        Self.readOrRefuse(seed: seed) { text, generator in
            let bodies = [text, "{\"Item\":{\"a\":{\(text)}}}", "{\"Items\":[{\"a\":{\"N\":\(text)}}],\"Count\":\(text)}"]
            let data = Data((bodies.randomElement(using: &generator) ?? "").utf8)
            _ = DynamoDBError(HTTPTransport.Response(status: .random(in: 100...599, using: &generator), headers: [:], body: data))
            _ = try JSONDecoder().decode(DynamoDB.GetItemOutput.self, from: data)
            _ = try JSONDecoder().decode(DynamoDB.QueryOutput.self, from: data)
            _ = try JSONDecoder().decode(DynamoDB.BatchGetItemOutput.self, from: data)
        }
    }

    @Test(arguments: [UInt64(3), 4])
    func `documents of credentials`(seed: UInt64) {
        Self.readOrRefuse(seed: seed) { text, _ in
            _ = XMLText(text).element("Code")
            _ = Date(iso8601: text)
            _ = Date(httpDate: "Sun, 06 Nov \(text) 08:49:37 GMT")
            _ = CredentialProcess.words(of: text)
            _ = try CredentialDocument.read(Data("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\",\(text)}".utf8)).credentials()
        }
    }

    @Test(arguments: [UInt64(5), 6])
    func `profile files and environments`(seed: UInt64) {
        let names = [
            "AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_MAX_ATTEMPTS", "AWS_USE_FIPS_ENDPOINT",
            "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        ]
        let values = [
            "", "true", "0", "-1", "9223372036854775807", "9223372036854775808", "http://[::1", "http://a:99999/", "a b", "\u{0}",
        ]
        Self.readOrRefuse(seed: seed) { text, generator in
            var variables = ["AWS_REGION": "eu-west-1"]
            for name in names where Bool.random(using: &generator) { variables[name] = values.randomElement(using: &generator) }
            let environment = AWSEnvironment.test(
                variables,
                files: ["/home/.aws/config": text, "/home/.aws/credentials": "[default]\n" + text]
            )
            _ = try ProfileFile(text: text, path: "p")
            _ = try ContainerCredentials.url(in: environment)
            let profiles = try Profiles(environment: environment)
            _ = try ProfileSettings("a", profiles.settings).role()
            _ = try DynamoDB.Configuration.load(environment)
        }
    }

    @Test(arguments: [TimeInterval(-1e300), -1, 0, 1e15, 1e300, .infinity, .nan])
    func `credentials that end at any moment`(seconds: TimeInterval) {
        var lifetime = CredentialLifetime()
        let now = Date(timeIntervalSince1970: 1_750_000_000)
        #expect(lifetime.request(now: now) == .renewAndWait)
        let end = Date(timeIntervalSince1970: seconds)
        lifetime.renewed(AWSCredentials(accessKeyID: "a", secretAccessKey: "b", expiration: end), now: now)
        for moment in [now, end, Date(timeIntervalSince1970: -seconds)] { _ = lifetime.request(now: moment) }
    }
}
