import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct ConfigurationDocumentTests {
    private static let document = URL(filePath: #filePath).appending(path: "../../../../docs/configuration.md").standardizedFileURL

    @Test func `the document of the configuration names every environment variable that is read`() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        var reader = EnvironmentReader([:])
        _ = ServeConfiguration(reading: &reader)
        #expect(reader.names.count > 20)
        let others = ["KUBECONFIG", "K8S_KUBECONFIG", "K8S_CONTEXT", "AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"]
        #expect((reader.names.sorted() + others).filter { !text.contains("`\($0)`") } == [])
    }
}
