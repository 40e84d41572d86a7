extension Setting {
    static let http = [
        Setting(
            "HTTP_ADDR",
            .value(":8081"),
            "an address such as :8081, 127.0.0.1:8081 or [::1]:8081",
            "listen address. Without a host: every address, over IPv4 and IPv6"
        ),
        Setting(
            "HTTP_MAX_CONNECTIONS",
            .value("4096"),
            "an integer within 1…100000",
            "above this limit the connection that has been idle for longest is closed for a new one; if every connection has a request, "
                + "the new one is closed"
        ),
        Setting(
            "SHUTDOWN_TIMEOUT",
            .value("10s"),
            "a duration within 1s…1h, written as 30s, 2h or 1h30m",
            "after SIGTERM: how long requests and jobs that have begun may still run. "
                + "[Start and shutdown](architecture.md#start-and-shutdown) says how to choose it"
        ),
        Setting(
            "API_KEY",
            .unset,
            "accepted keys: printable ASCII without spaces, separated by commas. As soon as this or `API_KEY_FILE` is set, each request "
                + "needs one in `X-API-KEY` or `Authorization: Bearer`"
        ),
        Setting(
            "API_KEY_FILE",
            .unset,
            "a file of further keys, separated by commas or line ends. It is read again when it changes: "
                + "[change a key](api.md#api-keys) without a restart"
        ),
        Setting(
            "API_KEY_ENABLED",
            .unset,
            "true or false",
            "`false`: ask for no key although one is set. `true`: refuse to start without one"
        ),
        Setting(
            "METRICS_ADDR",
            .unset,
            "an address such as :9090 or 127.0.0.1:9090",
            "a listen address of its own for `/metrics`, without TLS and key. Unset: on `HTTP_ADDR`, behind the key like the rest"
        ),
        Setting(
            "TLS_CERT_FILE",
            .unset,
            "serve HTTPS (TLS 1.2 and 1.3) with this certificate chain in PEM. It is read again when it changes; open connections go on"
        ),
        Setting("TLS_KEY_FILE", .unset, "the key of that certificate in PEM, read again in the same way"),
    ]

    static let stacks = [
        Setting(
            "STACK_NAMESPACE",
            .value("stacks"),
            "a DNS label that does not begin with kube-, which is Kubernetes' own",
            "namespace of Pods and Services. The service creates it at the start if it is missing and the rights allow it"
        ),
        Setting("STACK_MAX_PER_USER", .value("5"), "an integer within 1…1000000", "stacks per user"),
        Setting(
            "STACK_REQUIRE_OWNER",
            .value("true"),
            "true or false",
            "`false`: a create may leave out `user_id` and `problem_id`, both together; see "
                + "[Stacks without an owner](api.md#stacks-without-an-owner)"
        ),
        Setting(
            "STACK_TTL",
            .value("2h"),
            "a duration within 1s…8760h, written as 30s, 2h or 1h30m",
            "life of a stack from its creation, and of a renewed one from its [renewal](api.md#renewing-a-stack)"
        ),
        Setting(
            "STACK_MAX_LIFETIME",
            .words("3 × `STACK_TTL`"),
            "a duration within 1s…26280h, written as 30s, 2h or 1h30m",
            "longest life of a stack from its creation, however often it is renewed; at least `STACK_TTL`. The kubelet ends the Pod two "
                + "minutes later, even if this service is down"
        ),
        Setting(
            "STACK_RENEW_WINDOW",
            .value("0s"),
            "a duration within 0s…8760h, written as 30s, 2h or 1h30m",
            "time before its end from which a stack can be renewed. `0s`: at any time"
        ),
        Setting(
            "STACK_DELETE_WAIT",
            .value("45s"),
            "a duration within 0s…1h, written as 30s, 2h or 1h30m",
            "how long a `DELETE` waits for Pod and Service to be gone; then it responds 202 and the deletion goes on by itself"
        ),
        Setting(
            "STACK_NODEPORT_MIN",
            .value("30000"),
            "an integer within 1…65535",
            "lower end of the NodePort range, inclusive. The range must lie within the API server's own"
        ),
        Setting("STACK_NODEPORT_MAX", .value("32767"), "an integer within 1…65535", "upper end of the range, inclusive"),
        Setting(
            "STACK_SCHEDULING_TIMEOUT",
            .value("20s"),
            "a duration within 1s…1h, written as 30s, 2h or 1h30m",
            "longest wait for the scheduler to give the Pod a node"
        ),
        Setting(
            "STACK_PORT_LOCK_TTL",
            .value("30s"),
            "a duration within 1s…1h, written as 30s, 2h or 1h30m",
            "age at which another replica may reclaim an unfinished create. Must be longer than `STACK_SCHEDULING_TIMEOUT`"
        ),
        Setting(
            "STACK_SCHEDULER_INTERVAL",
            .value("10s"),
            "a duration within 100ms…1h, written as 30s, 2h or 1h30m",
            "how often the reconciler compares all records with the cluster, in addition to what the watches report"
        ),
        Setting(
            "STACK_DEAD_NODE_TIMEOUT",
            .value("10m"),
            "a duration within 0s…168h, written as 30s, 2h or 1h30m",
            "how long a node may be unreachable until the reconciler gives up the stacks that are being removed from it: it deletes their "
                + "Pods without the kubelet's confirmation, and their ports rest for an hour. `0`: never"
        ),
    ]
}
