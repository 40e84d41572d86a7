import Foundation
import NIOHTTP1
import Testing

/// Makes two stacks, a Pod of another namespace, a name server and an internet on the real node, and removes them after.
func withIsolatedStacks(_ body: @Sendable (IsolatedStacks) async throws -> Void) async throws {
    let node = try await RealNode.address()
    // The other end of the node's only wire is the machine. There listen the API server, and here the service.
    let machine = node.split(separator: ".").dropLast().joined(separator: ".") + ".1"
    var environment = EndToEndTests.realNode
    environment["HTTP_ADDR"] = "\(machine):0"
    try await RealNode.withInternet(at: IsolatedStacks.Target.allCases.compactMap(\.internetAddress)) {
        try await withService(environment) { service, namespace, _ in
            let sealed = try await service.stack(egress: "none", problem: 1)
            let connected = try await service.stack(egress: "internet", problem: 2)
            try await withPods(suffix: namespace) { outsider, nameServer in
                let sealedPod = IsolatedStacks.PodName(namespace: namespace, name: sealed.pod)
                let connectedPod = IsolatedStacks.PodName(namespace: namespace, name: connected.pod)
                let resolver = try await RealNode.address(of: nameServer)
                var places: [IsolatedStacks.Target: IsolatedStacks.Place] = [
                    .sealed: .init(host: try await RealNode.address(of: sealedPod), port: 8080),
                    .sealedNodePort: .init(host: node, port: sealed.nodePort),
                    .connected: .init(host: try await RealNode.address(of: connectedPod), port: 8080),
                    .connectedNodePort: .init(host: node, port: connected.nodePort),
                    .outsider: .init(host: try await RealNode.address(of: outsider), port: 8080),
                    .nameServer: .init(host: resolver, port: 53), .otherPortOfNameServer: .init(host: resolver, port: 8080),
                    .node: .init(host: node, port: 10250), .gateway: .init(host: "10.244.0.1", port: 10250),
                    .apiServer: .init(host: machine, port: try port(of: try await RealNode.apiServer())),
                    .service: .init(host: machine, port: try port(of: service.api.base)),
                ]
                for target in IsolatedStacks.Target.allCases {
                    if let address = target.internetAddress { places[target] = .init(host: address, port: 80) }
                }
                let pods = [IsolatedStacks.Caller.sealed: sealedPod, .connected: connectedPod, .outsider: outsider]
                try await body(IsolatedStacks(pods: pods, places: places))
            }
        }
    }
}

/// Runs a Pod that no policy selects, and one that has the place and the labels of the cluster's name server.
private func withPods(
    suffix: String,
    _ body: (_ outsider: IsolatedStacks.PodName, _ nameServer: IsolatedStacks.PodName) async throws -> Void
) async throws {
    let outsider = IsolatedStacks.PodName(namespace: "default", name: "outsider-\(suffix)")
    let nameServer = IsolatedStacks.PodName(namespace: "kube-system", name: "name-server-\(suffix)")
    let serve = "mkdir -p /tmp/www; httpd -p 53 -h /tmp/www; exec httpd -f -p 8080 -h /tmp/www"
    try await always({
        for pod in [outsider, nameServer] {
            try await RealNode.kubectl(["--namespace", pod.namespace, "delete", "pod", pod.name, "--ignore-not-found", "--wait=false"])
        }
    }) {
        for (pod, labels) in [(outsider, "{}"), (nameServer, #"{"k8s-app": "kube-dns"}"#)] {
            let manifest = """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\(pod.name)", "labels": \(labels)},
                 "spec": {"nodeSelector": {"node-kind": "real"}, "terminationGracePeriodSeconds": 1,
                 "containers": [{"name": "server", "image": "ctf.local/challenge:1", "command": ["sh", "-c", "\(serve)"]}]}}
                """
            try await RealNode.kubectl(["--namespace", pod.namespace, "create", "--filename", "-"], input: manifest)
        }
        for pod in [outsider, nameServer] {
            let ready = ["wait", "--for", "condition=Ready", "--timeout", "60s", "pod", pod.name]
            try await RealNode.kubectl(["--namespace", pod.namespace] + ready)
        }
        try await body(outsider, nameServer)
    }
}

private func port(of url: String) throws -> Int { try #require(URL(string: url)?.port, "\(url)") }

extension RealNode {
    fileprivate static func address() async throws -> String {
        let path = #"jsonpath={.status.addresses[?(@.type=="InternalIP")].address}"#
        return try await kubectl(["get", "node", try #require(TestCluster.realNode), "--output", path])
    }

    fileprivate static func address(of pod: IsolatedStacks.PodName) async throws -> String {
        let address = try await kubectl(["--namespace", pod.namespace, "get", "pod", pod.name, "--output", "jsonpath={.status.podIP}"])
        return try #require(address.isEmpty ? nil : address, "\(pod)")
    }

    fileprivate static func apiServer() async throws -> String {
        try await kubectl(["config", "view", "--output", "jsonpath={.clusters[0].cluster.server}"])
    }
}

extension ServiceProcess {
    /// Makes a stack and waits until its container runs.
    fileprivate func stack(egress: String, problem: Int) async throws -> (pod: String, nodePort: Int) {
        // At 10m, each connection would take it half a second.
        let spec = Specs.spec(cpu: "250m")
        let fields: [String: JSON] = [
            "user_id": .number(1), "problem_id": .number(Double(problem)), "target_port": .number(8080), "pod_spec": .string(spec),
            "egress": .string(egress),
        ]
        let created = try await api.send(.POST, "/stacks", body: String(decoding: try JSONEncoder().encode(fields), as: UTF8.self))
        #expect(created.status == 201, "\(created.text)")
        #expect(created.body["egress"]?.string == egress, "\(created.text)")
        let status = try await api.statusAfterStart(of: try #require(created.body["stack_id"]?.string))
        #expect(status.body["status"]?.string == "running", "\(status.text)")
        return (try #require(created.body["pod_id"]?.string), try #require(created.body["node_port"]?.int))
    }
}
