import Synchronization

/// The requests that began removals which the reconciler may have to end, so that its log lines name them.
final class RequestOrigins: Sendable {
    private let traces = Mutex<[StackID: RequestTrace]>([:])
    /// The number of stacks at which everything is forgotten: those of removals that another replica ended are never asked for.
    private let limit: Int

    init(limit: Int = 10_000) { self.limit = limit }

    var count: Int { traces.withLock { $0.count } }

    /// Remembers the request of this task as the one that began the removal of a stack.
    func remember(_ id: StackID) {
        guard let trace = RequestTrace.current else { return }
        traces.withLock { traces in
            if traces.count >= limit { traces = [:] }
            traces[id] = trace
        }
    }

    func trace(of id: StackID) -> RequestTrace? { traces.withLock { $0[id] } }

    func forget(_ id: StackID) { traces.withLock { $0[id] = nil } }
}
