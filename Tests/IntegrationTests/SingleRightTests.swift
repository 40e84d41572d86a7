import Foundation
import KubernetesClient
import NIOHTTP1
import Subprocess
import Testing

/// Every right of the example, taken away alone: something that needs it says so by its name.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct SingleRightTests {
    /// - Returns: the grants that have to go so that the right is lost: another may cover it.
    private static func lost(with taken: Grant) throws -> Set<Grant> {
        Set(
            try Grant.ofExample().filter { other in
                let isSame = (other.group, other.resource, other.verb) == (taken.group, taken.resource, taken.verb)
                return other == taken || (isSame && other.isInCluster && !taken.isInCluster)
            }
        )
    }

    private static func withAccount(
        without taken: Grant,
        _ body: @Sendable (_ kubeconfig: String, _ namespace: String) async throws -> Void
    ) async throws {
        let lost = try lost(with: taken)
        let kept = try Grant.ofExample().filter { !lost.contains($0) }
        try await IntegrationTests.withAccount(mayDo: kept) { kubeconfig, namespace, _ in try await body(kubeconfig, namespace) }
    }

    @Test(arguments: try Grant.ofExample())
    func `doctor names the right that is missing, and no other`(taken: Grant) async throws {
        try await Self.withAccount(without: taken) { kubeconfig, namespace in
            var environment = [
                "KUBECONFIG": kubeconfig, "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": kubeconfig + ".sqlite",
                "STACK_RUNTIME_CLASS": "gvisor",
            ]
            if taken.resource == "leases" {
                // Replicas choose a leader by a Lease. Whether there is a table does not matter.
                environment.merge([
                    "STACK_STORE": "dynamodb", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9", "AWS_REGION": "eu-central-1",
                    "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                ]) { $1 }
            }
            let missing = Set(
                try Self.lost(with: taken).map { grant in
                    let place =
                        grant.isInCluster ? "in the cluster" : "\(grant.isNamed ? "on" : "in") namespace \(namespace)"
                    return "may not \(grant.verb) \(grant.resource) \(place)"
                }
            )
            var found: Set<String> = []
            var doctor: Doctor?
            // The API server's authorizer learns of new roles by a watch of its own.
            for _ in 0..<10 where found != missing {
                let run = try await Doctor.run(environment)
                let wrong = run.named("rights").filter { $0.state != "ok" }
                found = Set(wrong.map { check in String(check.found.prefix { $0 != ":" }) })
                doctor = run
            }
            #expect(found == missing, "\(doctor?.text ?? "")")
            #expect(doctor?.status == .exited(1))
            #expect(doctor?.named("rights").allSatisfy { $0.state == "ok" || $0.advice?.contains("rbac.yaml") == true } == true)
        }
    }

    /// A call that needs a right.
    enum Call: Sendable {
        case create, delete
        case get(String)
    }

    @Test(
        arguments: [
            ("create", "pods", .create), ("create", "services", .create), ("delete", "pods", .delete), ("delete", "services", .delete),
            ("get", "pods", .delete), ("get", "pods/log", .get("/logs")), ("list", "events", .get("/events")),
        ] as [(String, String, Call)]
    )
    func `the call that needs a right is refused, and the log names the right`(verb: String, resource: String, call: Call) async throws {
        let taken = Grant(group: "", resource: resource, verb: verb, isInCluster: false)
        #expect(try Grant.ofExample().contains(taken))
        try await Self.withAccount(without: taken) { kubeconfig, namespace in
            let environment = ["KUBECONFIG": kubeconfig, "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": kubeconfig + ".sqlite"]
            _ = try await ServiceProcess.run(environment) { service in
                let created = try await service.api.create(user: 1, problem: 1)
                let id = created.body["stack_id"]?.string ?? ""
                let refused: APIClient.Answer
                switch call {
                case .create: refused = created
                case .delete: refused = try await service.api.delete(id)
                case .get(let path): refused = try await service.api.get("/stacks/\(id)" + path)
                }
                #expect(refused.status == 500 && refused.code == "kubernetes_forbidden", "\(refused.text)")
                #expect(refused.body["request_id"]?.string?.isEmpty == false && !refused.text.contains("cannot"))
                let right = "cannot \(verb) resource \"\(resource)\""
                _ = try await service.log.first { $0["level"] == "error" && $0["error"]?.contains(right) == true }
            }
        }
    }

    @Test(arguments: [("pods", "Pods"), ("services", "Services"), ("nodes", "Nodes")])
    func `without the right to list what it watches the service is not ready, and the log names the right`(resource: String, kind: String)
        async throws
    {
        try await Self.withAccount(without: Grant(group: "", resource: resource, verb: "list", isInCluster: true)) {
            kubeconfig,
            namespace in
            let environment = ["KUBECONFIG": kubeconfig, "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": kubeconfig + ".sqlite"]
            _ = try await ServiceProcess.run(environment, waitUntilSynced: false) { service in
                _ = try await service.log.first { $0["error"]?.contains("cannot list resource \"\(resource)\"") == true }
                // The others may be on their way as well, and a readiness counts for a second.
                var message: String?
                for _ in 0..<50 where message != "\(kind) have not been listed yet" {
                    let readyz = try await service.api.get("/readyz")
                    #expect(readyz.status == 503)
                    message = readyz.body["dependencies"]?["kubernetes"]?["message"]?.string
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(message == "\(kind) have not been listed yet")
                #expect(try await service.api.create(user: 1, problem: 1).status == 503)
            }
        }
    }

    @Test func `without the right to mark its namespace the service works, and the log names the right`() async throws {
        var taken = Grant(group: "", resource: "namespaces", verb: "patch", isInCluster: false)
        taken.isNamed = true
        try await Self.withAccount(without: taken) { kubeconfig, namespace in
            let environment = ["KUBECONFIG": kubeconfig, "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": kubeconfig + ".sqlite"]
            _ = try await ServiceProcess.run(environment) { service in
                _ = try await service.log.first { $0["error"]?.contains("cannot patch resource \"namespaces\"") == true }
                #expect(try await service.api.create(user: 1, problem: 1).status == 201)
            }
        }
    }
}
