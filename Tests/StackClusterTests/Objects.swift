import Foundation
import KubernetesClient
import PodPolicy
import Stacks
import Testing

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

    static func record(user: Int64? = 1, podSpec: String = "", ports: [Int] = [30001]) throws -> StackRecord {
        StackRecord(
            id: try #require(StackID("stack-0000000000000001")),
            userID: user,
            problemID: user,
            owner: "owner",
            namespace: "stacks",
            podSpec: podSpec,
            ports: ports.map { PortMapping(ExposedPort(containerPort: 8080, protocol: .tcp), nodePort: $0) },
            requestedCPUMilli: 100,
            requestedMemoryBytes: 1 << 20,
            createdAt: Date(timeIntervalSince1970: 0),
            updatedAt: Date(timeIntervalSince1970: 0),
            expiresAt: Date(timeIntervalSince1970: 7200)
        )
    }

    static func node(labels: String = "{}", spec: String = "{}", status: String) throws -> Node {
        try decode(Node.self, #"{"metadata":{"name":"node-1","labels":\#(labels)},"spec":\#(spec),"status":\#(status)}"#)
    }
}
