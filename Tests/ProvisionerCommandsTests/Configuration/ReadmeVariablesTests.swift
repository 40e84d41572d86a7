import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct ReadmeVariablesTests {
    private static let readme = URL(filePath: #filePath).appending(path: "../../../../README.md").standardizedFileURL

    @Test(.enabled(if: FileManager.default.fileExists(atPath: readme.path), "there is no README.md"))
    func `the README names every environment variable that is read`() throws {
        let text = try String(contentsOf: Self.readme, encoding: .utf8)
        var reader = EnvironmentReader([:])
        _ = ServeConfiguration(reading: &reader)
        #expect(reader.names.count > 20)
        let others = ["KUBECONFIG", "K8S_KUBECONFIG", "K8S_CONTEXT", "AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"]
        #expect((reader.names.sorted() + others).filter { !text.contains("`\($0)`") } == [])
    }
}
