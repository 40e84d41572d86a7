import Crypto
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOFoundationCompat
import PodPolicy
import Stacks

/// The body of `POST /stacks`.
struct CreateBody {
    var userID: Int64?
    var problemID: Int64?
    var target: TargetPorts
    var podSpec: String
    var environment: [String: String]
    var egress: Egress?

    func request(idempotencyKey: String?) -> CreateRequest {
        CreateRequest(
            userID: userID,
            problemID: problemID,
            targetPorts: target.ports,
            isPortArray: target.isArray,
            podSpec: podSpec,
            environment: environment,
            egress: egress,
            idempotency: idempotencyKey.map { Idempotency(key: $0, digest: digest) }
        )
    }

    /// A digest of the requested values, independent of the JSON notation. That of an integer port with an owner is the same as in earlier
    /// versions, so that a retry across an upgrade finds its stack.
    private var digest: String {
        let owner = [userID, problemID].map { $0.map { "\($0)" } ?? "-" }
        let variables = environment.sorted { $0.key < $1.key }.map { "env=\($0.key):\($0.value.utf8.count):\($0.value)" }
        let words = variables + (egress.map { ["egress=\($0.rawValue)"] } ?? []) + owner + [target.notation, podSpec]
        let content = Data(words.joined(separator: " ").utf8)
        return SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Reads and checks the body.
    /// - Throws: ``RequestError`` if the body is too large or too slow; ``StackError`` `invalid_request` with each invalid field.
    static func read(from request: Request, _ context: APIContext, requireOwner: Bool) async throws -> CreateBody {
        try CreateBody(json: Array(buffer: try await bytes(of: request, context)), requireOwner: requireOwner)
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
    /// - Parameter requireOwner: false allows a body without `user_id` and `problem_id`.
    /// - Throws: ``StackError`` `invalid_request`.
    init(json: [UInt8], requireOwner: Bool = true) throws {
        do {
            try self.init(fields: try JSONObject(json), requireOwner: requireOwner)
        } catch JSONObject.Problem.notAnObject {
            throw StackError(.invalidRequest, "the body is not a JSON object; \(Self.needs)")
        } catch JSONObject.Problem.duplicate(let key) {
            throw StackError(.invalidRequest, "\(key.prefix(80)): occurs twice in the body")
        } catch JSONObject.Problem.tooDeep {
            throw StackError(.invalidRequest, "the body is nested more than \(JSONObject.maximumDepth) levels deep; \(Self.needs)")
        } catch JSONObject.Problem.malformed(let offset) {
            throw StackError(.invalidRequest, "the body is not JSON (byte \(offset)); \(Self.needs)")
        }
    }

    /// - Throws: ``StackError`` `invalid_request`.
    private init(fields: JSONObject, requireOwner: Bool) throws {
        var reader = FieldReader(fields)
        let isOwnerless = try !requireOwner && reader.isAbsent("user_id") && reader.isAbsent("problem_id")
        let userID = try isOwnerless ? nil : reader.positiveInteger("user_id")
        let problemID = try isOwnerless ? nil : reader.positiveInteger("problem_id")
        let target = try TargetPorts(&reader)
        let podSpec = try reader.value("pod_spec", "a string with the YAML or JSON text of one Pod", \.string)
        let environment = try EnvironmentField.read(&reader)
        let names = Egress.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        let egress = try reader.optional("egress", names) { $0.string.flatMap { Egress(rawValue: $0) } }
        guard let target, let podSpec, let environment, reader.problems.isEmpty else {
            throw StackError(.invalidRequest, reader.problems.joined(separator: "; "))
        }
        self.init(
            userID: userID,
            problemID: problemID,
            target: target,
            podSpec: podSpec,
            environment: environment,
            egress: egress
        )
    }
}
