import FoundationEssentials
import HTTPTypes
import Hummingbird
import Synchronization

/// The creates that this process answered in the last hour, by minute.
final class CreateHistory: Sendable {
    struct Minute: Sendable, Equatable {
        /// The begin of the minute.
        var time: Date
        var created = 0
        var errors: [String: Int] = [:]
    }

    private static let length: Int64 = 60

    /// Names this run of the process: who reads the histories of several replicas adds them up.
    let instance = UUID().uuidString
    private let now: @Sendable () -> Date
    private let state = Mutex<[Int64: Minute]>([:])

    init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    /// Adds the outcome of a create.
    /// - Parameter code: the error code; nil if the create succeeded.
    func add(code: String?) {
        let present = present
        state.withLock { minutes in
            minutes = minutes.filter { Self.isRecent($0.key, at: present) }
            var minute = minutes[present] ?? Minute(time: Date(timeIntervalSince1970: TimeInterval(present) * 60))
            if let code { minute.errors[code, default: 0] += 1 } else { minute.created += 1 }
            minutes[present] = minute
        }
    }

    /// The minutes of the last hour in which something was created or refused, oldest first.
    var minutes: [Minute] {
        let present = present
        return state.withLock { minutes in
            minutes.filter { Self.isRecent($0.key, at: present) }.values.sorted { $0.time < $1.time }
        }
    }

    private var present: Int64 { Int64(now().timeIntervalSince1970 / 60) }

    /// A minute to come is none: the clock was set back.
    private static func isRecent(_ minute: Int64, at present: Int64) -> Bool { minute <= present && minute > present - length }
}

/// Adds each create to the history. The errors of routes have become responses here.
struct CreateHistoryMiddleware: RouterMiddleware {
    let history: CreateHistory

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        // Without the key nobody has created anything; it is no news of the stacks.
        if request.method == .post, request.uri.path == "/stacks", response.status != .unauthorized {
            history.add(code: context.audit.code)
        }
        return response
    }
}
