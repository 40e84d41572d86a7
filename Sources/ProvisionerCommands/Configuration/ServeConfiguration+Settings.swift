import PodPolicy
import StackCluster
import Stacks

/// The bounds of settings: wide enough for any cluster, narrow enough to catch a slip (`2000` for 2000m, `512m` for 512Mi) and to exclude
/// overflow of sums over all stacks.
private enum Bounds {
    static let stackCPUMilli: ClosedRange<Int64> = 1...1_024_000
    static let stackMemoryBytes: ClosedRange<Int64> = (4 << 20)...(16 << 40)
    static let clusterCPUMilli: ClosedRange<Int64> = 1...1_000_000_000
    static let clusterMemoryBytes: ClosedRange<Int64> = (4 << 20)...(1 << 60)
}

extension StackSettings {
    init(reading reader: inout EnvironmentReader) {
        self.init()
        namespace = reader.value(
            "STACK_NAMESPACE",
            default: namespace,
            "a DNS label that does not begin with kube-, which is Kubernetes' own"
        ) {
            Grammar.isDNSLabel($0) && !$0.hasPrefix("kube-") ? $0 : nil
        }
        maxPerUser = reader.integer("STACK_MAX_PER_USER", default: maxPerUser, in: 1...1_000_000)
        requireOwner = reader.bool("STACK_REQUIRE_OWNER", default: requireOwner)
        readLifetime(&reader)
        deleteWait = reader.duration("STACK_DELETE_WAIT", default: deleteWait, in: .zero ... .seconds(3600))
        reconcileInterval = reader.duration(
            "STACK_SCHEDULER_INTERVAL",
            default: reconcileInterval,
            in: .milliseconds(100) ... .seconds(3600)
        )
        deadNodeTimeout = reader.duration(
            "STACK_DEAD_NODE_TIMEOUT",
            default: deadNodeTimeout,
            in: .zero ... .seconds(7 * 24 * 3600)
        )
        defaultEgress = reader.choice("STACK_EGRESS", default: defaultEgress)
        let mistakes = reader.mistakes.count
        let timeouts = Duration.seconds(1)...Duration.seconds(3600)
        portLockTTL = reader.duration("STACK_PORT_LOCK_TTL", default: portLockTTL, in: timeouts)
        schedulingTimeout = reader.duration("STACK_SCHEDULING_TIMEOUT", default: schedulingTimeout, in: timeouts)
        if portLockTTL <= schedulingTimeout, reader.mistakes.count == mistakes {
            let (lock, scheduling) = (portLockTTL.goNotation, schedulingTimeout.goNotation)
            reader.mistake("STACK_PORT_LOCK_TTL", "is \(lock); must be longer than STACK_SCHEDULING_TIMEOUT, which is \(scheduling)")
        }
    }
}

extension StackSettings {
    private mutating func readLifetime(_ reader: inout EnvironmentReader) {
        let mistakes = reader.mistakes.count
        let year = Duration.seconds(8760 * 3600)
        timeToLive = reader.duration("STACK_TTL", default: timeToLive, in: .seconds(1)...year)
        maxLifetime = reader.duration("STACK_MAX_LIFETIME", default: timeToLive * 3, in: .seconds(1)...year * 3)
        if maxLifetime < timeToLive, reader.mistakes.count == mistakes {
            let (lifetime, ttl) = (maxLifetime.goNotation, timeToLive.goNotation)
            reader.mistake("STACK_MAX_LIFETIME", "is \(lifetime); must not be shorter than STACK_TTL, which is \(ttl)")
        }
        renewWindow = reader.duration("STACK_RENEW_WINDOW", default: renewWindow, in: .zero...year)
    }
}

