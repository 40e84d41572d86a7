import Crypto
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOFoundationCompat
import Stacks

/// The body of `POST /stacks`.
struct CreateBody: Decodable {
    var userID: Int64
    var problemID: Int64
    var targetPort: Int
    var podSpec: String

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case problemID = "problem_id"
        case targetPort = "target_port"
        case podSpec = "pod_spec"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        userID = try Self.integer(.userID, in: container)
        problemID = try Self.integer(.problemID, in: container)
        targetPort = try Self.integer(.targetPort, in: container)
        podSpec = try container.decode(String.self, forKey: .podSpec)
    }

    /// The decoder has no path for a number that fits no integer.
    private static func integer<Value: Decodable>(_ key: CodingKeys, in container: KeyedDecodingContainer<CodingKeys>) throws -> Value {
        do { return try container.decode(Value.self, forKey: key) } catch let error as DecodingError { throw error } catch {
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "\(error)")
        }
    }

    func request(idempotencyKey: String?) -> CreateRequest {
        CreateRequest(
            userID: userID,
            problemID: problemID,
            targetPort: targetPort,
            podSpec: podSpec,
            idempotency: idempotencyKey.map { Idempotency(key: $0, digest: digest) }
        )
    }

    /// Of what is asked for, not of how the JSON is written.
    private var digest: String {
        let content = Data("\(userID) \(problemID) \(targetPort) \(podSpec)".utf8)
        return SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// - Throws: ``RequestError`` `bodyTooLarge`; ``StackError`` `invalid_request` naming the field.
    static func read(from request: Request) async throws -> CreateBody {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: StackRoutes.maximumBodySize)
        } catch is NIOTooManyBytesError {
            throw RequestError.bodyTooLarge(limit: StackRoutes.maximumBodySize)
        }
        do {
            return try JSONDecoder().decode(CreateBody.self, from: Data(buffer: buffer))
        } catch let error as DecodingError {
            throw StackError(.invalidRequest, Self.sentence(for: error))
        }
    }

    private static func sentence(for error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _):
            "\(key.stringValue): is missing; the body needs user_id, problem_id, target_port and pod_spec"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty:
            "the body is not a JSON object"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(path(context)): must be \(expected(context))"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "the body is not JSON"
        case .dataCorrupted(let context):
            "\(path(context)): must be \(expected(context))"
        @unknown default:
            "the body cannot be read"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
    }

    private static func expected(_ context: DecodingError.Context) -> String {
        switch context.codingPath.first?.stringValue {
        case CodingKeys.podSpec.rawValue: "a string with the YAML or JSON text of one Pod"
        case CodingKeys.targetPort.rawValue: "a number within 1…65535"
        default: "a positive 64-bit integer"
        }
    }
}
