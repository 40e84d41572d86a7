import Foundation
import HTTPAPI
import Logging
import PodPolicy
import StackCluster
import Stacks
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct ServeConfigurationTests {
    @Test(arguments: [
        [:], ["STACK_TTL": "", "HTTP_ADDR": "", "STACK_NODE_SELECTOR": "", "API_KEY": "", "DDB_STACK_TABLE": "", "STACK_STORE": ""],
    ])
    func `what is unset or empty has the contract's default`(environment: [String: String]) throws {
        let configuration = try ServeConfiguration(environment: environment)
        #expect(configuration.address == ServeConfiguration.Address(host: nil, port: 8081))
        #expect(configuration.maximumConnections == 4096)
        #expect(configuration.shutdownTimeout == .seconds(10))
        #expect(configuration.stacks == StackSettings())
        #expect(configuration.stacks.namespace == "stacks")
        #expect(configuration.stacks.maxPerUser == 5)
        #expect(configuration.stacks.requireOwner)
        #expect(configuration.stacks.timeToLive == .seconds(7200) && configuration.stacks.maxLifetime == .seconds(21600))
        #expect(configuration.stacks.renewWindow == .zero && configuration.stacks.deleteWait == .seconds(45))
        #expect(configuration.stacks.reconcileInterval == .seconds(10))
        #expect(configuration.stacks.portLockTTL == .seconds(30))
        #expect(configuration.stacks.schedulingTimeout == .seconds(20))
        #expect(configuration.nodePorts == 30000...32767)
        #expect(configuration.policy == PodPolicySettings())
        #expect(configuration.policy.maximumCPUMilli == 2000)
        #expect(configuration.policy.maximumMemoryBytes == 512 << 20)
        #expect(configuration.policy.defaultEphemeralStorageBytes == 256 << 20)
        #expect(configuration.policy.defaultTerminationGraceSeconds == 1)
        #expect(configuration.policy.runAsUser == nil)
        #expect(configuration.cluster.reserve.millionths == 200_000)
        #expect(configuration.cluster.totalCPUMilli == nil && configuration.cluster.totalMemoryBytes == nil)
        #expect(configuration.cluster.nodeSelector == [:] && configuration.cluster.namespace == "stacks")
        #expect(configuration.cluster.networkPolicy == .create && configuration.cluster.podCIDRs == [])
        #expect(configuration.stacks.defaultEgress == .none)
        #expect(configuration.store == .sqlite(path: "var/stacks.sqlite"))
        #expect(configuration.kubernetesQPS == 100 && configuration.kubernetesBurst == 200)
        #expect(configuration.maximumConcurrentCreates == 64)
        #expect(configuration.apiKeys == nil)
        #expect(configuration.logLevel == .info && configuration.logFormat == .json)
        #expect(configuration.warnings == [])
    }

    @Test func `every variable is heard`() throws {
        let configuration = try ServeConfiguration(environment: [
            "HTTP_ADDR": "[::1]:0", "HTTP_MAX_CONNECTIONS": "100", "SHUTDOWN_TIMEOUT": "1m", "STACK_NAMESPACE": "ctf-2025",
            "STACK_MAX_PER_USER": "1", "STACK_REQUIRE_OWNER": "false",
            "STACK_TTL": "1h30m", "STACK_MAX_LIFETIME": "4h", "STACK_RENEW_WINDOW": "15m", "STACK_DELETE_WAIT": "3s",
            "STACK_SCHEDULER_INTERVAL": "500ms", "STACK_NODEPORT_MIN": "31000", "STACK_NODEPORT_MAX": "31000", "STACK_PORT_LOCK_TTL": "2m",
            "STACK_RESOURCE_RESERVE_RATIO": "0.5", "STACK_SCHEDULING_TIMEOUT": "1m59s", "STACK_MAX_CPU": "0.5", "STACK_MAX_MEMORY": "1e9",
            "CLUSTER_TOTAL_CPU": "64", "CLUSTER_TOTAL_MEMORY": "256Gi", "STACK_NODE_SELECTOR": "role=stack,topology.kubernetes.io/zone=a",
            "STACK_STORE": "dynamodb", "DDB_STACK_TABLE": "stacks.2025", "DDB_CONSISTENT_READ": "False", "K8S_CLIENT_QPS": "50",
            "K8S_CLIENT_BURST": "10", "API_KEY_ENABLED": "TRUE", "API_KEY": "s3cret", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "Text",
            "STACK_SECURITY_PROFILE": "restricted", "STACK_IMAGE_PULL_SECRETS": "registry.example, other",
            "STACK_MAX_CONCURRENT_CREATES": "8",
            "STACK_SQLITE_PATH": "/data/s.sqlite", "STACK_EPHEMERAL_STORAGE": "1Gi", "STACK_TERMINATION_GRACE": "30s",
            "STACK_RUN_AS_USER": "2147483647", "STACK_RUNTIME_CLASS": "gvisor.example", "STACK_USER_NAMESPACES": "true",
            "STACK_TOLERATIONS": "ctf=stacks:NoSchedule, spot:NoExecute,example.com/a=:PreferNoSchedule",
            "STACK_NETWORK_POLICY": "require", "STACK_POD_CIDRS": "10.244.0.0/16, fd00:10:244::/56", "STACK_EGRESS": "internet",
        ])
        #expect(configuration.address == ServeConfiguration.Address(host: "::1", port: 0))
        #expect(configuration.maximumConnections == 100)
        #expect(configuration.shutdownTimeout == .seconds(60))
        #expect(configuration.stacks.namespace == "ctf-2025" && configuration.cluster.namespace == "ctf-2025")
        #expect(configuration.stacks.maxPerUser == 1 && !configuration.stacks.requireOwner)
        #expect(configuration.stacks.timeToLive == .seconds(5400) && configuration.stacks.maxLifetime == .seconds(14400))
        #expect(configuration.stacks.renewWindow == .seconds(900) && configuration.stacks.deleteWait == .seconds(3))
        #expect(configuration.stacks.reconcileInterval == .milliseconds(500))
        #expect(configuration.nodePorts == 31000...31000)
        #expect(configuration.stacks.portLockTTL == .seconds(120) && configuration.stacks.schedulingTimeout == .seconds(119))
        #expect(configuration.cluster.reserve.millionths == 500_000)
        #expect(configuration.policy.maximumCPUMilli == 500 && configuration.policy.maximumMemoryBytes == 1_000_000_000)
        #expect(configuration.cluster.totalCPUMilli == 64_000 && configuration.cluster.totalMemoryBytes == 256 << 30)
        #expect(configuration.policy.nodeSelector == ["role": "stack", "topology.kubernetes.io/zone": "a"])
        #expect(configuration.cluster.nodeSelector == configuration.policy.nodeSelector)
        #expect(configuration.store == .dynamodb(table: "stacks.2025", consistentRead: false))
        #expect(configuration.kubernetesQPS == 50 && configuration.kubernetesBurst == 10)
        #expect(configuration.apiKeys?.keys.map(\.value) == ["s3cret"])
        #expect(configuration.logLevel == .debug && configuration.logFormat == .text)
        #expect(configuration.policy.securityProfile == .restricted)
        #expect(configuration.policy.imagePullSecrets == ["registry.example", "other"])
        #expect(configuration.maximumConcurrentCreates == 8)
        #expect(configuration.policy.defaultEphemeralStorageBytes == 1 << 30)
        #expect(configuration.policy.defaultTerminationGraceSeconds == 30)
        #expect(configuration.policy.runAsUser == 2_147_483_647)
        #expect(configuration.policy.runtimeClassName == "gvisor.example" && configuration.policy.usesUserNamespaces)
        #expect(configuration.cluster.runtimeClassName == "gvisor.example")
        let tolerations = [
            PodToleration(key: "ctf", value: "stacks", effect: .noSchedule), PodToleration(key: "spot", value: nil, effect: .noExecute),
            PodToleration(key: "example.com/a", value: "", effect: .preferNoSchedule),
        ]
        #expect(configuration.policy.tolerations == tolerations && configuration.cluster.tolerations == tolerations)
        #expect(configuration.cluster.networkPolicy == .require)
        #expect(configuration.cluster.podCIDRs.map(\.description) == ["10.244.0.0/16", "fd00:10:244::/56"])
        #expect(configuration.stacks.defaultEgress == .internet)
        #expect(configuration.warnings == [])
    }

    @Test(arguments: [(["STACK_TTL": "1h"], 10800), (["STACK_TTL": "1h", "STACK_MAX_LIFETIME": "1h"], 3600)] as [([String: String], Int)])
    func `without a maximum life it is three times the TTL, and it may be as short as the TTL`(
        environment: [String: String],
        seconds: Int
    ) throws {
        #expect(try ServeConfiguration(environment: environment).stacks.maxLifetime == .seconds(seconds))
    }

    @Test(arguments: ["0", "0Mi", "0.0"])
    func `no ephemeral storage can be asked for`(zero: String) throws {
        #expect(try ServeConfiguration(environment: ["STACK_EPHEMERAL_STORAGE": zero]).policy.defaultEphemeralStorageBytes == 0)
    }

    private static let sqlite = ServeConfiguration.StoreChoice.sqlite(path: "var/stacks.sqlite")
    private static let dynamoDB = ServeConfiguration.StoreChoice.dynamodb(table: "smctf-stacks", consistentRead: true)

    @Test(
        arguments: [
            ([:], sqlite), (["STACK_STORE": "sqlite"], sqlite), (["STACK_STORE": "dynamodb"], dynamoDB),
            (["DDB_STACK_TABLE": "mine"], .dynamodb(table: "mine", consistentRead: true)),
            (["DDB_STACK_TABLE": "mine", "STACK_STORE": "sqlite"], sqlite),
            (["DDB_STACK_TABLE": "mine", "STACK_STORE": "dynamodb"], .dynamodb(table: "mine", consistentRead: true)),
            (["STACK_SQLITE_PATH": "/x.sqlite"], .sqlite(path: "/x.sqlite")),
            (["STACK_SQLITE_PATH": "/x.sqlite", "STACK_STORE": "dynamodb"], dynamoDB),
            (["STACK_STORE": "dynamodb", "DDB_CONSISTENT_READ": "0"], .dynamodb(table: "smctf-stacks", consistentRead: false)),
        ] as [([String: String], ServeConfiguration.StoreChoice)]
    )
    func `the store is the one asked for, else DynamoDB when a table is named`(
        environment: [String: String],
        expected: ServeConfiguration.StoreChoice
    ) throws {
        #expect(try ServeConfiguration(environment: environment).store == expected)
    }

    @Test(
        arguments: [
            ([:], nil), (["API_KEY": "k"], ["k"]), (["API_KEY": "k", "API_KEY_ENABLED": "false"], nil),
            (["API_KEY_ENABLED": "false"], nil), (["API_KEY": "k", "API_KEY_ENABLED": "true"], ["k"]),
            (["API_KEY": "k!~", "API_KEY_ENABLED": "1"], ["k!~"]), (["API_KEY": "new, old,"], ["new", "old"]),
            (["API_KEY": "k\n"], ["k"]),
        ] as [([String: String], [String]?)]
    )
    func `a key counts unless keys are switched off`(environment: [String: String], expected: [String]?) throws {
        let keys = try ServeConfiguration(environment: environment).apiKeys?.keys
        #expect(keys?.map(\.value) == expected)
        #expect(keys?.map(\.name) == expected?.indices.map { "API_KEY[\($0 + 1)]" })
    }

    @Test func `keys of a file count beside those of the variable`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/keys"
            try Data("one\n two ,three\n\n".utf8).write(to: URL(filePath: file))
            let settings = try ServeConfiguration(environment: ["API_KEY": "k", "API_KEY_FILE": file]).apiKeys
            #expect(settings?.keys.map(\.value) == ["k", "one", "two", "three"])
            #expect(settings?.keys.map(\.name) == ["API_KEY[1]", "API_KEY_FILE[1]", "API_KEY_FILE[2]", "API_KEY_FILE[3]"])
        }
    }

    @Test func `unknown STACK_ variables are warned of`() throws {
        let configuration = try ServeConfiguration(environment: [
            "STACK_MAX_PER_USERS": "9", "STACK_TTL": "1h", "STACK_": "", "OTHER_STACK_TTL": "x", "stack_ttl": "x",
        ])
        #expect(
            configuration.warnings == [
                "STACK_: is set, but no variable has this name", "STACK_MAX_PER_USERS: is set, but no variable has this name",
            ]
        )
    }

    @Test(arguments: [
        ("STACK_NODE_ROLE", "; set STACK_NODE_SELECTOR=role=VALUE"), ("DDB_USE_MOCK", "; without DynamoDB set STACK_STORE=sqlite"),
        ("K8S_USE_MOCK", "; a cluster is always needed"), ("LOG_DIR", "; the log goes to standard error"), ("LOG_WEBHOOK_TIMEOUT", ""),
        ("STACK_REQUIRE_INGRESS_NETWORK_POLICY", ""), ("CLUSTER_TOTAL_GPU", ""),
    ])
    func `a variable of the system that came before is named, with what takes its place`(name: String, advice: String) throws {
        let environment = [name: "x", "K8S_KUBECONFIG": "a", "K8S_CONTEXT": "b", "LOG_LEVEL": "info", "AWS_REGION": "r"]
        let expected = "\(name): is set, but no variable has this name\(advice)"
        #expect(try ServeConfiguration(environment: environment).warnings == [expected])
    }
}
