import StackCluster
import Stacks
import Testing

@testable import ProvisionerCommands

@Suite struct ServeConfigurationMistakesTests {
    /// Of each variable what it does not take.
    private static let wrong: [String: [String]] = [
        "HTTP_ADDR": ["8081", "nowhere", ":http", "x:y:1", "::1:80", "[::1]", "http://x:80", ":65536", "a b:80"],
        "HTTP_MAX_CONNECTIONS": ["0", "-1", "100001", "many", "1.5", "99999999999999999999"],
        "SHUTDOWN_TIMEOUT": ["10", "0s", "-5s", "999ms", "61m", "1d", "never"],
        "STACK_NAMESPACE": ["Stacks", "a.b", "-a", "a_b", " ", "kube-system", "kube-public", String(repeating: "a", count: 64)],
        "STACK_MAX_PER_USER": ["0", "-1", "1.5", "five", "1000001", "99999999999999999999"],
        "STACK_TTL": ["7200", "0s", "999ms", "two hours", "-2h", "1d", "8761h", "3000000h"],
        "STACK_MAX_LIFETIME": ["21600", "0s", "999ms", "-6h", "26281h", "x"],
        "STACK_RENEW_WINDOW": ["900", "-1s", "8761h", "always"],
        "STACK_DELETE_WAIT": ["45", "-1s", "61m", "x"],
        "STACK_SCHEDULER_INTERVAL": ["0s", "99ms", "1ns", "2h", "x"],
        "STACK_NODEPORT_MIN": ["x", "0", "65536", "-30000", "30000-32767"],
        "STACK_NODEPORT_MAX": ["x", "0", "65536"],
        "STACK_PORT_LOCK_TTL": ["0s", "30", "2h"],
        "STACK_RESOURCE_RESERVE_RATIO": [
            "1", "1.0", "-0.5", "-0", "+0.2", "20%", "20", "0,2", "0.2.0", "0.1234567", "1e-1", "NaN", ".", "٠.٢",
        ],
        "STACK_SCHEDULING_TIMEOUT": ["0s", "20", "999ms", "2h"],
        "STACK_MAX_CPU": ["0", "-1", "many", "2000", "1e30", "2 cores", "0.5c"],
        "STACK_MAX_MEMORY": ["0", "-1", "512", "512m", "512MB", "512 Mi", "1Ei", "lots"],
        "CLUSTER_TOTAL_CPU": ["0", "-4", "1e18", "x"],
        "CLUSTER_TOTAL_MEMORY": ["0", "64", "64m", "2Ei", "x"],
        "STACK_NODE_SELECTOR": [
            "role", "=stack", "role=a=b", "role=stack,", ",", "role=a,role=b", "ro le=stack", "role==stack", "role!=stack", "-role=stack",
            "role=sta/ck", "a/b/c=d", "UPPER.example/x=y", "role=" + String(repeating: "a", count: 64), "role = stack",
        ],
        "STACK_STORE": ["redis", "SQLite", "dynamo"],
        "DDB_STACK_TABLE": ["ab", "a b c", "täble", String(repeating: "a", count: 256)],
        "DDB_CONSISTENT_READ": ["yes", "2", "on"],
        "K8S_CLIENT_QPS": ["0", "-1", "1.5", "fast"],
        "K8S_CLIENT_BURST": ["0", "-1", "x"],
        "API_KEY_ENABLED": ["yes", "on", "2"],
        "LOG_LEVEL": ["loud", "warn", "2"],
        "LOG_FORMAT": ["xml", "plain"],
        "STACK_SECURITY_PROFILE": ["privileged", "Baseline"],
        "STACK_IMAGE_PULL_SECRETS": ["Registry", "a,,b", "a b", "a/b", "a,", "-a", String(repeating: "a", count: 254)],
        "STACK_EPHEMERAL_STORAGE": ["-1", "1", "256", "256m", "1000Ki", "2049Mi", "8Ei", "none", "256MB"],
        "STACK_TERMINATION_GRACE": ["0s", "-1s", "31s", "1m", "1500ms", "5", "500ms", "x"],
        "STACK_RUN_AS_USER": ["0", "-1", "2147483648", "99999999999999999999", "nobody", "1000:1000", "+5", "1e3", "0x10", " 1"],
        "STACK_NETWORK_POLICY": ["on", "Create", "true", "none"],
        "STACK_EGRESS": ["all", "None", "false", "off"],
        "STACK_POD_CIDRS": [
            "10.244.0.0", "10.244.0.0/33", "10.244.1.0/16", "0.0.0.0/0", "10.0.0.0/7", "::/0", "fd00::/15", "10.244.0.0/16,", ",",
            "10.244.0.0/16;fd00::/48",
            "10.244.0.0 /16", "pods", "fd00::/48,fd00::1/64", Array(repeating: "10.0.0.0/8", count: 65).joined(separator: ","),
        ],
        "STACK_MAX_CONCURRENT_CREATES": ["0", "-1", "10001", "x"],
        "STACK_RUNTIME_CLASS": ["gVisor", "a/b", "a b", "-a", String(repeating: "a", count: 254)],
        "STACK_TOLERATIONS": [
            "ctf", "ctf=stacks", "ctf:", ":NoSchedule", "=:NoSchedule", "ctf:noschedule", "ctf=a=b:NoSchedule", "ctf:NoSchedule,",
            "ctf:NoSchedule:NoExecute", "ctf: NoSchedule", "-a:NoSchedule", "a=b c:NoSchedule", "a=-:NoSchedule", ",",
        ],
        "STACK_USER_NAMESPACES": ["yes", "2", "on"],
        "STACK_WATCH_SCOPE": ["Namespace", "all", "true"],
    ]

