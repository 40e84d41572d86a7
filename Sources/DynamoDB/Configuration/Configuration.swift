extension DynamoDB {
    /// The region, endpoint, credentials and timeouts of a client.
    public struct Configuration: Sendable {
        /// The region, such as `eu-central-1`; part of every signature.
        public let region: String
        /// The maximum number of attempts of an operation, including the first.
        public var maximumAttempts = 3
        /// The timeout of an attempt, from sending the request to the last byte of the response.
        public var attemptTimeout: Duration = .seconds(5)
        /// The timeout of an operation, including retries and pauses.
        public var operationTimeout: Duration = .seconds(20)
        let endpoint: Endpoint
        let credentials: Credentials

        enum Credentials: Sendable {
            case fixed(AWSCredentials)
            /// The credential chain of the AWS SDKs in this environment.
            case chain(AWSEnvironment, Profiles, tokenService: Endpoint)
        }

        /// Creates a configuration with static credentials.
        /// - Parameter endpoint: scheme, host and port; nil for the region's public endpoint.
        /// - Throws: ``DynamoDBError`` `configuration` if region or endpoint is malformed.
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
    /// Reads the same settings as the AWS SDKs: `AWS_REGION` (or `AWS_DEFAULT_REGION`), `AWS_PROFILE`, `AWS_CONFIG_FILE`,
    /// `AWS_SHARED_CREDENTIALS_FILE`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
    /// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, `AWS_MAX_ATTEMPTS`, the profile's `region`, `endpoint_url`,
    /// `use_fips_endpoint`, `use_dualstack_endpoint` and `max_attempts`, and the variables of the credential providers. Also reads
    /// `AWS_ENDPOINT`. Without a region, an endpoint outside AWS gets `us-east-1`, which local emulators accept.
    /// - Throws: ``DynamoDBError`` `configuration`, which names the variable or file and the defect.
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
