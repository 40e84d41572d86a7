import Foundation
import Testing

@testable import ProvisionerCommands

/// The table of settings against the code that reads them, and against the documents.
@Suite struct ConfigurationDocumentTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
    private static let names = Set(Setting.all.flatMap(\.names))

    private static func file(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test(arguments: Setting.sections.map(\.title))
    func `a section of docs/configuration.md has the table of the code: provisioner settings prints it`(title: String) throws {
        let section = try #require(Setting.sections.first { $0.title == title })
        let text = try #require(try Self.file("docs/configuration.md").components(separatedBy: "\n## \(title)\n").dropFirst().first)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.hasPrefix("## ") }
        #expect(lines.filter { $0.hasPrefix("|") }.joined(separator: "\n") == section.table)
    }

    @Test func `the service reads every variable of the table, and no other`() {
        var reader = EnvironmentReader([:])
        _ = ServeConfiguration(reading: &reader)
        #expect(reader.names.sorted() == Setting.all.filter { !$0.isReadByClient }.flatMap(\.names).sorted())
        #expect(Set(Setting.all.flatMap(\.names)).count == Setting.all.flatMap(\.names).count)
    }

    @Test func `the clients read every variable of the table, and no other`() throws {
        var found: Set<String> = []
        for folder in ["KubernetesClient", "DynamoDB"] {
            let path = Self.root.appending(path: "Sources/\(folder)").path
            for name in try #require(FileManager.default.enumerator(atPath: path)?.allObjects as? [String]) where name.hasSuffix(".swift") {
                let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
                found.formUnion(text.matches(of: /"((?:AWS|K8S|KUBERNETES|KUBECONFIG)(?:_[A-Z0-9]+)*)"/).map { String($0.output.1) })
            }
        }
        // Given to exec plugins; and the name of the service is appended to this one.
        found.remove("KUBERNETES_EXEC_INFO")
        found.insert("AWS_ENDPOINT_URL_DYNAMODB")
        #expect(found.sorted() == Setting.all.filter(\.isReadByClient).flatMap(\.names).sorted())
    }

    @Test(arguments: Setting.all.filter { $0.allowed != nil }.map(\.names[0]))
    func `the values of a setting are those that its error message allows`(name: String) throws {
        let setting = try #require(Setting.all.first { $0.names == [name] })
        var reader = EnvironmentReader([name: "?"])
        _ = ServeConfiguration(reading: &reader)
        #expect(reader.mistakes == ["\(name): is \"?\"; must be \(try #require(setting.allowed))"])
    }

    @Test(arguments: Setting.all.filter { !$0.isReadByClient }.map(\.names[0]))
    func `the default of a setting has the same effect as none`(name: String) throws {
        let setting = try #require(Setting.all.first { $0.names == [name] })
        guard case .value(let value) = setting.standard else { return }
        let explicit = try ServeConfiguration(environment: [name: value])
        #expect(String(describing: explicit) == String(describing: try ServeConfiguration(environment: [:])))
    }

    @Test func `the description of a configuration shows a setting that changed`() throws {
        let changed = try ServeConfiguration(environment: ["STACK_TTL": "1h", "STACK_MAX_LIFETIME": "6h"])
        #expect(String(describing: changed) != String(describing: try ServeConfiguration(environment: [:])))
    }

    @Test(arguments: ["README.md", "docs/operations.md", "docs/capacity.md", "docs/limits.md", "docs/network-policy.md"])
    func `a document names no variable that the service does not know`(path: String) throws {
        let named = try Self.file(path).matches(of: /\b(?:STACK|DDB|K8S|HTTP|API|LOG|TLS|CLUSTER_TOTAL|METRICS|SHUTDOWN)_[A-Z_]*[A-Z]\b/)
        #expect(named.map { String($0.output) }.filter { !Self.names.contains($0) && $0 != "CLUSTER_TOTAL" } == [])
    }
}
