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
    var environment: [String: String]

    func request(idempotencyKey: String?) -> CreateRequest {
        CreateRequest(
            userID: userID,
            problemID: problemID,
            targetPort: targetPort,
            podSpec: podSpec,
            idempotency: idempotencyKey.map { Idempotency(key: $0, digest: digest(key: $0)) },
            environment: environment
        )
    }

    /// The requested values without the environment, for the digest.
    var content: String { "\(userID) \(problemID) \(targetPort) \(podSpec)" }

    /// Reads and checks the body.
    /// - Throws: ``RequestError`` if the body is too large or too slow; ``StackError`` `invalid_request` with each invalid field.
    static func read(from request: Request, _ context: APIContext) async throws -> CreateBody {
        try CreateBody(json: Array(buffer: try await bytes(of: request, context)))
    }

    private static func bytes(of request: Request, _ context: APIContext) async throws -> ByteBuffer {
        let limit = StackRoutes.maximumBodySize
        if let length = request.headers[.contentLength], Int(length).map({ $0 > limit }) ?? true {
            throw RequestError.bodyTooLarge(limit: limit)
        }
        context.wantBody()
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw RequestError.bodyTooLarge(limit: limit)
        } catch let error as RequestError {
            throw error
        } catch {
            // The connection ended, or its input is not HTTP.
            throw StackError(.invalidRequest, "the body could not be read to its end: \(error)")
        }
    }

    private static let needs = "it must be one with user_id, problem_id, target_port and pod_spec"
}

extension CreateBody {
    /// - Throws: ``StackError`` `invalid_request`.
    init(json: [UInt8]) throws {
        do {
            try self.init(fields: try JSONObject(json))
        } catch JSONObject.Problem.notAnObject {
            throw StackError(.invalidRequest, "the body is not a JSON object; \(Self.needs)")
        } catch JSONObject.Problem.duplicate(let key) {
            throw StackError(.invalidRequest, "\(key.prefix(80)): stands twice in the body")
        } catch JSONObject.Problem.tooDeep {
            throw StackError(.invalidRequest, "the body is nested more than \(JSONObject.maximumDepth) levels deep; \(Self.needs)")
        } catch JSONObject.Problem.malformed(let offset) {
            throw StackError(.invalidRequest, "the body is not JSON (byte \(offset)); \(Self.needs)")
        }
    }

    /// - Throws: ``StackError`` `invalid_request`.
    private init(fields: JSONObject) throws {
        var problems: [String] = []
        func value<Value>(_ name: String, _ allowed: String, _ read: (JSONValue) -> Value?) throws -> Value? {
            guard let found = try fields.value(name) else {
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

        let userID = try value("user_id", "a positive 64-bit integer", positive)
        let problemID = try value("problem_id", "a positive 64-bit integer", positive)
        let targetPort = try value("target_port", "an integer within 1…65535") {
            $0.integer.flatMap { (1...65535).contains($0) ? Int($0) : nil }
        }
        let podSpec = try value("pod_spec", "a string with the YAML or JSON text of one Pod", \.string)
        let environment = try Self.environment(fields, &problems)
        guard problems.isEmpty, let userID, let problemID, let targetPort, let podSpec else {
            throw StackError(.invalidRequest, problems.joined(separator: "; "))
        }
        self.init(userID: userID, problemID: problemID, targetPort: targetPort, podSpec: podSpec, environment: environment)
    }
}
