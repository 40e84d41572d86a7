import HTTPTypes
import HummingbirdTesting
import Logging
import TestBasics
import Testing

@testable import HTTPAPI

struct AuditTests {
    @Test func `each change leaves a line that says who, from where, what and with which outcome`() async throws {
        var options = APIBench.Options()
        options.setup = .live
        options.apiKey = "s3cret"
        try await withAPI(options) { api async throws in
            let key: HTTPFields = [.authorization: "Bearer s3cret"]
            let id = try #require(try await api.create(headers: key).body["stack_id"]?.string)
            _ = try await api.create(headers: key)
            _ = try await api.create()
            _ = try await api.send(.delete, "/stacks/\(id)", headers: key)
            _ = try await api.get("/stacks", headers: key)
            let lines = api.log.lines.value.filter { $0.message == "audit" }
            #expect(lines.map(\.metadata["action"]) == ["create", "create", "create", "delete"])
            #expect(lines.map(\.metadata["outcome"]) == ["ok", "stack_exists", "unauthorized", "ok"])
            #expect(lines.map(\.metadata["status"]) == ["201", "409", "401", "200"])
            #expect(lines.map(\.metadata["key"]) == ["API_KEY[1]", "API_KEY[1]", "none", "API_KEY[1]"])
            #expect(lines.map(\.metadata["stack_id"]) == [id, nil, nil, id])
            #expect(lines.allSatisfy { $0.metadata["remote"] == "127.0.0.1" && $0.level == .notice })
            #expect(lines[0].metadata["user_id"] == "101" && lines[0].metadata["problem_id"] == "1001")
            #expect(!api.log.text.contains("s3cret"))
        }
    }
}
