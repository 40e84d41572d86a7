import Crypto
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOFoundationCompat
import Stacks

/// The body of `POST /stacks`.
struct CreateBody {
    var userID: Int64
    var problemID: Int64
    var targetPort: Int
    var podSpec: String

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

    /// - Throws: ``RequestError`` `bodyTooLarge`; ``StackError`` `invalid_request` naming each field that is wrong.
    static func read(from request: Request) async throws -> CreateBody {
        let buffer = try await bytes(of: request)
        do {
            return try CreateBody(fields: try JSONDecoder().decode([String: JSONValue].self, from: Data(buffer: buffer)))
        } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
            throw StackError(.invalidRequest, "the body is not a JSON object; \(needs)")
        } catch is DecodingError {
            throw StackError(.invalidRequest, "the body is not JSON, or is nested too deeply; \(needs)")
        }
    }

    private static func bytes(of request: Request) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: StackRoutes.maximumBodySize)
        } catch is NIOTooManyBytesError {
            throw RequestError.bodyTooLarge(limit: StackRoutes.maximumBodySize)
        } catch {
            // The connection ended, or what came on it is not HTTP.
            throw StackError(.invalidRequest, "the body could not be read to its end: \(error)")
        }
    }

    private static let needs = "it must be one with user_id, problem_id, target_port and pod_spec"
}

extension CreateBody {
    /// - Throws: ``StackError`` `invalid_request`.
    private init(fields: [String: JSONValue]) throws {
        var problems: [String] = []
        func value<Value>(_ name: String, _ allowed: String, _ read: (JSONValue) -> Value?) -> Value? {
            guard let found = fields[name] else {
                problems.append("\(name): is missing; must be \(allowed)")
                return nil
            }
            guard let value = read(found) else {
                problems.append("\(name): is \(found.found); must be \(allowed)")
                return nil
            }
            return value
        }
        func positive(_ value: JSONValue) -> Int64? { value.integer.flatMap { $0 > 0 ? $0 : nil } }

        let userID = value("user_id", "a positive 64-bit integer", positive)
        let problemID = value("problem_id", "a positive 64-bit integer", positive)
        let targetPort = value("target_port", "an integer within 1…65535") {
            $0.integer.flatMap { (1...65535).contains($0) ? Int($0) : nil }
        }
        let podSpec = value("pod_spec", "a string with the YAML or JSON text of one Pod", \.string)
        guard let userID, let problemID, let targetPort, let podSpec else {
            throw StackError(.invalidRequest, problems.joined(separator: "; "))
        }
        self.init(userID: userID, problemID: problemID, targetPort: targetPort, podSpec: podSpec)
    }
}
