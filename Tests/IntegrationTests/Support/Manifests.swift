import Foundation
import Subprocess
import SystemPackage
import TestBasics
import Testing

/// The manifests below `deploy/`, as kubectl makes and applies them.
struct Manifests {
    /// The documents in their order, without those that the server does not serve.
    let documents: [String]
    /// The API versions of the documents that were left out.
    let unserved: [String]
    private let file: String

    static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// Builds an overlay with the kustomize of kubectl.
    /// - Parameter folder: a temporary folder.
    init(overlay: String, folder: String) async throws {
        var deploy = Self.root.appending(path: "deploy")
        if try await Self.kubectlMinor() < 21 { deploy = try Self.forOldKubectl(deploy, in: folder) }
        let text = try await TestCluster.kubectlOutput(["kustomize", deploy.appending(path: "overlays/\(overlay)").path])
        let served = try await TestCluster.kubectlOutput(["api-versions"]).split(separator: "\n").map(String.init)
        let all = text.components(separatedBy: "\n---\n").map { $0.trimmingCharacters(in: .newlines) }.filter { !$0.isEmpty }
        func isServed(_ document: String) -> Bool { served.contains { document.contains("apiVersion: \($0)\n") } }
        documents = all.filter(isServed)
        unserved = all.filter { !isServed($0) }.compactMap { document in
            document.split(separator: "\n").first { $0.hasPrefix("apiVersion: ") }.map(String.init)
        }
        file = folder + "/\(overlay).yaml"
        try documents.joined(separator: "\n---\n").write(toFile: file, atomically: true, encoding: .utf8)
    }

    func apply() async throws { try await TestCluster.kubectl(["apply", "-f", file]) }

    /// Returns the names of the objects that exist; fails if one is missing.
    func existing() async throws -> [String] {
        try await TestCluster.kubectlOutput(["get", "-f", file, "-o", "name"]).split(separator: "\n").map(String.init)
    }

    /// Returns once all of it is gone.
    func delete() async throws { try await TestCluster.kubectl(["delete", "-f", file, "--ignore-not-found"]) }

    private static func kubectlMinor() async throws -> Int {
        let text = try await TestCluster.kubectlOutput(["version", "--client", "-o", "json"])
        let version = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
        return try #require(version["clientVersion"]?["minor"]?.string.flatMap { Int($0.prefix(while: \.isNumber)) })
    }

    /// Returns a copy of the folder that the kustomize 2.0 of kubectl before 1.21 reads: folders are `bases`, and patches have no `path`.
    private static func forOldKubectl(_ deploy: URL, in folder: String) throws -> URL {
        let copy = URL(filePath: folder).appending(path: "deploy")
        try FileManager.default.copyItem(at: deploy, to: copy)
        for overlay in try FileManager.default.contentsOfDirectory(atPath: copy.appending(path: "overlays").path) {
            let file = copy.appending(path: "overlays/\(overlay)/kustomization.yaml")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            let bases = lines.filter { $0.hasPrefix("  - ../") }
            let others = lines.filter { !$0.hasPrefix("  - ../") }.map {
                $0.replacing(/^patches:/, with: "patchesStrategicMerge:").replacing(#/^  - path: /#, with: "  - ")
            }
            try (others + ["bases:"] + bases).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        return copy
    }
}

extension TestCluster {
    /// Runs kubectl and returns its output.
    static func kubectlOutput(_ arguments: [String]) async throws -> String {
        let outcome = try await Subprocess.run(
            .path(FilePath(try #require(kubectl))),
            arguments: Arguments(["--kubeconfig", try #require(kubeconfig)] + arguments),
            output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 16)
        )
        try #require(outcome.terminationStatus.isSuccess, "\(arguments): \(outcome.standardError)")
        return outcome.standardOutput
    }
}
