extension DynamoDB {
    /// Which DynamoDB to talk to, as whom, and how patiently.
    public struct Configuration: Sendable {
        /// Such as `eu-central-1`; part of every signature.
        public let region: String
        /// The most attempts for one operation, the first included.
        public var maximumAttempts = 3
        /// From sending a request to the last byte of its answer.
        public var attemptTimeout: Duration = .seconds(5)
        /// For all attempts of one operation and the pauses between them.
        public var operationTimeout: Duration = .seconds(20)
        let endpoint: Endpoint
        let credentials: Credentials

        enum Credentials: Sendable {
            case fixed(AWSCredentials)
            /// The SDKs' chain of sources, in this environment.
            case chain(AWSEnvironment, Profiles, tokenService: Endpoint)
        }

        /// - Parameter endpoint: scheme, host and port; nil for the region's own.
        /// - Throws: ``DynamoDBError`` `configuration` when region or endpoint are malformed.
        public init(region: String, endpoint: String? = nil, credentials: AWSCredentials) throws {
            try self.init(
                region: region,
                endpoint: try endpoint.map { try Endpoint($0, namedBy: "the endpoint") },
                credentials: .fixed(credentials)
            )
        }

        private init(region: String, endpoint: Endpoint?, credentials: Credentials) throws {
            guard !region.isEmpty, region.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
                throw DynamoDBError(.configuration, "the region is \"\(region)\"; must be letters, digits and hyphens such as eu-central-1")
            }
            self.region = region
            self.endpoint = endpoint ?? .regional(service: "dynamodb", region: region)
            self.credentials = credentials
        }
    }
}

extension DynamoDB.Configuration {
    /// Finds everything as the AWS SDKs do: `AWS_REGION` (or `AWS_DEFAULT_REGION`), `AWS_PROFILE`, `AWS_CONFIG_FILE`,
    /// `AWS_SHARED_CREDENTIALS_FILE`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
    /// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, `AWS_MAX_ATTEMPTS`, the profile's `region`, `endpoint_url`,
    /// `use_fips_endpoint`, `use_dualstack_endpoint` and `max_attempts`, and the variables of the credential sources.
    /// `AWS_ENDPOINT` is read too. Without a region an endpoint that is not one of AWS gets `us-east-1`, which local stand-ins accept.
    /// - Throws: ``DynamoDBError`` `configuration`, which names the variable or file and what is wrong with it.
    public static func load(environment: [String: String]) throws -> Self {
        try load(AWSEnvironment(environment))
    }

    static func load(_ environment: AWSEnvironment) throws -> Self {
        let profiles = try Profiles(environment: environment)
        let endpoint = try Endpoint.configured(
            service: "dynamodb",
            legacyVariable: "AWS_ENDPOINT",
            environment: environment,
            profiles: profiles
        )
        let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? profiles.settings["region"]
        guard let region = region ?? (endpoint.map(\.isPublic) == false ? "us-east-1" : nil) else {
            throw DynamoDBError(.configuration, "no AWS region: set AWS_REGION, or region in profile \"\(profiles.selected)\"")
        }
        let tokenService = try Endpoint.configured(service: "sts", environment: environment, profiles: profiles)
        let variant = try EndpointVariant(environment: environment, profiles: profiles)
        try variant.refuse(besides: endpoint ?? tokenService)
        var configuration = try Self(
            region: region,
            endpoint: endpoint ?? .regional(service: "dynamodb", region: region, variant: variant),
            credentials: .chain(
                environment,
                profiles,
                tokenService: tokenService ?? .regional(service: "sts", region: region, variant: variant)
            )
        )
        configuration.maximumAttempts = try maximumAttempts(environment, profiles) ?? configuration.maximumAttempts
        return configuration
    }

    private static func maximumAttempts(_ environment: AWSEnvironment, _ profiles: Profiles) throws -> Int? {
        let variable = environment["AWS_MAX_ATTEMPTS"]
        guard let text = variable ?? profiles.settings["max_attempts"] else { return nil }
        guard let attempts = Int(text), attempts > 0 else {
            let name = variable == nil ? "max_attempts of profile \"\(profiles.selected)\"" : "AWS_MAX_ATTEMPTS"
            throw DynamoDBError(.configuration, "\(name) is \"\(text)\"; must be an integer of at least 1")
        }
        return attempts
    }
}
