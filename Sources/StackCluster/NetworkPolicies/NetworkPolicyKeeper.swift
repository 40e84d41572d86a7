import KubernetesClient
package import Logging
import Stacks
import Synchronization

/// Makes the NetworkPolicies of the namespace, and puts them back when someone edits or deletes one.
///
/// Every replica creates a policy that is missing, so that no create waits for an election. Only the leader replaces a wrong one: replicas
/// of two versions or settings would otherwise overwrite each other.
package final class NetworkPolicyKeeper: Sendable {
    struct Memory {
        var state = NetworkPolicyState.unready("the NetworkPolicies of the namespace have not been looked at yet")
        var wasKept = false
        /// Kept while no node states one, as in a cluster that is scaled to zero.
        var pods: [CIDR] = []
        /// The addresses that the API server's replicas have told, oldest first.
        var apiServer: [String] = []
        var apiServerAsked: ContinuousClock.Instant?
        /// The spec that each policy had when it was last right.
        var lastRight: [String: NetworkPolicy.Spec] = [:]
        var problems: [String] = []
    }

    let mode: NetworkPolicyMode
    let access: Access
    let mayWrite: @Sendable () -> Bool
    let isLeading: @Sendable () -> Bool
    let logger: Logger
    let memory = Mutex(Memory())
    private let interval: Duration
    private let onLook: @Sendable () -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - interval: the time between two looks without a change.
    ///   - mayWrite: true while the namespace is known to be this installation's.
    ///   - onLook: called after each look.
    package init(
        mode: NetworkPolicyMode,
        access: Access,
        interval: Duration,
        mayWrite: @escaping @Sendable () -> Bool,
        isLeading: @escaping @Sendable () -> Bool,
        onLook: @escaping @Sendable () -> Void = {},
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.mode = mode
        self.access = access
        self.interval = interval
        self.mayWrite = mayWrite
        self.isLeading = isLeading
        self.onLook = onLook
        self.now = now
        self.sleep = sleep
        self.logger = logger
    }

    /// - Throws: ``StackError`` while creates must wait for the policies.
    package func requireForCreate() throws { try verdict.requireForCreate() }

    /// - Returns: a remark for an operator on a state that is no problem.
    /// - Throws: ``StackError`` while the policies are missing.
    package func readiness() throws -> String? { try verdict.readiness() }

    private var verdict: NetworkPolicyVerdict {
        memory.withLock { NetworkPolicyVerdict(mode: mode, state: $0.state, wasKept: $0.wasKept) }
    }

    /// Runs until the task is cancelled. To be begun once the watches have delivered their first lists.
    /// - Throws: `CancellationError`.
    package func run() async throws {
        guard mode != .off else {
            onLook()
            return
        }
        // A watch without the right to list would complain with each attempt.
        while !(await listed()) {
            onLook()
            try await sleep(pause)
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.access.watch() }
            group.addTask { try await self.keep() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func keep() async throws {
        try await access.waitUntilSynced()
        while true {
            await look()
            onLook()
            await access.changed.wait(orUntil: { [sleep, pause] in try await sleep(pause) })
            // A rival that edits again and again costs a few requests a second.
            try await sleep(Self.shortestPause)
        }
    }

    private static let shortestPause: Duration = .milliseconds(250)
    private static let patience: Duration = .seconds(60)
    private static let silenceLimit: Duration = .seconds(180)

    /// The time until the next look. A missing right is not asked for every few seconds.
    private var pause: Duration {
        memory.withLock { memory in
            if case .forbidden = memory.state { return max(interval, Self.patience) }
            return interval
        }
    }

    private func listed() async -> Bool {
        do {
            try await access.list()
            return true
        } catch {
            settle(PolicyFailure(verb: "list", name: nil, error: error))
            return false
        }
    }

    /// Compares the policies with what they should be, and writes the differences.
    func look() async {
        await askForServerAddresses()
        // A watch that has lost its rights is silent; a list says so.
        if let silence = access.silence(), silence > Self.silenceLimit, await !listed() { return }
        let networks = networks()
        report(networks.problems)
        let wanted = StackPolicies.all(namespace: access.namespace, networks: networks)
        guard !wanted.isEmpty else {
            return set(.unready("no Pod network is known: the nodes have no podCIDRs that can be used; set STACK_POD_CIDRS"))
        }
        if let failure = await apply(PolicyPlan(wanted: wanted, found: access.policies()), wanted: wanted) {
            settle(failure)
        } else {
            set(.kept)
        }
    }

    private func networks() -> ClusterNetworks {
        var networks = access.networks(memory.withLock { $0.apiServer })
        memory.withLock { memory in
            if networks.pods.isEmpty { networks.pods = memory.pods } else { memory.pods = networks.pods }
        }
        return networks
    }

    private static let maximumServerAddresses = 16

    /// Asks once a minute. Behind a load balancer each answer may come from another replica, so earlier ones stay known.
    private func askForServerAddresses() async {
        let now = now()
        let isDue = memory.withLock { memory in
            if let asked = memory.apiServerAsked, now - asked < Self.patience { return false }
            memory.apiServerAsked = now
            return true
        }
        guard isDue else { return }
        do {
            let told = try await access.serverAddresses()
            memory.withLock { memory in
                let new = Set(told).subtracting(memory.apiServer).sorted()
                memory.apiServer = (memory.apiServer + new).suffix(Self.maximumServerAddresses)
            }
        } catch {
            logger.debug("the API server does not tell its addresses", metadata: ["error": "\(error)"])
        }
    }

    /// Logs nodes whose Pod ranges are ignored, once.
    private func report(_ problems: [String]) {
        let new = memory.withLock { memory in
            defer { memory.problems = problems }
            return problems.filter { !memory.problems.contains($0) }
        }
        for problem in new { logger.warning("a Pod range is ignored", metadata: ["problem": "\(problem)"]) }
    }
}
