extension DynamoDB.Configuration.Credentials {
    /// What the sources need to do their work.
    struct Means: Sendable {
        var region: String
        var transport: HTTPTransport
        var clock: ServiceClock
        var retrier: Retrier
        var timeouts = Timeouts()
    }

    /// For one attempt at asking a source.
    struct Timeouts: Sendable {
        /// Off EC2 nobody answers, and that must not take long to find out.
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

    /// The sources in the SDKs' order.
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