    @Test(arguments: wrong.flatMap { name, values in values.map { (name, $0) } }.sorted { $0 < $1 })
    func `a wrong value is one mistake, which names the variable, what was found and what is allowed`(name: String, value: String) throws {
        let mistakes = Self.mistakes([name: value])
        #expect(mistakes.count == 1)
        let mistake = try #require(mistakes.first)
        #expect(mistake.hasPrefix("\(name): is \"\(value.prefix(80))\"; must be "))
        #expect(mistake.utf8.count < 300)
    }

    @Test func `all mistakes are told at once`() {
        let environment = Self.wrong.mapValues { $0[0] }
        let names = Self.mistakes(environment).map { String($0.prefix { $0 != ":" }) }
        #expect(names.sorted() == environment.keys.sorted())
    }

    @Test(
        arguments: [
            (
                ["STACK_NODEPORT_MIN": "32000", "STACK_NODEPORT_MAX": "31000"],
                "STACK_NODEPORT_MIN: is 32000; must not be above STACK_NODEPORT_MAX, which is 31000"
            ),
            (["STACK_NODEPORT_MIN": "40000"], "STACK_NODEPORT_MIN: is 40000; must not be above STACK_NODEPORT_MAX, which is 32767"),
            (["STACK_NODEPORT_MAX": "20000"], "STACK_NODEPORT_MIN: is 30000; must not be above STACK_NODEPORT_MAX, which is 20000"),
            (
                ["STACK_SCHEDULING_TIMEOUT": "30s"],
                "STACK_PORT_LOCK_TTL: is 30s; must be longer than STACK_SCHEDULING_TIMEOUT, which is 30s"
            ),
            (
                ["STACK_PORT_LOCK_TTL": "1500ms"],
                "STACK_PORT_LOCK_TTL: is 1s500ms; must be longer than STACK_SCHEDULING_TIMEOUT, which is 20s"
            ),
            (["STACK_MAX_LIFETIME": "90m"], "STACK_MAX_LIFETIME: is 1h30m; must not be shorter than STACK_TTL, which is 2h"),
            (["API_KEY_ENABLED": "true"], "API_KEY: is unset like API_KEY_FILE, but API_KEY_ENABLED is true"),
            (["API_KEY_ENABLED": "true", "API_KEY": ""], "API_KEY: is unset like API_KEY_FILE, but API_KEY_ENABLED is true"),
            (["API_KEY": " ,"], "API_KEY: holds no key"),
            (["API_KEY_FILE": "/nonexistent/keys"], "API_KEY_FILE: /nonexistent/keys: no such file"),
            (["TLS_CERT_FILE": "/nonexistent/tls.crt"], "TLS_KEY_FILE: is unset, but TLS_CERT_FILE is set"),
            (["TLS_KEY_FILE": "/nonexistent/tls.key"], "TLS_CERT_FILE: is unset, but TLS_KEY_FILE is set"),
            (
                ["TLS_CERT_FILE": "/nonexistent/tls.crt", "TLS_KEY_FILE": "/nonexistent/tls.key"],
                "TLS_CERT_FILE: /nonexistent/tls.crt: no such file"
            ),
            (
                ["STACK_WATCH_SCOPE": "namespace", "CLUSTER_TOTAL_CPU": "8", "STACK_NETWORK_POLICY": "off"],
                "CLUSTER_TOTAL_MEMORY: is unset; STACK_WATCH_SCOPE=namespace needs it, because nodes cannot be read"
            ),
            (
                ["STACK_WATCH_SCOPE": "namespace", "CLUSTER_TOTAL_CPU": "8", "CLUSTER_TOTAL_MEMORY": "8Gi"],
                "STACK_POD_CIDRS: is unset; STACK_WATCH_SCOPE=namespace needs it, unless STACK_NETWORK_POLICY=off, because nodes cannot be read"
            ),
            // One that cannot be read is not compared with the other's default.
            (
                ["STACK_PORT_LOCK_TTL": "soon", "STACK_SCHEDULING_TIMEOUT": "5m"],
                "STACK_PORT_LOCK_TTL: is \"soon\"; must be a duration within 1s…1h, written as 30s, 2h or 1h30m"
            ),
            (
                ["STACK_NODEPORT_MIN": "x", "STACK_NODEPORT_MAX": "20000"],
                "STACK_NODEPORT_MIN: is \"x\"; must be an integer within 1…65535"
            ),
        ] as [([String: String], String)]
    )
    func `values that contradict each other are one mistake`(environment: [String: String], expected: String) {
        #expect(Self.mistakes(environment) == [expected])
    }

