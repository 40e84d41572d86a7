import Foundation
import KubernetesClient
import Subprocess
import TestBasics
import Testing

/// `provisioner doctor` on a real cluster.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct DoctorTests {
    @Test func `a working installation is well, and what nobody has tried is a warning`() async throws {
        try await withServiceEnvironment { environment, namespace, client in
            let report = try await Doctor.run(environment)
            #expect(report.status == .exited(0), "\(report.text)")
            #expect(report.isOK == true)
            #expect(report.checks.allSatisfy { ["ok", "warning"].contains($0.state) }, "\(report.text)")
            #expect(report.named("enforcement").map(\.state) == ["warning"])
            for name in [
                "kubernetes", "clock", "nodes", "capacity", "addresses", "namespace", "node ports", "limits", "runtime class", "store",
            ] {
                #expect(report.named(name).count == 1, "\(name)")
            }
            #expect(report.named("rights").count > 5)
            #expect(report.named("dry run").map(\.state) == ["ok", "ok"])
            #expect(report.named("node ports").first?.found.contains("the API server's 30000…32767") == true, "\(report.text)")
            try await expectNothingLeft(in: namespace, client)
        }
    }

    @Test func `beside a running service the store is held, and its mark is shown`() async throws {
        try await withServiceEnvironment { environment, _, _ in
            _ = try await ServiceProcess.run(environment) { service in
                #expect(try await service.api.untilCreated(user: 1, problem: 1).status == 201)
                let report = try await Doctor.run(environment)
                #expect(report.status == .exited(0), "\(report.text)")
                #expect(report.named("store").first?.found.contains("a running service holds") == true, "\(report.text)")
                #expect(report.named("namespace").first?.found.contains("installation none") == false, "\(report.text)")
            }
        }
    }

    @Test func `a missing right is named`() async throws {
        try await withServiceEnvironment { environment, namespace, client in
            try await withTemporaryFolder { folder in
                // An account that may do nothing beyond what everyone may.
                let name = "ctf-provisioner"
                _ = try await client.create(ServiceAccount(metadata: ObjectMeta(name: name)), namespace: namespace)
                let token = try await client.tokenOfProvisioner(in: namespace)
                var environment = environment
                environment["KUBECONFIG"] = try TestCluster.kubeconfig(inFolder: folder, token: token)
                let report = try await Doctor.run(environment)
                #expect(report.status == .exited(1), "\(report.text)")
                #expect(report.isOK == false)
                let wrong = report.named("rights").filter { $0.state == "wrong" }.map(\.found).joined(separator: "\n")
                for right in ["create pods", "delete services", "watch nodes", "patch namespaces", "list events", "get pods/log"] {
                    #expect(wrong.contains(right), "\(right): \(report.text)")
                }
                #expect(!report.text.contains(token))
            }
        }
    }

    @Test func `an API server that is not reached is exit code 2, with the address`() async throws {
        try await withTemporaryFolder { folder in
            let kubeconfig = try TestCluster.kubeconfig(inFolder: folder, token: "x", server: "https://127.0.0.1:1")
            let report = try await Doctor.run(["KUBECONFIG": kubeconfig, "STACK_SQLITE_PATH": folder + "/s.sqlite"])
            #expect(report.status == .exited(2), "\(report.text)")
            #expect(report.isOK == false)
            #expect(report.named("kubernetes").first?.found.contains("https://127.0.0.1:1") == true, "\(report.text)")
            #expect(report.named("store").first?.state == "ok")
        }
    }

    @Test(arguments: [
        (["STACK_NAMESPACE": "no-such-namespace"], "namespace", "does not exist"),
        (["STACK_NODEPORT_MIN": "20000"], "node ports", "the API server's range 30000…32767"),
        (["STACK_NODE_SELECTOR": "no=node"], "nodes", "0 of "),
        (["STACK_RUNTIME_CLASS": "no-such-class"], "runtime class", "no-such-class does not exist"),
    ])
    func `a wrong setting is told by its condition`(setting: [String: String], name: String, found: String) async throws {
        try await withServiceEnvironment(setting) { environment, _, _ in
            let report = try await Doctor.run(environment)
            #expect(report.status == .exited(1), "\(report.text)")
            let check = try #require(report.named(name).first)
            #expect(check.state == "wrong" && check.found.contains(found), "\(check)")
            #expect(check.advice != nil)
        }
    }

    @Test func `a quota without room is named, and the dry run obeys it`() async throws {
        try await withServiceEnvironment { environment, namespace, client in
            try await client.create(ResourceQuota.self, named: "small", namespace: namespace, #""spec":{"hard":{"pods":"0"}}"#)
            // The quota counts once the controller manager has computed it.
            while try await client.get(ResourceQuota.self, name: "small", namespace: namespace).status?.hard == nil {
                try await Task.sleep(for: .milliseconds(50))
            }
            let report = try await Doctor.run(environment)
            #expect(report.status == .exited(1), "\(report.text)")
            #expect(
                report.named("limits").first?.found.contains("quota small leaves no room for one stack: pods 0 of 0") == true,
                "\(report.text)"
            )
            #expect(report.named("dry run").first?.found.contains("exceeded quota: small") == true, "\(report.text)")
        }
    }
}
