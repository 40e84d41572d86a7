import FoundationEssentials
import HTTPTypes
import Stacks
import TestSupport
import Testing

@testable import HTTPAPI

@Suite struct OpenAPIDocumentTests {
    private static func path(_ template: String) -> String {
        template.replacing("{stack_id}", with: "stack-0123456789abcdef").replacing("{user_id}", with: "1")
    }

    @Test func `every route is in the document, and the document has no other`() async throws {
        try await withAPI { api async throws in
            for template in api.document.paths {
                for method in HTTPRequest.Method.parsed {
                    // A GET of the stream does not end; HEAD has the same row.
                    let isAllowed = try await api.send(method == .get ? .head : method, Self.path(template)).status != 405
                    #expect(isAllowed == (api.document.responses(method, template) != nil), "\(method) \(template)")
                }
            }
            // The dashboard is a page of the service's own, and no part of the API.
            #expect(Set(api.paths.filter { !$0.hasPrefix("/dashboard") }) == Set(api.document.paths))
        }
    }

    @Test func `each operation and each component has a name of its own, and each reference leads somewhere`() async throws {
        try await withAPI { api async throws in
            let document = api.document.document
            let operations = document["paths"]?.fields.flatMap(\.value.fields) ?? []
            let rows = api.operations.map { "\($0.method) \($0.path)" }
            #expect(Set(rows).count == rows.count)
            let ids = operations.compactMap { $0.value["operationId"]?.string }
            #expect(ids.count == operations.count && Set(ids).count == ids.count)
            let names = (document["components"]?.fields ?? []).flatMap { kind in
                kind.value.fields.map { "#/components/\(kind.name)/\($0.name)" }
            }
            #expect(Set(names).count == names.count)
            let references = Self.references(document)
            #expect(references.subtracting(names) == [])
            #expect(
                Set(names.filter { !$0.contains("securitySchemes") }).subtracting(references) == [],
                "components that nothing refers to"
            )
        }
    }

    private static func references(_ json: OrderedJSON) -> Set<String> {
        let inner = (json.elements + json.fields.map(\.value)).map(references)
        return inner.reduce(into: json["$ref"]?.string.map { [$0] } ?? []) { $0.formUnion($1) }
    }

    @Test func `every error code that a route can answer with is in the document, with its status`() async throws {
        try await withAPI { api async throws in
            let errors = api.operations.flatMap(\.errors)
            var wanted = (StackError.Code.allCases.map(ErrorCode.service) + RequestError.Code.allCases.map(ErrorCode.request))
            // One is seen in logs only; the others belong to no operation.
            wanted.removeAll { [.service(.clientClosedRequest), .request(.routeNotFound), .request(.methodNotAllowed)].contains($0) }
            for code in wanted {
                let statuses = Set(errors.filter { $0.codes.contains(code.text) }.map(\.status))
                #expect(statuses == [code.status], "\(code)")
            }
            #expect(Set(errors.flatMap(\.codes)) == Set(wanted.map(\.text)))
        }
    }

    @Test func `the document is JSON of OpenAPI 3.1, and is served as it is`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.get("/openapi.json")
            #expect(answer.status == 200 && answer.text == api.document.document.text)
            #expect(answer.header("Content-Type") == "application/json; charset=utf-8")
            #expect(answer.body["openapi"] == "3.1.0" && answer.body["info"]?["version"] == "1.2.3")
            #expect(answer.body["servers"] == [["url": "."]], "relative to the document, behind any prefix")
        }
    }

    @Test(arguments: ["/openapi.json", "/docs"])
    func `a client that has the description gets 304`(path: String) async throws {
        try await withAPI { api async throws in
            let first = try await api.get(path)
            let tag = try #require(first.header("ETag"))
            #expect(first.header("Cache-Control") == "no-cache" && first.header("Content-Encoding") == nil)
            for tags in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                let answer = try await api.get(path, headers: [.ifNoneMatch: tags])
                #expect(answer.status == 304 && answer.text.isEmpty && answer.header("ETag") == tag, "\(tags)")
            }
            for tags in ["\"x\"", "", "W/\"x\""] { #expect(try await api.get(path, headers: [.ifNoneMatch: tags]).status == 200) }
            let head = try await api.send(.head, path)
            #expect(head.status == 200 && head.text.isEmpty && head.header("Content-Length") == first.header("Content-Length"))
        }
    }

    @Test(arguments: [true, false])
    func `ids are required as far as the service requires them`(requireOwner: Bool) async throws {
        var options = APIBench.Options()
        options.service.settings.requireOwner = requireOwner
        try await withAPI(options) { api async throws in
            let required = api.document.components["CreateRequest"]?["required"]?.elements.compactMap(\.string) ?? []
            #expect(required == (requireOwner ? ["user_id", "problem_id"] : []) + ["target_port", "pod_spec"])
        }
    }

    @Test func `the service accepts the example of a create`() async throws {
        try await withAPI { api async throws in
            let example = try #require(api.document.components["CreateRequest"]?["examples"]?.elements.first)
            #expect(try await api.post(example.text).status == 201)
        }
    }

    @Test(arguments: [("a\"b\\c", #""a\"b\\c""#), ("line\nend\u{1}\u{1F}", #""line\nend\u0001\u001f""#), ("…🦊", "\"…🦊\"")])
    func `texts are escaped`(text: String, json: String) throws {
        #expect(OrderedJSON.string(text).text == json)
        #expect(try JSONDecoder().decode(JSON.self, from: Data(json.utf8)) == .string(text))
    }
}
