import Foundation
import KubernetesClient

/// Objects as the API server sends them, written as JSON.
enum Objects {
    static func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(text.utf8))
    }

    /// A Pod of the namespace `stacks`.
    static func pod(_ name: String = "p", spec: String, status: String = "{}", metadata: String = "") throws -> Pod {
        try decode(Pod.self, #"{"metadata":{"name":"\#(name)","namespace":"stacks"\#(metadata)},"spec":\#(spec),"status":\#(status)}"#)
    }

    static func node(labels: String = "{}", spec: String = "{}", status: String) throws -> Node {
        try decode(Node.self, #"{"metadata":{"name":"node-1","labels":\#(labels)},"spec":\#(spec),"status":\#(status)}"#)
    }
}
