import Foundation
import Testing
import Yams

/// An overlay below `deploy/overlays`, as far as tests read it: its Deployment with the patches applied in order.
struct Overlay {
    static let names = ["sqlite", "dynamodb", "namespace-scope"]
    static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// The Deployment of the base first, then its patches.
    var deployments: [Node] = []
    /// All other documents.
    var others: [Node] = []
    /// Every file that is used, as a path from the root of the repository.
    var files: Set<String> = []

    init(_ name: String) throws {
        try add(folder: "deploy/overlays/\(name)")
    }

    private mutating func add(folder: String) throws {
        let index = folder + "/kustomization.yaml"
        files.insert(index)
        let kustomization = try #require(try Yams.compose(yaml: try Self.text(index)))
        let resources = kustomization["resources"]?.array().compactMap(\.string) ?? []
        let patches = kustomization["patches"]?.array().compactMap { $0["path"]?.string } ?? []
        for item in resources + patches {
            let path = String(URL(filePath: "/\(folder)/\(item)").standardizedFileURL.path.dropFirst())
            guard item.hasSuffix(".yaml") else {
                try add(folder: path)
                continue
            }
            files.insert(path)
            for document in try Yams.compose_all(yaml: try Self.text(path)) {
                if document["kind"]?.string == "Deployment" { deployments.append(document) } else { others.append(document) }
            }
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    var pods: [Node] { deployments.compactMap { $0["spec"]?["template"]?["spec"] } }
    var containers: [Node] { pods.compactMap { $0["containers"]?.array().first } }

    /// The variables of the container.
    var environment: [String: String] {
        var environment: [String: String] = [:]
        for variable in containers.flatMap({ $0["env"]?.array() ?? [] }) {
            guard let name = variable["name"]?.string else { continue }
            environment[name] = variable["value"]?.string
        }
        return environment
    }
}
