import Logging
import PodPolicy
import StackCluster
import Stacks

/// Everything that `serve` reads from the environment, checked. The README lists the variables.
struct ServeConfiguration {
    struct Address: Equatable {
        var host: String
        var port: Int
    }

    /// Every mistake, by the variable's name.
    struct Mistakes: Error, CustomStringConvertible {
        var mistakes: [String]
        var description: String { mistakes.joined(separator: "\n") }
    }

    var address: Address
    var shutdownTimeout: Duration
    var stacks = StackSettings()
    var policy = PodPolicySettings()
    var cluster: KubernetesCluster.Settings
    var nodePorts: ClosedRange<Int>
    var maximumConcurrentCreates: Int
    var store: StoreChoice
    var kubernetesQPS: Int
    var kubernetesBurst: Int
    var apiKey: String?
    var logLevel: Logger.Level
    var logFormat: LogFormat

    /// Where stacks are kept.
    enum StoreChoice: Equatable {
        case sqlite(path: String)
        case dynamodb(table: String, consistentRead: Bool)
    }

    enum LogFormat: String, CaseIterable {
        case json
        case text
    }

    /// - Throws: ``Mistakes``.
    init(environment: [String: String]) throws {
        var reader = EnvironmentReader(environment)
        address = reader.value("HTTP_ADDR", default: Address(host: "0.0.0.0", port: 8081), "an address such as :8081 or 127.0.0.1:8081") {
            Address($0)
        }
        shutdownTimeout = reader.duration("SHUTDOWN_TIMEOUT", default: .seconds(10))
        stacks.namespace = reader.value("STACK_NAMESPACE", default: stacks.namespace, "a DNS label of at most 63 characters") {
            Self.isDNSLabel($0) ? $0 : nil
        }
        stacks.maxPerUser = reader.integer("STACK_MAX_PER_USER", default: stacks.maxPerUser, in: 1...1_000_000)
        stacks.timeToLive = reader.duration("STACK_TTL", default: stacks.timeToLive)
        stacks.reconcileInterval = reader.duration("STACK_SCHEDULER_INTERVAL", default: stacks.reconcileInterval)
        stacks.portLockTTL = reader.duration("STACK_PORT_LOCK_TTL", default: stacks.portLockTTL)
        stacks.schedulingTimeout = reader.duration("STACK_SCHEDULING_TIMEOUT", default: stacks.schedulingTimeout)
        if stacks.portLockTTL <= stacks.schedulingTimeout {
            reader.mistake("STACK_PORT_LOCK_TTL", "must be longer than STACK_SCHEDULING_TIMEOUT")
        }
        nodePorts = Self.nodePorts(&reader)
        policy.maximumCPUMilli = reader.cpu("STACK_MAX_CPU") ?? policy.maximumCPUMilli
        policy.maximumMemoryBytes = reader.memory("STACK_MAX_MEMORY") ?? policy.maximumMemoryBytes
        policy.nodeSelector = reader.labels("STACK_NODE_SELECTOR")
        policy.securityProfile = reader.value(
            "STACK_SECURITY_PROFILE",
            default: policy.securityProfile,
            "one of \(SecurityProfile.allCases.map(\.rawValue).joined(separator: ", "))"
        ) { SecurityProfile(rawValue: $0) }
        policy.imagePullSecrets = reader.value("STACK_IMAGE_PULL_SECRETS", default: [], "names of Secrets, separated by commas") { text in
            let names = text.split(separator: ",").map(String.init)
            return names.allSatisfy(Self.isDNSLabel) ? names : nil
        }
        let reserve = reader.value(
            "STACK_RESOURCE_RESERVE_RATIO",
            default: ReserveRatio.standard,
            "a number from 0 to below 1 such as 0.20"
        ) {
            ReserveRatio(decimal: $0)
        }
        cluster = KubernetesCluster.Settings(
            namespace: stacks.namespace,
            nodeSelector: policy.nodeSelector,
            reserve: reserve,
            totalCPUMilli: reader.cpu("CLUSTER_TOTAL_CPU"),
            totalMemoryBytes: reader.memory("CLUSTER_TOTAL_MEMORY")
        )
        maximumConcurrentCreates = reader.integer("STACK_MAX_CONCURRENT_CREATES", default: 64, in: 1...10_000)
        store = Self.store(&reader)
        kubernetesQPS = reader.integer("K8S_CLIENT_QPS", default: 100, in: 1...100_000)
        kubernetesBurst = reader.integer("K8S_CLIENT_BURST", default: 200, in: 1...100_000)
        apiKey = Self.apiKey(&reader)
        logLevel = reader.value("LOG_LEVEL", default: .info, "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))") {
            Logger.Level(rawValue: $0.lowercased())
        }
        logFormat = reader.value("LOG_FORMAT", default: .json, "json or text") { LogFormat(rawValue: $0.lowercased()) }
        guard reader.mistakes.isEmpty else { throw Mistakes(mistakes: reader.mistakes) }
    }

    private static func nodePorts(_ reader: inout EnvironmentReader) -> ClosedRange<Int> {
        let lower = reader.integer("STACK_NODEPORT_MIN", default: 30000, in: 1...65535)
        let upper = reader.integer("STACK_NODEPORT_MAX", default: 32767, in: 1...65535)
        guard lower <= upper else {
            reader.mistake("STACK_NODEPORT_MIN", "is \(lower), above STACK_NODEPORT_MAX, which is \(upper)")
            return lower...lower
        }
        return lower...upper
    }

    private static func store(_ reader: inout EnvironmentReader) -> StoreChoice {
        let sqlite = StoreChoice.sqlite(path: reader.text("STACK_SQLITE_PATH") ?? "var/stacks.sqlite")
        let consistentRead = reader.bool("DDB_CONSISTENT_READ", default: true)
        let dynamoDB = StoreChoice.dynamodb(table: DynamoDBConnection.table(reader.environment), consistentRead: consistentRead)
        let fallback = reader.text("DDB_STACK_TABLE") == nil ? sqlite : dynamoDB
        return reader.value("STACK_STORE", default: fallback, "sqlite or dynamodb") { ["sqlite": sqlite, "dynamodb": dynamoDB][$0] }
    }

    private static func apiKey(_ reader: inout EnvironmentReader) -> String? {
        guard reader.bool("API_KEY_ENABLED", default: false) else { return nil }
        guard let key = reader.text("API_KEY") else {
            reader.mistake("API_KEY", "is unset, but API_KEY_ENABLED is true")
            return nil
        }
        return key
    }

    private static func isDNSLabel(_ text: String) -> Bool {
        let allowed = "abcdefghijklmnopqrstuvwxyz0123456789-"
        return (1...63).contains(text.utf8.count) && text.allSatisfy { allowed.contains($0) } && text.first != "-" && text.last != "-"
    }
}

extension ServeConfiguration.Address {
    /// `:8081`, `127.0.0.1:8081`, `[::1]:8081`; with port 0 the system chooses one, and the log tells which.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port)
    }
}

extension ReserveRatio {
    /// `0.20`; at most six decimals, so that it is exact.
    init?(decimal text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), whole >= 0, whole <= 1 else { return nil }
        let digits = parts.count == 2 ? String(parts[1]) : "0"
        guard (1...6).contains(digits.count), digits.allSatisfy(\.isNumber),
            let fraction = Int64(digits + String(repeating: "0", count: 6 - digits.count))
        else { return nil }
        guard whole * 1_000_000 + fraction < 1_000_000 else { return nil }
        self.init(millionths: whole * 1_000_000 + fraction)
    }
}
