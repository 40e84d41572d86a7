import Foundation
import HummingbirdTesting
import Testing

/// The API on a real connection, and what is sent on one.
enum Wire {
    static func withServer(
        _ options: APIBench.Options = APIBench.Options(),
        _ body: @escaping @Sendable (APIBench, Int) async throws -> Void
    ) async throws {
        var options = options
        options.setup = .live
        try await withAPI(options) { api in try await body(api, try #require(api.client.port)) }
    }

    static func head(_ line: String, _ headers: String...) -> String {
        ([line + " HTTP/1.1", "Host: localhost"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    static func expectLast(_ text: String, _ status: Int, _ code: String) {
        #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
        #expect(text.contains("\"code\":\"\(code)\"") && text.lowercased().contains("\r\nconnection: close\r\n"), "\(text)")
        #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2, "\(text)")
    }
}
