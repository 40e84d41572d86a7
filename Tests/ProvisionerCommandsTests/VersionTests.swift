import ArgumentParser
import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct VersionTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
    private static let changelog = root.appending(path: "CHANGELOG.md")
    private static let deployment = root.appending(path: "deploy/base/deployment.yaml")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: changelog.path), "there is no CHANGELOG.md"))
    func `the newest release in the changelog is the version of the program`() throws {
        let text = try String(contentsOf: Self.changelog, encoding: .utf8)
        let release = /^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$/.anchorsMatchLineEndings()
        let newest = try #require(text.firstMatch(of: release))
        #expect(String(newest.output.1) == Version.current)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: deployment.path), "there is no deploy/base/deployment.yaml"))
    func `the example Deployment runs the version of the program`() throws {
        let text = try String(contentsOf: Self.deployment, encoding: .utf8)
        #expect(text.contains("/ctf-provisioner:\(Version.current)\n"))
    }

    @Test func `the command line prints the version`() {
        #expect(ProvisionerCommand.configuration.version == Version.current)
    }
}
