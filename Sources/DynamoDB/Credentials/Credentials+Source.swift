extension DynamoDB.Configuration.Credentials {
    /// The dependencies of credential providers.
    struct Means: Sendable {
        var region: String
        var transport: HTTPTransport
        var clock: ServiceClock
        var retrier: Retrier
        var timeouts = Timeouts()
    }

    /// Timeouts of an attempt, per provider.
    struct Timeouts: Sendable {
        /// The timeout for IMDS. Short, since outside EC2 there is no metadata service.
        var metadata: Duration = .seconds(1)
        var container: Duration = .seconds(2)
        var tokenService: Duration = .seconds(5)
    }

    func source(_ means: Means) -> any CredentialSource {
        switch self {
        case .fixed(let credentials): StaticCredentials(value: credentials)
        case .chain(let environment, let profiles, let tokenEndpoint): Self.chain(environment, profiles, tokenEndpoint, means)
        }
    }

    /// Returns the providers in the order of the SDKs.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    private static func chain(
        _ environment: AWSEnvironment,
        _ profiles: Profiles,
        _ tokenEndpoint: Endpoint,
        _ means: Means
    ) -> CredentialChain {
        let tokenService = SecurityTokenService(
            endpoint: tokenEndpoint,
            region: means.region,
            transport: means.transport,
            clock: means.clock,
            retrier: means.retrier,
            timeout: means.timeouts.tokenService
        )
        let variables = EnvironmentCredentials(environment: environment)
        let container = ContainerCredentials(
            environment: environment,
            transport: means.transport,
            retrier: means.retrier,
            timeout: means.timeouts.container
        )
        let metadata = InstanceMetadataCredentials(
            environment: environment,
            transport: means.transport,
            retrier: means.retrier,
            timeout: means.timeouts.metadata
        )
        let profile = ProfileCredentials(
            environment: environment,
            profiles: profiles,
            tokenService: tokenService,
            named: ["Environment": variables, "EcsContainer": container, "Ec2InstanceMetadata": metadata]
        )
        let webIdentity = WebIdentityCredentials(environment: environment, tokenService: tokenService)
        return CredentialChain(sources: [variables, webIdentity, profile, container, metadata])
    }
}
