import FoundationEssentials
import Logging
import Stacks
import Synchronization
import TestBasics
import TestSupport
import Testing

@testable import KubernetesClient
@testable import StackCluster

/// The NetworkPolicies of the namespace while others change them, rights are missing and nodes come and go.
@Suite struct NetworkPolicyKeeperTests {
    /// A namespace whose policies anyone may change.
    private final class FakeNamespace: Sendable {
        struct State {
            var policies: [String: NetworkPolicy] = [:]
            var networks = ClusterNetworks(pods: [CIDR("10.244.0.0/24")].compactMap { $0 })
            /// Errors by verb.
            var failures: [String: KubernetesError] = [:]
            var calls: [String] = []
            var version = 0
            var isOurs = true
            var isLeading = true
            var silence: Duration? = .zero
            var serverAddresses: [String] = []
            /// What the watch shows; nil for the truth.
            var watched: [NetworkPolicy]?
        }

        let state = Observed(State())
        let log = RecordingLog()
        let time = TestTime()
        let changed = Signal()
        let looks = Observed(0)

        func call(_ verb: String, _ body: (inout State) throws -> Void = { _ in }) throws {
            try state.update { state in
                state.calls.append(verb)
                if let failure = state.failures[verb] { throw failure }
                try body(&state)
            }
        }

        /// Puts a policy as the API server does.
        private func write(_ policy: NetworkPolicy, _ state: inout State) {
            state.version += 1
            var stored = policy
            stored.metadata.resourceVersion = String(state.version)
            state.policies[policy.metadata.name ?? ""] = stored
        }

        func edit(_ name: String, _ body: (inout NetworkPolicy) -> Void) throws {
            try state.update { state in
                var policy = try #require(state.policies[name])
                body(&policy)
                write(policy, &state)
            }
        }

        func keeper(_ mode: NetworkPolicyMode = .create) -> NetworkPolicyKeeper {
            NetworkPolicyKeeper(
                mode: mode,
                access: NetworkPolicyKeeper.Access(
                    namespace: "stacks",
                    list: { try self.call("list") },
                    watch: {
                        try self.call("watch")
                        try await Observed(false).wait { $0 }
                    },
                    waitUntilSynced: {},
                    silence: { self.state.value.silence },
                    networks: { addresses in
                        var networks = self.state.value.networks
                        networks.others += addresses.compactMap { ClusterNetworks.address($0) }
                        return networks
                    },
                    policies: {
                        let state = self.state.value
                        return state.watched ?? Array(state.policies.values)
                    },
                    serverAddresses: {
                        try self.call("addresses")
                        return self.state.value.serverAddresses
                    },
                    create: { policy in
                        try self.call("create") { state in
                            let name = policy.metadata.name ?? ""
                            guard state.policies[name] == nil else { throw Self.error(409, "AlreadyExists") }
                            self.write(policy, &state)
                        }
                    },
                    read: { name in
                        try self.call("get")
                        return self.state.value.policies[name]
                    },
                    replace: { policy in
                        try self.call("update") { state in
                            let name = policy.metadata.name ?? ""
                            guard let existing = state.policies[name] else { throw Self.error(404, "NotFound") }
                            guard existing.metadata.resourceVersion == policy.metadata.resourceVersion else {
                                throw Self.error(409, "Conflict")
                            }
                            self.write(policy, &state)
                        }
                    },
                    changed: changed
                ),
                interval: .seconds(10),
                mayWrite: { self.state.value.isOurs },
                isLeading: { self.state.value.isLeading },
                onLook: { self.looks.update { $0 += 1 } },
                now: { self.time.instant },
                sleep: { try await self.time.sleep(for: $0) },
                logger: log.logger
            )
        }

        static func error(_ code: Int, _ reason: String) -> KubernetesError {
            KubernetesError(.status, "the API server's own words", code: code, status: Status(reason: reason))
        }
    }

    private static let names: Set<String> = [StackPolicies.base, StackPolicies.internet]

    private static func refusal(_ keeper: NetworkPolicyKeeper) -> StackError? {
        do {
            try keeper.requireForCreate()
            return nil
        } catch { return error as? StackError }
    }

