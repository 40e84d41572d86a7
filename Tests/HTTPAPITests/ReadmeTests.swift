import Foundation
import Stacks
import Testing

@testable import HTTPAPI

@Suite struct ReadmeTests {
    private static let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md").standardizedFileURL

    @Test(.enabled(if: FileManager.default.fileExists(atPath: readme.path), "there is no README.md"))
    func `the README names every code that an error may carry`() throws {
        let text = try String(contentsOf: Self.readme, encoding: .utf8)
        let missing = (StackError.Code.allCases.map(\.rawValue) + RequestError.Code.allCases.map(\.rawValue)).filter {
            !text.contains("`\($0)`")
        }
        #expect(missing == [])
    }
}
