import Synchronization

/// The outcomes of the suspects of one pass, collected as the queue hands them out.
final class PassOutcomes: Sendable {
    private struct Pending {
        var ids: Set<StackID>
        var outcomes: AsyncStream<Reconciler.Outcome>.Continuation
    }

    private let pending = Mutex<Pending?>(nil)

    /// - Returns: the first outcome of each stack; ends after the last one.
    func begin(_ ids: Set<StackID>) -> AsyncStream<Reconciler.Outcome> {
        let (stream, continuation) = AsyncStream.makeStream(of: Reconciler.Outcome.self)
        pending.withLock { $0 = Pending(ids: ids, outcomes: continuation) }
        if ids.isEmpty { continuation.finish() }
        return stream
    }

    /// Reports the outcome of a stack; nil if it is not tried in this pass.
    /// - Returns: true if the pass still waited for the stack.
    @discardableResult
    func report(_ id: StackID, _ outcome: Reconciler.Outcome?) -> Bool {
        pending.withLock { pending in
            guard pending?.ids.remove(id) != nil else { return false }
            if let outcome { pending?.outcomes.yield(outcome) }
            if pending?.ids.isEmpty == true { pending?.outcomes.finish() }
            return true
        }
    }
}
