import Foundation
import KubernetesClient
import Logging
import Subprocess
import SystemPackage
import Testing

/// The cluster that the test command has started; see `scripts/test`.
enum TestCluster {
    static let kubeconfig = ProcessInfo.processInfo.environment["TEST_KUBECONFIG"]
    /// One whose API server gives NodePorts from 30000 to 30005 only.
    static let tinyKubeconfig = ProcessInfo.processInfo.environment["TEST_TINY_KUBECONFIG"]
    /// The node on which containers really run; unset where there is none.
    static let realNode = ProcessInfo.processInfo.environment["TEST_REAL_NODE"]
    /// The built executable.
    static let provisioner = ProcessInfo.processInfo.environment["TEST_PROVISIONER"]

    /// For what is told by example to operators.
    static let kubectl = ProcessInfo.processInfo.environment["TEST_KUBECTL"]
    static let python = ProcessInfo.processInfo.environment["TEST_PYTHON"]
    /// The built library WallClockShim, which shows a process another wall clock.
    static let wallClockShim = ProcessInfo.processInfo.environment["TEST_WALL_CLOCK_SHIM"]

    static var isUp: Bool { kubeconfig != nil && provisioner != nil }

    static let needed: Comment = "needs the cluster that scripts/test starts"

    /// Opens a client as administrator, and closes it after.
    static func withClient<Result>(
        kubeconfig: String? = kubeconfig,
        _ body: (KubernetesClient) async throws -> Result
    ) async throws -> Result {
        let path = try #require(kubeconfig)
        let configuration = try KubernetesConfiguration.load(environment: ["KUBECONFIG": path])
        let client = try KubernetesClient(
            configuration: configuration,
            qps: 1000,
            burst: 2000,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let result: Result
        do { result = try await body(client) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }

    /// Makes a namespace of the test's own with all that Pods need, and removes it after.
    static func withNamespace<Result>(
        kubeconfig: String? = kubeconfig,
        _ body: (String, KubernetesClient) async throws -> Result
    ) async throws -> Result {
        try await withClient(kubeconfig: kubeconfig) { client in
            let name = "test-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: name)), namespace: nil)
            try await waitForServiceAccount(in: name, client)
            let result: Result
            do { result = try await body(name, client) } catch {
                try await client.deleteNamespace(name)
                throw error
            }
            try await client.deleteNamespace(name)
            // Its Services hold their ports until it is gone, and there are few of them.
            if kubeconfig == tinyKubeconfig { try await client.waitUntilNamespaceIsGone(name) }
            return result
        }
    }

    /// Until the controller manager has made it, no Pod is admitted.
    private static func waitForServiceAccount(in namespace: String, _ client: KubernetesClient) async throws {
        let list = try await client.list(ServiceAccount.self, namespace: namespace)
        guard list.items.isEmpty else { return }
        for try await event in client.watch(ServiceAccount.self, namespace: namespace, resourceVersion: list.resourceVersion) {
            if case .added = event { return }
        }
    }
}

extension KubernetesClient {
    /// Repeats safely.
    fileprivate func deleteNamespace(_ name: String) async throws {
        do { try await delete(Namespace.self, name: name, namespace: nil) } catch let error as KubernetesError where error.isNotFound {}
    }
}

/// What the tests read of a ServiceAccount.
struct ServiceAccount: KubernetesObject {
    static let resource = APIResource(plural: "serviceaccounts", kind: "ServiceAccount")
    var apiVersion: String?
    var kind: String?
    var metadata: ObjectMeta
}

/// A kind of which the tests only write objects, from JSON.
struct ValidatingWebhookConfiguration: KubernetesObject {
    static let resource = APIResource(
        group: "admissionregistration.k8s.io",
        plural: "validatingwebhookconfigurations",
        kind: "ValidatingWebhookConfiguration",
        isNamespaced: false
    )
    var metadata: ObjectMeta
}

extension KubernetesClient {
    /// Creates an object whose fields beside kind and version stand in `fields`.
    func create<T: KubernetesObject>(_ type: T.Type, named name: String, namespace: String?, _ fields: String) async throws {
        let text = #"{"apiVersion":"\#(T.resource.apiVersion)","kind":"\#(T.resource.kind)","metadata":{"name":"\#(name)"},\#(fields)}"#
        let body = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
        _ = try await create(body, as: type, namespace: namespace)
    }
}

extension TestCluster {
    /// A kubeconfig for the same API server whose user has this token and nothing else.
    static func kubeconfig(inFolder folder: String, token: String, server: String? = nil) throws -> String {
        let text = try String(contentsOfFile: try #require(kubeconfig), encoding: .utf8)
        func value(_ key: String) throws -> String {
            let line = try #require(text.split(separator: "\n").first { $0.contains(key + ":") })
            return String(line.drop { $0 == " " }.dropFirst(key.count + 2))
        }
        let path = folder + "/kubeconfig"
        let content = """
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test, user: test}}]
            clusters:
            - name: test
              cluster: {server: "\(try server ?? value("server"))", certificate-authority-data: \(try value("certificate-authority-data"))}
            users: [{name: test, user: {token: "\(token)"}}]
            """
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}

extension TestCluster {
    static func kubectl(_ arguments: [String]) async throws {
        let outcome = try await Subprocess.run(
            .path(FilePath(try #require(kubectl))),
            arguments: Arguments(["--kubeconfig", try #require(kubeconfig)] + arguments),
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        #expect(outcome.terminationStatus.isSuccess, "\(arguments): \(outcome.standardError)")
    }
}
