/// The variant of a region's public endpoints.
struct EndpointVariant: Sendable, Equatable {
    /// FIPS 140 validated cryptography.
    var isFIPS = false
    /// IPv4 and IPv6.
    var isDualStack = false

    /// Reads `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`, or the profile's settings, as the SDKs do.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
    /// - Throws: ``DynamoDBError`` `configuration` for a value other than true or false.
    init(environment: AWSEnvironment, profiles: Profiles) throws {
        isFIPS = try Self.flag("use_fips_endpoint", environment, profiles)
        isDualStack = try Self.flag("use_dualstack_endpoint", environment, profiles)
    }

    init(isFIPS: Bool = false, isDualStack: Bool = false) {
        self.isFIPS = isFIPS
        self.isDualStack = isDualStack
    }

    private static func flag(_ setting: String, _ environment: AWSEnvironment, _ profiles: Profiles) throws -> Bool {
        let variable = "AWS_" + setting.uppercased()
        let name = environment[variable] == nil ? "\(setting) of profile \"\(profiles.selected)\"" : variable
        guard let text = environment[variable] ?? profiles.settings[setting], !text.isEmpty else { return false }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw DynamoDBError(.configuration, "\(name) is \"\(text)\"; must be true or false")
        }
    }

    /// Refuses a variant beside a configured endpoint, since ignoring either would send requests to an unintended place.
    /// - Throws: ``DynamoDBError`` `configuration`.
    func refuse(besides endpoint: Endpoint?) throws {
        guard let endpoint, self != EndpointVariant() else { return }
        let setting = isFIPS ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT"
        throw DynamoDBError(
            .configuration,
            "\(setting) is true, but the endpoint \(endpoint.url) is configured: unset one of them (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true "
                + "passes over endpoints)"
        )
    }
}

extension Endpoint {
    /// An AWS partition: regions with the same domain names.
    /// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    private struct Partition {
        var prefix: String
        var domain: String
        var dualStackDomain: String
    }

    private static let standard = Partition(prefix: "", domain: "amazonaws.com", dualStackDomain: "api.aws")
    private static let others = [
        Partition(prefix: "cn-", domain: "amazonaws.com.cn", dualStackDomain: "api.amazonwebservices.com.cn"),
        Partition(prefix: "eusc-", domain: "amazonaws.eu", dualStackDomain: "api.amazonwebservices.eu"),
        Partition(prefix: "us-iso-", domain: "c2s.ic.gov", dualStackDomain: "api.aws.ic.gov"),
        Partition(prefix: "us-isob-", domain: "sc2s.sgov.gov", dualStackDomain: "api.aws.scloud"),
        Partition(prefix: "eu-isoe-", domain: "cloud.adc-e.uk", dualStackDomain: "api.cloud-aws.adc-e.uk"),
        Partition(prefix: "us-isof-", domain: "csp.hci.ic.gov", dualStackDomain: "api.aws.hci.ic.gov"),
    ]

    /// Returns the public endpoint of DynamoDB or STS.
    /// https://docs.aws.amazon.com/general/latest/gr/rande.html
    static func regional(service: String, region: String, variant: EndpointVariant = EndpointVariant()) -> Endpoint {
        let partition = others.first { region.hasPrefix($0.prefix) } ?? standard
        // In AWS GovCloud (US) the standard endpoints of both services are FIPS endpoints.
        let isOwnName = variant.isFIPS && !(region.hasPrefix("us-gov-") && !variant.isDualStack)
        let domain = variant.isDualStack ? partition.dualStackDomain : partition.domain
        return Endpoint(host: "\(service)\(isOwnName ? "-fips" : "").\(region).\(domain)")
    }

    /// True for an endpoint of AWS.
    var isPublic: Bool {
        ([Self.standard] + Self.others).flatMap { [$0.domain, $0.dualStackDomain] }.contains { host.lowercased().hasSuffix("." + $0) }
    }
}
