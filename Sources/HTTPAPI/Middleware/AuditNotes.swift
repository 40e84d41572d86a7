import Synchronization

/// What the parts of a request's handling know about it, for its log lines.
final class AuditNotes: Sendable {
    private struct State {
        var key: String?
        var code: String?
        var userID: Int64?
        var problemID: Int64?
    }

    private let state = Mutex(State())

    /// The name of the API key; nil if none was needed.
    var key: String? {
        get { state.withLock { $0.key } }
        set { state.withLock { $0.key = newValue } }
    }

    /// The error code of the response; nil if the request succeeded.
    var code: String? {
        get { state.withLock { $0.code } }
        set { state.withLock { $0.code = newValue } }
    }

    /// The user of a create.
    var userID: Int64? {
        get { state.withLock { $0.userID } }
        set { state.withLock { $0.userID = newValue } }
    }

    /// The problem of a create.
    var problemID: Int64? {
        get { state.withLock { $0.problemID } }
        set { state.withLock { $0.problemID = newValue } }
    }
}