extension PodPolicySettings {
    init(reading reader: inout EnvironmentReader) {
        self.init()
        maximumCPUMilli = reader.cpu("STACK_MAX_CPU", in: Bounds.stackCPUMilli) ?? maximumCPUMilli
        maximumMemoryBytes = reader.memory("STACK_MAX_MEMORY", in: Bounds.stackMemoryBytes) ?? maximumMemoryBytes
        nodeSelector = reader.labels("STACK_NODE_SELECTOR")
        runtimeClassName = reader.objectName("STACK_RUNTIME_CLASS")
        tolerations = reader.tolerations("STACK_TOLERATIONS")
        usesUserNamespaces = reader.bool("STACK_USER_NAMESPACES", default: false)
        securityProfile = reader.value(
            "STACK_SECURITY_PROFILE",
            default: securityProfile,
            "one of \(SecurityProfile.allCases.map(\.rawValue).joined(separator: ", "))"
        ) { SecurityProfile(rawValue: $0) }
        imagePullSecrets = reader.objectNames("STACK_IMAGE_PULL_SECRETS")
        let storage = (1 << 20)...maximumEphemeralStorageBytes
        defaultEphemeralStorageBytes = reader.value(
            "STACK_EPHEMERAL_STORAGE",
            default: defaultEphemeralStorageBytes,
            "a quantity of storage within \(Quantity.bytes(storage.lowerBound))…\(Quantity.bytes(storage.upperBound)), written as 256Mi, or 0"
        ) { text in
            Quantity(text).flatMap { $0.isZero || storage.contains($0.value()) ? $0.value() : nil }
        }
        defaultTerminationGraceSeconds = reader.value(
            "STACK_TERMINATION_GRACE",
            default: defaultTerminationGraceSeconds,
            "a duration of whole seconds within 1s…30s, written as 5s"
        ) { text in
            guard let duration = Duration(goNotation: text), duration.components.attoseconds == 0 else { return nil }
            return (1...30).contains(duration.components.seconds) ? duration.components.seconds : nil
        }
        // The maximum of Kubernetes for a user id; 0 is root.
        runAsUser = reader.value("STACK_RUN_AS_USER", default: nil, "the number of a user within 1…\(Int32.max)") { text in
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let user = Int32(text) else { return nil }
            return user > 0 ? .some(Int64(user)) : nil
        }
    }
}

extension KubernetesCluster.Settings {
    init(reading reader: inout EnvironmentReader, namespace: String, policy: PodPolicySettings) {
        let reserve = reader.value(
            "STACK_RESOURCE_RESERVE_RATIO",
            default: ReserveRatio.standard,
            "a number from 0 to below 1 such as 0.20, with six decimals at most"
        ) { ReserveRatio(decimal: $0) }
        self.init(
            namespace: namespace,
            nodeSelector: policy.nodeSelector,
            tolerations: policy.tolerations,
            runtimeClassName: policy.runtimeClassName,
            reserve: reserve,
            totalCPUMilli: reader.cpu("CLUSTER_TOTAL_CPU", in: Bounds.clusterCPUMilli),
            totalMemoryBytes: reader.memory("CLUSTER_TOTAL_MEMORY", in: Bounds.clusterMemoryBytes)
        )
        networkPolicy = reader.choice("STACK_NETWORK_POLICY", default: networkPolicy)
        podCIDRs = reader.podCIDRs("STACK_POD_CIDRS")
        watchScope = reader.choice("STACK_WATCH_SCOPE", default: watchScope)
        if watchScope == .namespace { requireStatedSize(&reader) }
    }
}

extension KubernetesCluster.Settings {
    /// Asks for what nodes would tell.
    private func requireStatedSize(_ reader: inout EnvironmentReader) {
        var needed = ["CLUSTER_TOTAL_CPU", "CLUSTER_TOTAL_MEMORY"]
        if networkPolicy != .off { needed.append("STACK_POD_CIDRS") }
        for name in needed where reader.text(name) == nil {
            let advice = name == "STACK_POD_CIDRS" ? ", unless STACK_NETWORK_POLICY=off" : ""
            reader.mistake(name, "is unset; STACK_WATCH_SCOPE=namespace needs it\(advice), because nodes cannot be read")
        }
    }
}

extension ReserveRatio {
    /// Parses `0.20`, `.2`, `0`; at most six decimals, so that the value is exact.
    init?(decimal text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), ["0", ""].contains(parts[0]) else { return nil }
        let digits = parts.count == 2 ? String(parts[1]) : String(parts[0])
        guard (1...6).contains(digits.count), digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let millionths = Int64(digits + String(repeating: "0", count: 6 - digits.count))
        else { return nil }
        self.init(millionths: millionths)
    }
}
