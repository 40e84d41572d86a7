import Foundation
import PodPolicy
import StackCluster
import Stacks
import Testing
import Yams

@testable import ProvisionerCommands

/// The manifests below `deploy/` against the settings and defaults of the code.
@Suite struct DeployTests {
    private static func configuration(_ overlay: Overlay) throws -> ServeConfiguration {
        var environment = overlay.environment
        // The file is the Secret's.
        #expect(environment.removeValue(forKey: "API_KEY_FILE") == "/secrets/api-key")
        environment["API_KEY"] = "key"
        return try ServeConfiguration(environment: environment)
    }

    @Test(arguments: Overlay.names)
    func `serve accepts the settings of an overlay`(name: String) throws {
        let overlay = try Overlay(name)
        let configuration = try Self.configuration(overlay)
        #expect(configuration.warnings == [])
        #expect(configuration.cluster.watchScope == (name == "namespace-scope" ? .namespace : .cluster))
        #expect(configuration.store.name == (name == "dynamodb" ? "dynamodb" : "sqlite"))
        #expect(configuration.apiKeys != nil)
        let known = Set(Setting.all.flatMap(\.names))
        #expect(overlay.environment.keys.filter { !known.contains($0) } == [])
    }

    @Test(arguments: Overlay.names)
    func `the kubelet kills the service only after what it has begun had its time`(name: String) throws {
        let overlay = try Overlay(name)
        let configuration = try Self.configuration(overlay)
        let stacks = configuration.stacks
        #expect(configuration.shutdownTimeout > stacks.deleteWait)
        #expect(configuration.shutdownTimeout > stacks.schedulingTimeout + .seconds(30), "a create, and the removal of one that failed")
        let command = overlay.containers[0]["lifecycle"]?["preStop"]?["exec"]?["command"]?.array() ?? []
        let hook = command.compactMap { $0.string }
        #expect(hook.first == "sleep")
        let pause = Int64(hook.last ?? "")
        let grace = try #require(overlay.pods[0]["terminationGracePeriodSeconds"]?.int)
        let needed = Duration.seconds(try #require(pause)) + configuration.shutdownTimeout + Server.cancellationLimit
        #expect(Duration.seconds(grace) >= needed)
    }

    @Test func `the container runs as an unprivileged user with a read-only file system`() throws {
        let overlay = try Overlay("sqlite")
        let pod = try #require(overlay.pods[0]["securityContext"])
        #expect(pod["runAsNonRoot"]?.bool == true)
        #expect(pod["seccompProfile"]?["type"]?.string == "RuntimeDefault")
        let dockerfile = try Overlay.text("Dockerfile")
        let user = try #require(dockerfile.firstMatch(of: /\nUSER (\d+):(\d+)\n/))
        #expect(pod["runAsUser"]?.int == Int(user.1) && pod["runAsGroup"]?.int == Int(user.2))
        let container = try #require(overlay.containers[0]["securityContext"])
        #expect(container["allowPrivilegeEscalation"]?.bool == false)
        #expect(container["readOnlyRootFilesystem"]?.bool == true)
        let dropped = container["capabilities"]?["drop"]?.array() ?? []
        #expect(dropped.map { $0.string } == ["ALL"])
        #expect(overlay.containers.dropFirst().allSatisfy { $0["securityContext"] == nil })
    }

    @Test func `probes, Service and NetworkPolicy meet the port on which the service listens`() throws {
        let overlay = try Overlay("sqlite")
        let container = overlay.containers[0]
        let port = try Self.configuration(overlay).address.port
        let exposed = container["ports"]?.array() ?? []
        #expect(!exposed.isEmpty)
        #expect(exposed.count == 1 && exposed[0]["containerPort"]?.int == port)
        let name = try #require(exposed[0]["name"]?.string)
        for (probe, path) in [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")] {
            #expect(container[probe]?["httpGet"]?["path"]?.string == path)
            #expect(container[probe]?["httpGet"]?["port"]?.string == name)
        }
        func document(_ kind: String) throws -> Node {
            let found = overlay.others.first { $0["kind"]?.string == kind }
            return try #require(found)
        }
        let servicePorts = try document("Service")["spec"]?["ports"]?.array() ?? []
        #expect(servicePorts.first?["targetPort"]?.string == name)
        let rules = try document("NetworkPolicy")["spec"]?["ingress"]?.array() ?? []
        let rule = try #require(rules.first)
        let allowedPorts = rule["ports"]?.array() ?? []
        #expect(allowedPorts.first?["port"]?.string == name)
    }

    @Test func `replicas share a table, and one that uses a file is alone`() throws {
        let several = try Overlay("dynamodb").deployments.compactMap { $0["spec"]?["replicas"]?.int }
        #expect(several.last == 2)
        for name in Overlay.names where name != "dynamodb" {
            let specs = try Overlay(name).deployments.compactMap { $0["spec"] }
            #expect(specs.compactMap { $0["replicas"]?.int } == [1])
            #expect(specs.compactMap { $0["strategy"]?["type"]?.string } == ["Recreate"])
        }
    }

    @Test func `the limits of the namespace leave room for the largest stack`() throws {
        let documents = try Array(Yams.compose_all(yaml: try Overlay.text("deploy/stack-limits.yaml")))
        let defaults = try ServeConfiguration(environment: [:]).policy
        let limits = documents.last?["spec"]?["limits"]?.array() ?? []
        let most = try #require(limits.first?["max"])
        var reader = EnvironmentReader(["STACK_MAX_CPU": most["cpu"]?.string ?? "", "STACK_MAX_MEMORY": most["memory"]?.string ?? ""])
        #expect(reader.cpu("STACK_MAX_CPU", in: 1...Int64.max) ?? 0 >= defaults.maximumCPUMilli)
        #expect(reader.memory("STACK_MAX_MEMORY", in: 1...Int64.max) ?? 0 >= defaults.maximumMemoryBytes)
    }

    @Test func `every manifest is used, or applied by itself`() throws {
        let used = try Overlay.names.map { try Overlay($0).files }.reduce(into: Set()) { $0.formUnion($1) }
        let deploy = Overlay.root.appending(path: "deploy").path
        let names = try #require(FileManager.default.enumerator(atPath: deploy)?.allObjects as? [String])
        let present = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("monitoring/") }.map { "deploy/\($0)" }
        let apart = ["deploy/stack-limits.yaml", "deploy/overlays/dynamodb/irsa.yaml"]
        #expect(Set(present).subtracting(used).sorted() == apart.sorted())
    }
}
