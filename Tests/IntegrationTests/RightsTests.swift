import Foundation
import KubernetesClient
import NIOHTTP1
import Subprocess
import SystemPackage
import TestBasics
import Testing

/// What the API server's guards say: missing rights, a namespace on its way out, a webhook.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct RightsTests {
    @Test(.enabled(if: TestCluster.kubectl != nil, "needs kubectl: scripts/test names it"), arguments: TestStore.available)
    func `the rights of deploy/base/rbac.yaml are enough, and without one of them the answer says so`(store: TestStore) async throws {
        try await TestCluster.withClient { client in
            try await TestCluster.kubectl(["apply", "-f", Grant.example])
            try await withTemporaryFolder { folder in
                let token = try await client.tokenOfProvisioner(in: "ctf-provisioner")
                var environment = try await store.environment(folder: folder)
                environment["KUBECONFIG"] = try TestCluster.kubeconfig(inFolder: folder, token: token)
                environment["STACK_NAMESPACE"] = "stacks"
                let run = try await ServiceProcess.run(environment) { service in
                    // Replicas choose a leader by a Lease, which takes rights of its own.
                    if store == .dynamodb { _ = try await service.log.first("became leader") }
                    let created = try await service.api.create(user: 1, problem: 1)
                    #expect(created.status == 201, "\(created.text)")
                    let path = "/stacks/\(try #require(created.body["stack_id"]?.string))"
                    let renewed = try await service.api.send(.POST, path + "/renew")
                    #expect(renewed.status == 200, "\(renewed.text)")
                    let events = try await service.api.get(path + "/events")
                    #expect(events.status == 200 && events.body["events"]?.array.isEmpty == false, "\(events.text)")
                    // A hollow node has no log to show. What matters is that it was asked for.
                    let logs = try await service.api.get(path + "/logs")
                    #expect(logs.status != 500, "\(logs.text)")
                    #expect(try await service.api.delete(try #require(created.body["stack_id"]?.string)).status == 200)
                    #expect(try await service.api.get("/readyz").status == 200)

                    try await TestCluster.kubectl(["-n", "stacks", "delete", "rolebinding", "--all"])
                    let refused = try await service.api.untilRefused(code: "kubernetes_forbidden")
                    #expect(refused.status == 500, "\(refused.text)")
                    #expect(refused.body["request_id"] != nil)
                    // The log of a hollow node was refused before.
                    _ = try await service.log.first("Kubernetes refused") {
                        $0["level"] == "error" && $0["error"]?.contains("cannot create resource") == true
                    }
                    #expect(try await service.api.get("/stacks").body["stacks"]?.array == [])
                }
                #expect(!run.log.text.contains(token))
            }
            // Returns when all of it is gone, and it can be made again.
            try await TestCluster.kubectl(["delete", "-f", Grant.example, "--ignore-not-found"])
        }
    }

    @Test func `a namespace that is being deleted has its own code`() async throws {
        try await TestCluster.withClient { client in
            let name = "ending-\(UInt32.random(in: 0...UInt32.max))"
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: name)), namespace: nil)
            try await withTemporaryFolder { folder in
                _ = try await ServiceProcess.run(["STACK_NAMESPACE": name, "STACK_SQLITE_PATH": folder + "/s.sqlite"]) { service in
                    // An object with a finalizer keeps it from going.
                    var anchor = Service(metadata: ObjectMeta(name: "anchor"), spec: Service.Spec(ports: [Service.Port(port: 80)]))
                    anchor.metadata.finalizers = ["example.com/test"]
                    _ = try await client.create(anchor, namespace: name)
                    try await client.delete(Namespace.self, name: name, namespace: nil)
                    let answer = try await service.api.untilRefused(code: "namespace_terminating")
                    #expect(answer.status == 500 && answer.code == "namespace_terminating", "\(answer.text)")
                    #expect(try await service.api.get("/stats").body["used_node_ports"]?.int == 0)
                }
            }
            let release = JSON.object(["metadata": .object(["finalizers": .null])])
            _ = try await client.patch(Service.self, name: "anchor", namespace: name, mergePatch: release)
            try await client.waitUntilNamespaceIsGone(name)
        }
    }

    @Test(.enabled(if: TestCluster.python != nil, "needs Python: scripts/test names one"))
    func `what a webhook denies is told as such, and leaves nothing`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.makeCertificate(in: folder)
            let certificate = try Data(contentsOf: URL(filePath: folder + "/tls.crt")).base64EncodedString()
            _ = try await Subprocess.run(
                .path(FilePath(try #require(TestCluster.python))),
                arguments: [Self.webhook, folder + "/tls.crt", folder + "/tls.key"],
                input: .none,
                output: .sequence,
                error: .discarded
            ) { execution in
                for try await line in execution.standardOutput.strings() {
                    try await Self.expectDenial(port: line.trimmingCharacters(in: .whitespacesAndNewlines), certificate: certificate)
                    break
                }
                try execution.send(signal: .kill)
            }
        }
    }

    private static func expectDenial(port: String, certificate: String) async throws {
        try await withService { service, namespace, client in
            let name = "deny-\(namespace)"
            try await client.create(
                ValidatingWebhookConfiguration.self,
                named: name,
                namespace: nil,
                #"""
                "webhooks":[{"name":"deny.example.com","admissionReviewVersions":["v1"],"sideEffects":"None","failurePolicy":"Fail",
                "clientConfig":{"url":"https://127.0.0.1:\#(port)/","caBundle":"\#(certificate)"},
                "objectSelector":{"matchLabels":{"ctf-provisioner.dev/user-id":"424242"}},
                "rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["services"]}]}]
                """#
            )
            let answer = try await service.api.untilRefused(code: "admission_denied", user: 424242)
            try await client.delete(ValidatingWebhookConfiguration.self, name: name, namespace: nil)
            #expect(answer.status == 500 && answer.code == "admission_denied", "\(answer.text)")
            #expect(service.log.text.contains("challenges are closed for the night"))
            try await expectNothingLeft(in: namespace, client)
            #expect(try await service.api.untilCreated(user: 424242, problem: 1).status == 201)
        }
    }

    private static func makeCertificate(in folder: String) async throws {
        let made = try await Subprocess.run(
            .name("openssl"),
            arguments: [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=webhook", "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout", folder + "/tls.key", "-out", folder + "/tls.crt",
            ],
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        #expect(made.terminationStatus.isSuccess, "\(made.standardError)")
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    private static let webhook = root.appending(path: "Fixtures/denying-webhook.py").path
}