    @Test(arguments: ["s3 cret", "s3cret,n3w\tkey", "s3crét", "s3cret\u{7F}"])
    func `a key that no header can carry is a mistake, and is not told`(key: String) {
        let mistakes = Self.mistakes(["API_KEY_ENABLED": "true", "API_KEY": key])
        #expect(mistakes == ["API_KEY: a key holds a space or another character that is not printable ASCII"])
        #expect(Self.mistakes(["API_KEY": key, "API_KEY_ENABLED": "false"]) == [], "nobody is asked for it")
    }

    @Test func `a slip with units says what is allowed`() {
        #expect(
            Self.mistakes(["STACK_MAX_CPU": "2000", "STACK_MAX_MEMORY": "512m"]) == [
                "STACK_MAX_CPU: is \"2000\"; must be a quantity of CPU within 1m…1024, written as 2 or 500m",
                "STACK_MAX_MEMORY: is \"512m\"; must be a quantity of memory within 4Mi…16Ti, written as 512Mi",
            ]
        )
    }

    @Test(
        arguments: [
            ("0", 0), ("0.0", 0), ("0.2", 200_000), (".2", 200_000), ("0.20", 200_000), ("0.000001", 1), ("0.999999", 999_999),
            ("0.123456", 123_456),
        ] as [(String, Int64)]
    )
    func `a ratio is read exactly`(text: String, millionths: Int64) throws {
        #expect(try ServeConfiguration(environment: ["STACK_RESOURCE_RESERVE_RATIO": text]).cluster.reserve.millionths == millionths)
    }

    @Test func `the widest values are accepted together`() {
        for environment in [
            [
                "SHUTDOWN_TIMEOUT": "1h", "STACK_TTL": "8760h", "STACK_SCHEDULER_INTERVAL": "1h", "STACK_PORT_LOCK_TTL": "1h",
                "STACK_SCHEDULING_TIMEOUT": "59m59s", "STACK_MAX_CPU": "1024", "STACK_MAX_MEMORY": "16Ti", "CLUSTER_TOTAL_CPU": "1M",
                "CLUSTER_TOTAL_MEMORY": "1Ei", "STACK_NODEPORT_MIN": "1", "STACK_NODEPORT_MAX": "65535", "STACK_MAX_PER_USER": "1000000",
            ],
            [
                "SHUTDOWN_TIMEOUT": "1s", "STACK_TTL": "1s", "STACK_SCHEDULER_INTERVAL": "100ms", "STACK_PORT_LOCK_TTL": "1001ms",
                "STACK_SCHEDULING_TIMEOUT": "1s", "STACK_MAX_CPU": "1m", "STACK_MAX_MEMORY": "4Mi", "CLUSTER_TOTAL_CPU": "1m",
                "CLUSTER_TOTAL_MEMORY": "4Mi", "K8S_CLIENT_QPS": "1", "K8S_CLIENT_BURST": "1", "STACK_MAX_CONCURRENT_CREATES": "1",
            ],
        ] {
            #expect(Self.mistakes(environment) == [])
        }
    }

    private static func mistakes(_ environment: [String: String]) -> [String] {
        do {
            _ = try ServeConfiguration(environment: environment)
            return []
        } catch let error as ServeConfiguration.Mistakes {
            return error.mistakes
        } catch {
            return ["\(error)"]
        }
    }
}
