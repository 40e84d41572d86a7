import HTTPTypes

@testable import HTTPAPI

/// Holds answers to the document: its statuses, headers and bodies.
struct DocumentCheck: Sendable {
    let document: OrderedJSON
    let components: [String: OrderedJSON]

    /// Headers that belong to HTTP, whatever the API.
    private static let framing: Set<String> = ["content-type", "content-length", "transfer-encoding", "connection", "date", "server"]

    init(_ document: OpenAPIDocument) {
        self.document = document.json
        components = Dictionary(document.components.map { ($0.name, $0.schema.json) }) { first, _ in first }
    }

    var paths: [String] { document["paths"]?.fields.map(\.name) ?? [] }

    /// Returns the responses of an operation; nil if the document has no such operation.
    func responses(_ method: HTTPRequest.Method, _ path: String) -> OrderedJSON? {
        let method = method == .head ? HTTPRequest.Method.get : method
        let segments = Self.segments(path)
        let matches = paths.filter { template in
            let wanted = Self.segments(template)
            return wanted.count == segments.count && zip(wanted, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") && !$1.isEmpty }
        }
        guard let template = matches.first(where: { !$0.contains("{") }) ?? matches.first else { return nil }
        return document["paths"]?[template]?[method.rawValue.lowercased()]?["responses"]
    }

    private static func segments(_ path: String) -> [Substring] {
        path.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// Returns what an answer has that the document does not tell, and the other way round. An unknown path has no description.
    func problems(of answer: Answer, to method: HTTPRequest.Method, _ path: String) throws -> [String] {
        guard let responses = responses(method, path) else { return [] }
        guard let found = responses["\(answer.status)"] else { return ["the document has no \(answer.status) of \(method) \(path)"] }
        let response = found["$ref"]?.string.flatMap { reference in
            document["components"]?["responses"]?[String(reference.split(separator: "/").last ?? "")]
        }
        return try headerProblems(answer, response ?? found)
            + (method == .head ? [] : bodyProblems(answer, response ?? found))
    }

    private func headerProblems(_ answer: Answer, _ response: OrderedJSON) -> [String] {
        let described = response["headers"]?.fields ?? []
        let names = Set(described.map { $0.name.lowercased() })
        let unknown = answer.headers.map(\.name.canonicalName).filter { !Self.framing.contains($0) && !names.contains($0) }
        let missing = described.filter { $0.value["required"] == true && answer.header($0.name) == nil }.map(\.name)
        return unknown.map { "header \($0) is not in the document" } + missing.map { "header \($0) is missing" }
    }

    private func bodyProblems(_ answer: Answer, _ response: OrderedJSON) throws -> [String] {
        guard let contents = response["content"] else { return answer.text.isEmpty ? [] : ["the document has no body"] }
        let type = answer.header("Content-Type")?.prefix { $0 != ";" } ?? ""
        guard let schema = contents[String(type)]?["schema"] else { return ["the document has no content of type \(type)"] }
        guard type == "application/json" else { return [] }
        return try SchemaCheck(components: components, isStrict: true).problems(of: answer.body, schema)
    }
}
