import FoundationEssentials
import Subprocess
import SystemPackage
import Testing

@testable import DynamoDB

/// FIPS and dual-stack endpoints, in every partition.
@Suite struct EndpointVariantTests {
    private func load(_ variables: [String: String], config: String = "") throws -> DynamoDB.Configuration {
        try .load(.test(["AWS_REGION": "eu-west-1"].merging(variables) { $1 }, files: ["/home/.aws/config": config]))
    }

    @Test(arguments: [
        ([:], "", "dynamodb.eu-west-1.amazonaws.com"),
        (["AWS_USE_FIPS_ENDPOINT": "true"], "", "dynamodb-fips.eu-west-1.amazonaws.com"),
        (["AWS_USE_DUALSTACK_ENDPOINT": "TRUE"], "", "dynamodb.eu-west-1.api.aws"),
        ([:], "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true", "dynamodb-fips.eu-west-1.api.aws"),
        (["AWS_USE_FIPS_ENDPOINT": "false"], "[default]\nuse_fips_endpoint = true", "dynamodb.eu-west-1.amazonaws.com"),
        (["AWS_USE_FIPS_ENDPOINT": ""], "[default]\nuse_fips_endpoint = true", "dynamodb-fips.eu-west-1.amazonaws.com"),
    ])
    func `environment and profile choose the variant`(variables: [String: String], config: String, host: String) throws {
        let configuration = try load(variables, config: config)
        #expect(configuration.endpoint.host == host)
        guard case .chain(_, _, let tokenService) = configuration.credentials else { throw DynamoDBError(.other, "no chain") }
        #expect(tokenService.host == host.replacing("dynamodb", with: "sts"))
    }

    @Test(arguments: [
        (["AWS_USE_FIPS_ENDPOINT": "yes"], "", #"AWS_USE_FIPS_ENDPOINT is "yes"; must be true or false"#),
        (["AWS_USE_DUALSTACK_ENDPOINT": "1"], "", #"AWS_USE_DUALSTACK_ENDPOINT is "1"; must be true or false"#),
        ([:], "[default]\nuse_fips_endpoint = on", #"use_fips_endpoint of profile "default" is "on"; must be true or false"#),
        (
            ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://127.0.0.1:8000"], "",
            "AWS_USE_FIPS_ENDPOINT is true, but the endpoint http://127.0.0.1:8000 is configured: "
        ),
        (
            ["AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL_STS": "https://sts.example.com"], "",
            "AWS_USE_DUALSTACK_ENDPOINT is true, but the endpoint https://sts.example.com is configured: "
        ),
    ])
    func `what is no choice is a mistake by name`(variables: [String: String], config: String, message: String) throws {
        let error = try #require(throws: DynamoDBError.self) { try load(variables, config: config) }
        #expect(error.code == .configuration && error.message.hasPrefix(message), "\(error.message)")
    }

    @Test(.enabled(if: SigV4BotocoreTests.python != nil, "TEST_PYTHON names a Python that has botocore"))
    func `the endpoints of every partition are those of botocore`() async throws {
        struct Case: Encodable {
            var service: String
            var region: String
            var variant: EndpointVariant

            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                try list.encode(service)
                try list.encode(region)
                try list.encode(variant.isFIPS)
                try list.encode(variant.isDualStack)
            }
        }
        let regions = [
            "eu-central-1", "us-east-1", "ap-southeast-7", "cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1",
            "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1",
        ]
        let cases = ["dynamodb", "sts"].flatMap { service in
            regions.flatMap { region in
                [(false, false), (true, false), (false, true), (true, true)].map {
                    Case(service: service, region: region, variant: EndpointVariant(isFIPS: $0, isDualStack: $1))
                }
            }
        }
        let script = FilePath(#filePath).removingLastComponent().appending("Fixtures/endpoints.py")
        let result = try await run(
            .path(FilePath(try #require(SigV4BotocoreTests.python))),
            arguments: [script.string],
            input: .string(String(decoding: try JSONEncoder().encode(cases), as: UTF8.self)),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        let expected = try JSONDecoder().decode([String?].self, from: Data(result.standardOutput.utf8))
        #expect(expected.count == cases.count && expected.count(where: { $0 != nil }) > 80)
        for (asked, theirs) in zip(cases, expected) {
            // Where botocore has none, nobody can say what the right one is.
            guard let theirs else { continue }
            let ours = Endpoint.regional(service: asked.service, region: asked.region, variant: asked.variant)
            #expect(ours.url == theirs && ours.isPublic)
        }
    }
}
