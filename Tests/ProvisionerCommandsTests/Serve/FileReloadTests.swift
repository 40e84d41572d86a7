import Foundation
import Logging
import TestBasics
import TestSupport
import Testing

@testable import ProvisionerCommands

struct FileReloadTests {
    private struct Refused: Error {}

    /// A content of the file; nil for no file.
    private struct Step { var text: String? }

    /// Runs looks at a file that has the contents one after the other.
    /// - Returns: the contents that were applied.
    private func applied(_ contents: [String?], refusing refused: String = "") async throws -> [String] {
        try await withTemporaryFolder { folder in
            let file = folder + "/keys"
            let steps = Observed(contents.map(Step.init)[...])
            let applied = Observed<[String]>([])
            let next: @Sendable () throws -> Void = {
                let step = steps.update { steps in steps.popFirst() }
                guard let step else { throw CancellationError() }
                guard let text = step.text else { return try FileManager.default.removeItem(atPath: file) }
                try Data(text.utf8).write(to: URL(filePath: file))
            }
            try next()
            let reload = FileReload("KEYS", paths: [file], logger: Logger(label: "test"), sleep: { _ in try next() }) { contents in
                let text = String(decoding: contents[0], as: UTF8.self)
                guard text != refused else { throw Refused() }
                applied.update { $0.append(text) }
            }
            await #expect(throws: CancellationError.self) { try await reload.run() }
            return applied.value
        }
    }

    @Test func `a file is applied at first and at each change, once`() async throws {
        #expect(try await applied(["a", "a", "b", "b", "a"]) == ["a", "b", "a"])
    }

    @Test func `a content that is refused, or a file that is gone, leaves the one before`() async throws {
        #expect(try await applied(["a", "bad", "bad", "b"], refusing: "bad") == ["a", "b"])
        #expect(try await applied(["a", nil, "a", "b"]) == ["a", "b"])
    }
}