    private static func problem(_ keeper: NetworkPolicyKeeper) -> String? {
        do {
            _ = try keeper.readiness()
            return nil
        } catch { return (error as? StackError)?.message }
    }

    @Test(arguments: [NetworkPolicyMode.create, .require])
    func `the first look makes them; until then creates are refused`(mode: NetworkPolicyMode) async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper(mode)
        let refusal = try #require(Self.refusal(keeper))
        #expect(refusal.code == .kubernetesUnavailable && refusal.message.contains("NetworkPolicies"))
        #expect(Self.problem(keeper) != nil)
        await keeper.look()
        #expect(Set(namespace.state.value.policies.keys) == Self.names)
        #expect(Self.refusal(keeper) == nil && Self.problem(keeper) == nil)
        #expect(try keeper.readiness() == nil)
        #expect(namespace.log.messages(at: .notice) == ["NetworkPolicy made", "NetworkPolicy made"])
        #expect(namespace.log.messages(at: .warning) == [])
        let calls = namespace.state.value.calls.count
        await keeper.look()
        #expect(namespace.state.value.calls.count == calls, "nothing to do")
    }

    @Test func `what someone edits or deletes is put back, and logged`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        await keeper.look()
        let right = namespace.state.value.policies.mapValues(\.spec)
        try namespace.edit(StackPolicies.base) { $0.spec?.ingress = [NetworkPolicy.IngressRule()] }
        namespace.state.update { $0.policies[StackPolicies.internet] = nil }
        await keeper.look()
        #expect(namespace.state.value.policies.mapValues(\.spec) == right)
        #expect(
            namespace.log.messages(at: .warning) == [
                "NetworkPolicy was deleted by someone; it is made again", "NetworkPolicy was changed by someone; it is put back",
            ]
        )
        try namespace.edit(StackPolicies.base) { $0.metadata.labels = nil }
        await keeper.look()
        #expect(namespace.state.value.policies[StackPolicies.base]?.metadata.labels == ["app.kubernetes.io/managed-by": "ctf-provisioner"])
        #expect(namespace.log.messages(at: .warning).count == 3)
    }

    @Test func `they follow the nodes, which is no warning`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        await keeper.look()
        namespace.state.update { $0.networks.pods += [CIDR("10.244.9.0/24")].compactMap { $0 } }
        await keeper.look()
        let except = namespace.state.value.policies[StackPolicies.base]?.spec?.ingress?.first?.from?.first?.ipBlock?.except
        #expect(except == ["10.244.0.0/24", "10.244.9.0/24"])
        // The other policy closes the private range as a whole.
        #expect(namespace.log.messages(at: .notice).count { $0 == "NetworkPolicy follows the cluster's networks" } == 1)
        #expect(namespace.log.messages(at: .warning) == [])
    }

    @Test func `while no node states a Pod range, the last one counts`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        namespace.state.update { $0.networks.pods = [] }
        await keeper.look()
        #expect(Self.problem(keeper) == "no Pod network is known: the nodes have no podCIDRs that can be used; set STACK_POD_CIDRS")
        #expect(Self.refusal(keeper) != nil && namespace.state.value.policies.isEmpty)
        namespace.state.update { $0.networks.pods = [CIDR("10.1.0.0/16")].compactMap { $0 } }
        await keeper.look()
        let right = namespace.state.value.policies
        #expect(Self.problem(keeper) == nil && Set(right.keys) == Self.names)
        namespace.state.update { $0.networks.pods = [] }
        await keeper.look()
        #expect(Self.problem(keeper) == nil && namespace.state.value.policies == right)
    }

    @Test func `a replica that does not lead makes what is missing, and leaves the rest to the leader`() async throws {
        let namespace = FakeNamespace()
        namespace.state.update { $0.isLeading = false }
        let keeper = namespace.keeper(.require)
        await keeper.look()
        #expect(Set(namespace.state.value.policies.keys) == Self.names)
        try namespace.edit(StackPolicies.base) { $0.spec?.ingress = nil }
        await keeper.look()
        #expect(namespace.state.value.policies[StackPolicies.base]?.spec?.ingress == nil)
        #expect(Self.problem(keeper) == nil, "replicas of two settings would else never both be ready")
        namespace.state.update { $0.isLeading = true }
        await keeper.look()
        #expect(namespace.state.value.policies[StackPolicies.base]?.spec?.ingress?.count == 1)
    }

    @Test func `nothing is written to a namespace that is not ours`() async throws {
        let namespace = FakeNamespace()
        namespace.state.update { $0.isOurs = false }
        let keeper = namespace.keeper()
        await keeper.look()
        #expect(namespace.state.value.policies.isEmpty && !namespace.state.value.calls.contains("create"))
        #expect(Self.problem(keeper) == "NetworkPolicy stacks/ctf-stacks could not be created")
    }

    @Test(arguments: ["create", "update"])
    func `without the right to write there is one warning, and only require is not ready`(verb: String) async throws {
        for mode in [NetworkPolicyMode.create, .require] {
            let namespace = FakeNamespace()
            let keeper = namespace.keeper(mode)
            if verb == "update" {
                await keeper.look()
                try namespace.edit(StackPolicies.base) { $0.spec?.ingress = nil }
            }
            namespace.state.update { $0.failures[verb] = FakeNamespace.error(403, "Forbidden") }
            for _ in 0..<3 { await keeper.look() }
            let reason = "the right to \(verb) networkpolicies in namespace stacks is missing"
            #expect(namespace.log.messages(at: .warning).count == 1)
            #expect(namespace.log.messages(at: .warning).first?.hasPrefix(reason) == true)
            switch mode {
            case .require:
                #expect(Self.problem(keeper) == reason && Self.refusal(keeper)?.message == reason)
            default:
                #expect(try keeper.readiness() == "not enforced by us: \(reason)")
                #expect(Self.refusal(keeper) == nil)
            }
            namespace.state.update { $0.failures = [:] }
            await keeper.look()
            #expect(try keeper.readiness() == nil)
            #expect(Set(namespace.state.value.policies.keys) == Self.names)
        }
    }

    @Test func `policies that someone else made are enough, without any right to write`() async throws {
        let namespace = FakeNamespace()
        await namespace.keeper().look()
        namespace.state.update { state in
            for verb in ["create", "update"] { state.failures[verb] = FakeNamespace.error(403, "Forbidden") }
        }
        let keeper = namespace.keeper(.require)
        await keeper.look()
        #expect(try keeper.readiness() == nil)
        #expect(Self.refusal(keeper) == nil)
    }

    @Test func `a failure after they were made refuses no create, except where they are required`() async throws {
        for mode in [NetworkPolicyMode.create, .require] {
            let namespace = FakeNamespace()
            let keeper = namespace.keeper(mode)
            namespace.state.update { $0.failures["create"] = FakeNamespace.error(500, "InternalError") }
            await keeper.look()
            #expect(Self.refusal(keeper)?.message == "NetworkPolicy stacks/ctf-stacks could not be created")
            namespace.state.update { $0.failures = [:] }
            await keeper.look()
            namespace.state.update { state in
                state.policies = [:]
                state.failures["create"] = FakeNamespace.error(500, "InternalError")
            }
            await keeper.look()
            #expect(Self.problem(keeper) == "NetworkPolicy stacks/ctf-stacks could not be created")
            #expect((Self.refusal(keeper) == nil) == (mode == .create))
        }
    }

    @Test func `a watch that lags behind costs no wrong word`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        namespace.state.update { $0.watched = [] }
        await keeper.look()
        await keeper.look()
        #expect(Self.problem(keeper) == nil)
        #expect(namespace.log.messages(at: .notice).count == 2 && namespace.log.messages(at: .warning) == [])
        // An old version cannot be replaced; the next look sees the new one.
        let old = Array(namespace.state.value.policies.values)
        try namespace.edit(StackPolicies.base) { $0.spec?.ingress = nil }
        namespace.state.update { state in
            state.watched = old.map { policy in
                var policy = policy
                policy.spec?.ingress = nil
                return policy
            }
        }
        await keeper.look()
        #expect(Self.problem(keeper) == nil)
        namespace.state.update { $0.watched = nil }
        await keeper.look()
        #expect(namespace.state.value.policies[StackPolicies.base]?.spec?.ingress?.count == 1)
    }

    @Test func `the addresses that the API server tells are closed, and stay known`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        func closed() -> Set<String> {
            let rules = namespace.state.value.policies[StackPolicies.internet]?.spec?.egress ?? []
            return Set(rules.flatMap { $0.to ?? [] }.compactMap(\.ipBlock).flatMap { $0.except ?? [] })
        }
        namespace.state.update { $0.serverAddresses = ["35.1.2.3:443"] }
        await keeper.look()
        #expect(closed().contains("35.1.2.3/32"))
        // Another replica answers.
        namespace.state.update { $0.serverAddresses = ["35.1.2.9:443"] }
        await keeper.look()
        #expect(!closed().contains("35.1.2.9/32"), "it is asked once a minute")
        namespace.time.advance(by: .seconds(60))
        await keeper.look()
        #expect(closed().isSuperset(of: ["35.1.2.3/32", "35.1.2.9/32"]))
        namespace.state.update { $0.failures["addresses"] = FakeNamespace.error(500, "InternalError") }
        namespace.time.advance(by: .seconds(60))
        await keeper.look()
        #expect(closed().isSuperset(of: ["35.1.2.3/32", "35.1.2.9/32"]))
    }

    @Test func `without the right to list it does not watch, asks again each minute, and goes on once it may`() async throws {
        let namespace = FakeNamespace()
        namespace.state.update { $0.failures["list"] = FakeNamespace.error(403, "Forbidden") }
        let keeper = namespace.keeper()
        let run = Task { try await keeper.run() }
        for round in 1...3 {
            try await namespace.looks.wait { $0 == round }
            try await namespace.time.waitForSleeper(until: namespace.time.now.addingTimeInterval(60))
            #expect(try keeper.readiness() == "not enforced by us: the right to list networkpolicies in namespace stacks is missing")
            #expect(Self.refusal(keeper) == nil)
            if round == 3 { namespace.state.update { $0.failures = [:] } }
            namespace.time.advance(by: .seconds(60))
        }
        #expect(namespace.log.messages(at: .warning).count == 1)
        try await namespace.state.wait { $0.policies.count == 2 && $0.calls.contains("watch") }
        run.cancel()
        _ = await run.result
        #expect(namespace.state.value.calls.filter { $0 == "list" }.count == 4)
    }

    @Test func `a change is looked at without waiting for the period`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        let run = Task { try await keeper.run() }
        try await namespace.looks.wait { $0 == 1 }
        namespace.state.update { $0.policies[StackPolicies.base] = nil }
        namespace.changed.set()
        try await namespace.time.waitForSleeper(until: namespace.time.now.addingTimeInterval(0.25))
        namespace.time.advance(by: .milliseconds(250))
        try await namespace.looks.wait { $0 == 2 }
        #expect(Set(namespace.state.value.policies.keys) == Self.names)
        run.cancel()
        _ = await run.result
    }

    @Test func `rights that are taken away while it watches are found out`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper()
        await keeper.look()
        namespace.state.update { state in
            state.silence = .seconds(181)
            state.failures["list"] = FakeNamespace.error(403, "Forbidden")
        }
        await keeper.look()
        #expect(try keeper.readiness() == "not enforced by us: the right to list networkpolicies in namespace stacks is missing")
        #expect(Self.refusal(keeper) == nil)
    }

    @Test func `switched off it asks for nothing and says so`() async throws {
        let namespace = FakeNamespace()
        let keeper = namespace.keeper(.off)
        #expect(Self.refusal(keeper) == nil)
        #expect(try keeper.readiness() == "not enforced by us: STACK_NETWORK_POLICY is off")
        try await keeper.run()
        #expect(namespace.state.value.calls.isEmpty)
        #expect(namespace.looks.value == 1)
    }
}
