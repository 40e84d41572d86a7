import Foundation
import KubernetesClient
import PodPolicy
import Stacks
import Subprocess
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct ProbeTests {
    private static let world = HostPort(host: "1.1.1.1", port: 443)
    private static let nodes = [HostPort(host: "10.0.0.1", port: 10250)]

    /// The outcome if exactly these keys could be connected to, written `none/api`.
    private static func outcome(open: Set<String>) -> ProbeOutcome {
        .tried(
            ProbeRole.allCases.map { role in
                let targets = role.targets(nodes: nodes, other: role == .none ? "10.1.1.1" : nil, publicAddress: world)
                let isOpen = targets.map { ($0.key, open.contains("\(role.rawValue)/\($0.key)")) }
                return ProbeOutcome.Run(role: role, targets: targets, isOpen: Dictionary(uniqueKeysWithValues: isOpen))
            }
        )
    }

    private static let isolated: Set<String> = ["none/self", "internet/self", "internet/dns", "internet/public"]

    private static func checks(_ open: Set<String>, policies: Int? = 2, _ environment: [String: String] = [:]) throws -> [Check] {
        Check.probe(outcome(open: open), left: [], policies: policies, try DoctorSettings.forTests(environment))
    }

    @Test func `isolation as promised is well`() throws {
        let checks = try Self.checks(Self.isolated)
        #expect(checks.map(\.state) == [.ok], "\(checks)")
        #expect(checks[0].found.contains("none of 9 "), "\(checks)")
    }

    @Test func `a reached stack means that nothing enforces, and is named`() throws {
        let checks = try Self.checks(Self.isolated.union(["none/stack", "none/node-0"]))
        #expect(checks.map(\.state) == [.wrong, .wrong, .wrong])
        #expect(checks[0].found.contains("nothing enforces NetworkPolicies for stacks: 2 of 9"), "\(checks)")
        #expect(checks[1].found.contains("another stack, 10.1.1.1:8080"), "\(checks)")
        #expect(checks[0].advice?.contains("Calico") == true)
    }

    @Test func `without a policy nobody can tell whether one would be enforced`() throws {
        let checks = try Self.checks(Self.isolated.union(["none/stack"]), policies: 0)
        #expect(checks[0].state == .wrong)
        #expect(checks[0].found.contains("has no NetworkPolicy"), "\(checks)")
        #expect(checks[0].advice?.contains("start the service") == true)
    }

    @Test func `without policies by choice a connection is a warning`() throws {
        let checks = try Self.checks(Self.isolated.union(["none/stack"]), ["STACK_NETWORK_POLICY": "off"])
        #expect(checks.map(\.state) == [.warning, .warning])
    }

    @Test func `an Internet out of reach is a warning`() throws {
        let checks = try Self.checks(Self.isolated.subtracting(["internet/public"]))
        #expect(checks.map(\.state) == [.ok, .warning])
        #expect(checks[1].advice?.contains("--public") == true)
    }

    @Test(arguments: [[], ["none/self"], ["internet/self", "internet/dns"]] as [Set<String>])
    func `an image that cannot connect at all does not look like isolation`(open: Set<String>) throws {
        #expect(try Self.checks(open).map(\.state) == [.unknown])
    }

    @Test func `a missing result is unknown, and Pods that may be left are named`() throws {
        let settings = try DoctorSettings.forTests()
        guard case .tried(var runs) = Self.outcome(open: Self.isolated) else { return }
        runs[0].isOpen["metadata"] = nil
        #expect(Check.probe(.tried(runs), left: [], policies: 1, settings).map(\.state) == [.unknown])
        let failed = Check.probe(.failed("no image"), left: ["doctor-x-none"], policies: nil, settings)
        #expect(failed.map(\.state) == [.unknown, .wrong])
        #expect(failed[1].advice == "kubectl -n stacks delete pod doctor-x-none")
    }

    @Test func `a probe Pod is hardened as stacks are, is selected by their policies and is nobody's orphan`() throws {
        let settings = try DoctorSettings.forTests()
        let pod = ProbePod(name: "doctor-x-none", image: "busybox:1.36", role: .none, script: "echo \"$x\"")
        let manifest = try pod.manifest(settings)
        #expect(manifest.spec.activeDeadlineSeconds == ProbePod.deadlineSeconds)
        #expect(manifest.spec.containers.allSatisfy { $0.securityContext.capabilities.drop == ["ALL"] && !$0.securityContext.privileged })
        #expect(manifest.metadata.labels[StackLabels.managedBy] == StackLabels.managedByValue)
        #expect(manifest.metadata.labels["ctf-provisioner.dev/egress"] == "none")
        #expect(manifest.metadata.labels[StackLabels.stackID] == nil)
        #expect(manifest.spec.containers.map(\.command) == [["sh", "-c", ProbeRole.listener], ["sh", "-c", "echo \"$x\""]])
    }

    @Test(arguments: [["STACK_MAX_CPU": "1m", "STACK_MAX_MEMORY": "8Mi"], ["STACK_SECURITY_PROFILE": "restricted"]])
    func `a probe Pod passes the policy of any configuration`(environment: [String: String]) throws {
        let pod = ProbePod(name: "x", image: "busybox", role: .internet, script: ":")
        if environment["STACK_MAX_CPU"] == nil {
            _ = try pod.manifest(try .forTests(environment))
        } else {
            // Two containers need two thousandths of a core: told, not ended.
            #expect(throws: PodSpecRefusal.self) { try pod.manifest(try .forTests(environment)) }
        }
    }

    @Test func `the script is one that a shell can read, and its lines are parsed`() async throws {
        let targets = ProbeRole.none.targets(nodes: Self.nodes, other: "10.1.1.1", publicAddress: Self.world)
        let checked = try await Subprocess.run(
            .name("sh"),
            arguments: ["-n", "-c", ProbeRole.script(targets) + "\n" + ProbeRole.listener],
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        #expect(checked.terminationStatus.isSuccess, "\(checked.standardError)")
        #expect(ProbeRole.results("self open\napi closed\nnonsense\nx maybe\n") == ["self": true, "api": false])
    }

    @Test(
        arguments: [
            ("1.1.1.1:443", "1.1.1.1:443"), ("[2606:4700::1111]:443", "[2606:4700::1111]:443"), ("example.com:80", "example.com:80"),
            ("1.1.1.1", nil), ("1.1.1.1:0", nil), ("1.1.1.1:65536", nil), ("a b:80", nil), ("$(reboot):80", nil), (":80", nil),
            ("-e:80", nil),
            ("2606:4700::1111:443", nil), ("x;y:80", nil), ("[]:80", nil),
        ] as [(String, String?)]
    )
    func `the public address is a host and a port and nothing that a shell would run`(text: String, parsed: String?) {
        #expect(HostPort(argument: text)?.description == parsed)
    }
}
