extension Setting {
    static let store = [
        Setting(
            "STACK_STORE",
            .words("see right"),
            "sqlite or dynamodb",
            "the store. Unset: `dynamodb` if `DDB_STACK_TABLE` is set, else `sqlite`"
        ),
        Setting("STACK_SQLITE_PATH", .value("var/stacks.sqlite"), "the SQLite database"),
        Setting(
            "DDB_STACK_TABLE",
            .words("`smctf-stacks`"),
            "the name of a table: 3 to 255 letters, digits, underscores, hyphens and dots",
            "the DynamoDB table"
        ),
        Setting(
            "DDB_CONSISTENT_READ",
            .value("true"),
            "true or false",
            "`false`: lists cost half and may miss the latest writes. No decision uses them"
        ),
        Setting(ofClient: ["AWS_REGION", "AWS_DEFAULT_REGION"], "region, as every AWS SDK reads it; also from the profile"),
        Setting(
            ofClient: ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"],
            "profile and its files, as every AWS SDK reads them"
        ),
        Setting(
            ofClient: [
                "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
            ],
            "another endpoint; the first that is set"
        ),
        Setting(ofClient: ["AWS_MAX_ATTEMPTS"], "attempts of a request to DynamoDB"),
        Setting(
            ofClient: [
                "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
                "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            ],
            "credentials, as every AWS SDK finds them. EKS sets those of a ServiceAccount with a role by itself"
        ),
    ]

    static let kubernetes = [
        Setting(
            ofClient: ["K8S_KUBECONFIG", "KUBECONFIG"],
            "kubeconfig: the first of the two that is set, then the service account of the Pod, then `~/.kube/config`. See "
                + "[Kubeconfig and credentials](kubeconfig.md)"
        ),
        Setting(ofClient: ["K8S_CONTEXT"], standard: .words("the current one"), "the context in the kubeconfig"),
        Setting(
            ofClient: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"],
            "the API server; Kubernetes sets both in every Pod"
        ),
        Setting(
            "K8S_CLIENT_QPS",
            .value("100"),
            "an integer within 1…100000",
            "requests to the API server in a second. Watches and the Lease do not count"
        ),
        Setting("K8S_CLIENT_BURST", .value("200"), "an integer within 1…100000", "requests that may go at once after a quiet time"),
        Setting(
            "STACK_WATCH_SCOPE",
            .value("cluster"),
            "one of cluster, namespace",
            "`namespace`: needs no rights outside of `STACK_NAMESPACE`, but `CLUSTER_TOTAL_CPU`, `CLUSTER_TOTAL_MEMORY` and, unless "
                + "`STACK_NETWORK_POLICY=off`, `STACK_POD_CIDRS`. See [Without rights on the cluster](operations.md#without-rights-on-the-cluster)"
        ),
    ]

    static let log = [
        Setting(
            "LOG_LEVEL",
            .value("info"),
            "one of trace, debug, info, notice, warning, error, critical",
            "the least severe level that is logged"
        ),
        Setting("LOG_FORMAT", .value("json"), "json or text", "`json`: one object a line"),
    ]
}
