import FoundationEssentials
import NIOCore
import NIOFoundationCompat

extension KubernetesClient {
    func encode(_ body: some Encodable) throws -> ByteBuffer {
        do { return ByteBuffer(data: try JSONEncoder.kubernetes.encode(body)) } catch {
            throw KubernetesError(.request, "the request cannot be written as JSON: \(error)")
        }
    }

    func decode<T: Decodable>(_ buffer: ByteBuffer) throws -> T {
        do { return try JSONDecoder.kubernetes.decode(T.self, from: Data(buffer: buffer)) } catch let error as DecodingError {
            throw KubernetesError(.decoding, "the answer is not a \(T.self): \(error.sentence)")
        }
    }
}

extension JSONDecoder {
    static var kubernetes: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}

extension JSONEncoder {
    static var kubernetes: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}

extension DecodingError {
    /// The coding path and the defect. Never the surrounding text, which may contain a key.
    var sentence: String {
        switch self {
        case .keyNotFound(let key, let context): "\(Self.path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(Self.path(context.codingPath)) has the wrong type"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty: "\(Self.path(context.codingPath)) cannot be read"
        default: "it cannot be read"
        }
    }

    /// Returns a path such as `contexts[0].context.cluster`.
    private static func path(_ keys: [any CodingKey]) -> String {
        let path = keys.reduce(into: "") { path, key in
            path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? "" : ".") + key.stringValue
        }
        return path.isEmpty ? "it" : path
    }
}
