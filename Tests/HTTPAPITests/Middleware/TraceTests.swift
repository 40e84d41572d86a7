import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// The trace and the id of a request.
@Suite struct TraceTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"

    private static func headers(_ fields: [(String, String)]) throws -> HTTPFields {
        var headers = HTTPFields()
        for (name, value) in fields { headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value)) }
        return headers
    }

    @Test func `every log line of a request has its trace and its id, those of its jobs too`() async throws {
        try await withAPI { api async throws in
            let headers = try Self.headers([("traceparent", "00-\(Self.trace)-b7ad6b7169203331-01"), ("X-Request-Id", "proxy-7.a_B")])
            let created = try await api.create(headers: headers)
            #expect(created.status == 201 && created.header("X-Request-Id") == "proxy-7.a_B")
            let id = try #require(created.body["stack_id"]?.string)
            // A create that fails, and is undone.
            api.service.cluster.state.update { $0.scheduling = .never }
            #expect(try await api.create(problem: 1002, headers: headers).status == 503)
            #expect(try await api.send(.delete, "/stacks/\(id)", headers: headers).status == 200)
            #expect(try await api.get("/nowhere", headers: headers).status == 404)
            let lines = api.log.lines.value
            for message in ["request", "audit", "stack created", "create failed; undoing it", "stack deleted"] {
                #expect(lines.contains { $0.message == message }, "\(message)")
            }
            for line in lines {
                #expect(line.metadata["trace_id"] == Self.trace, "\(line)")
                #expect(line.metadata["hb.request.id"] == "proxy-7.a_B", "\(line)")
            }
        }
    }

    @Test func `a request without a valid trace begins one of its own`() async throws {
        try await withAPI { api async throws in
            for value in [nil, "", "00-\(Self.trace)-b7ad6b7169203331", "ff-\(Self.trace)-b7ad6b7169203331-01"] {
                _ = try await api.get("/stacks", headers: try Self.headers(value.map { [("traceparent", $0)] } ?? []))
            }
            let valid = ("traceparent", "00-\(Self.trace)-b7ad6b7169203331-01")
            _ = try await api.get("/stacks", headers: try Self.headers([valid, valid]))
            let traces = api.log.requests.compactMap { $0.metadata["trace_id"] }
            #expect(traces.count == 5 && Set(traces).count == 5 && !traces.contains(Self.trace))
            #expect(traces.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil })
        }
    }

    @Test(
        arguments: [
            (["abc"], "abc"), (["A-z_0.9"], "A-z_0.9"), ([String(repeating: "x", count: 64)], String(repeating: "x", count: 64)),
            ([], nil), ([""], nil), (["a b"], nil), (["a\"b"], nil), (["ä"], nil), ([String(repeating: "x", count: 65)], nil),
            (["a", "b"], nil),
        ] as [([String], String?)]
    )
    func `the id of a request is the proxy's if it is one harmless word`(values: [String], id: String?) throws {
        #expect(TraceMiddleware.requestID(try Self.headers(values.map { ("X-Request-Id", $0) })) == id)
    }

    @Test func `the span of a request is not its parent's`() throws {
        let headers = try Self.headers([("traceparent", "00-\(Self.trace)-b7ad6b7169203331-01")])
        let context = TraceMiddleware.traceContext(headers)
        #expect(context.traceID == Self.trace && context.spanID != "b7ad6b7169203331" && context.isSampled)
    }
}
