import Foundation
import Stacks
import Testing

@testable import HTTPAPI

@Suite struct ErrorsDocumentTests {
    private static let document = URL(filePath: #filePath).appending(path: "../../../docs/errors.md").standardizedFileURL

    @Test func `the document of errors names every code that an error may carry`() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        let missing = (StackError.Code.allCases.map(\.rawValue) + RequestError.Code.allCases.map(\.rawValue)).filter {
            !text.contains("`\($0)`")
        }
        #expect(missing == [])
    }
}
