import Foundation
import TestBasics
import Testing

@testable import KubernetesClient

@Suite struct LoadTests {
    private func file(server: String) -> String {
        """
        current-context: x
        contexts: [{name: x, context: {cluster: c}}, {name: y, context: {cluster: c, namespace: y}}]
        clusters: [{name: c, cluster: {server: \(server), certificate-authority: ca.crt}}]
        """
    }

    private func message(_ environment: [String: String]) -> String? {
        do {
            _ = try KubernetesConfiguration.load(environment: environment)
            return nil
        } catch let error as KubernetesError where error.kind == .configuration {
            return error.message
        } catch {
            return "unexpected: \(error)"
        }
    }

    @Test func `K8S_KUBECONFIG goes before KUBECONFIG, that before the cluster, that before the home folder`() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/.kube", withIntermediateDirectories: true)
            try write(file(server: "https://first"), to: folder + "/first")
            try write(file(server: "https://second"), to: folder + "/second")
            try write(file(server: "https://home"), to: folder + "/.kube/config")
            var environment = [
                "K8S_KUBECONFIG": folder + "/first", "KUBECONFIG": folder + "/second", "KUBERNETES_SERVICE_HOST": "10.0.0.1",
                "KUBERNETES_SERVICE_PORT": "6443", "HOME": folder,
            ]
            for (variable, server) in [
                ("K8S_KUBECONFIG", "https://first"), ("KUBECONFIG", "https://second"),
                ("KUBERNETES_SERVICE_HOST", "https://10.0.0.1:6443"), ("HOME", "https://home"),
            ] {
                #expect(try KubernetesConfiguration.load(environment: environment).server == server)
                environment[variable] = ""
            }
            let none = "no Kubernetes configuration: set KUBECONFIG or K8S_KUBECONFIG, or run inside a cluster"
            #expect(message(environment) == none)
            #expect(message(["HOME": folder + "/empty"]) == none)
        }
    }

    @Test func `K8S_CONTEXT chooses the context`() async throws {
        try await withTemporaryFolder { folder in
            try write(file(server: "https://a"), to: folder + "/config")
            let environment = ["KUBECONFIG": folder + "/config", "K8S_CONTEXT": "y"]
            #expect(try KubernetesConfiguration.load(environment: environment).namespace == "y")
        }
    }

    @Test func `the files of KUBECONFIG are merged, and those that do not exist left out`() async throws {
        try await withTemporaryFolder { folder in
            try write("current-context: y", to: folder + "/one")
            try write(file(server: "https://a"), to: folder + "/two")
            let paths = "\(folder)/one::\(folder)/gone:\(folder)/two"
            let configuration = try KubernetesConfiguration.load(environment: ["KUBECONFIG": paths])
            #expect(configuration.namespace == "y")
            #expect(configuration.certificateAuthority == .file(folder + "/ca.crt"))
            let gone = "\(folder)/gone:\(folder)/gone2"
            #expect(message(["KUBECONFIG": gone]) == "none of the files of KUBECONFIG exists: \(folder)/gone, \(folder)/gone2")
        }
    }

    @Test func `a message names the file`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/config"
            #expect(message(["K8S_KUBECONFIG": path])?.hasPrefix("kubeconfig \(path) cannot be read") == true)
            try write("contexts: 5", to: path)
            #expect(message(["K8S_KUBECONFIG": path]) == "kubeconfig \(path): is not a kubeconfig: contexts has the wrong type")
            try write("contexts: []", to: path)
            #expect(message(["K8S_KUBECONFIG": path]) == "kubeconfig \(path): names no current-context; set K8S_CONTEXT")
        }
    }

    @Test(arguments: [
        ("10.0.0.1", "443", "https://10.0.0.1:443"), ("fd00::1", "6443", "https://[fd00::1]:6443"),
        ("kubernetes.default", "443", "https://kubernetes.default:443"),
    ])
    func `in a cluster the service account is used`(host: String, port: String, server: String) throws {
        let configuration = try KubernetesConfiguration.inCluster(host: host, port: port, folder: "/sa")
        #expect(configuration.server == server)
        #expect(configuration.certificateAuthority == .file("/sa/ca.crt"))
        #expect(configuration.credentials == .tokenFile("/sa/token"))
    }

    @Test func `the port in a cluster is 443 unless it is said, and nonsense is refused`() throws {
        #expect(try KubernetesConfiguration.load(environment: ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]).server == "https://10.0.0.1:443")
        let expected = "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not form a URL: https://10.0.0.1:tcp"
        #expect(message(["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "tcp"]) == expected)
    }
}
