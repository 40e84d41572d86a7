package import FoundationEssentials
import Synchronization

/// The triggers of the reconciler: period, watch events and next expiry. Each has its own signal, so that work for one does not delay the
/// others.
package final class ReconcileTriggers: Sendable {
    private struct State {
        var isPassPending = false
        var stacks: Set<StackID> = []
        var expiry = NearestExpiry()
    }

    private let state = Mutex(State())
    let passRequested = Signal()
    let stackReported = Signal()
    let expiryChanged = Signal()

    package init() {}

    /// Enqueues a stack after a watch event on its objects.
    package func stackChanged(_ id: StackID) {
        let isNew = state.withLock { state in
            // The pending pass covers the stack. The set therefore stays bounded on a replica that never leads.
            guard !state.isPassPending else { return false }
            state.stacks.insert(id)
            return true
        }
        if isNew { stackReported.set() }
    }

    /// Requests a pass over all stacks, for a change that concerns many: a node left, a watch listed again.
    package func requestFullPass() {
        state.withLock { state in
            state.isPassPending = true
            state.stacks = []
        }
        passRequested.set()
    }

    /// Records the expiry of a new stack.
    package func expiryAdded(_ date: Date) {
        if state.withLock({ $0.expiry.add(date) }) { expiryChanged.set() }
    }

    /// Returns true if a pass was requested since the last call.
    func takePass() -> Bool {
        state.withLock { state in
            defer { state.isPassPending = false }
            return state.isPassPending
        }
    }

    /// Returns the stacks enqueued since the last call.
    func takeStacks() -> Set<StackID> {
        state.withLock { state in
            defer { state.stacks = [] }
            return state.stacks
        }
    }

    /// The earliest known expiry.
    var nearestExpiry: Date? { state.withLock { $0.expiry.date } }

    /// Starts a read of the expiries; called before the store is read.
    func beginExpiryRead() -> Int { state.withLock { $0.expiry.beginRead() } }

    /// Ends the read that ``beginExpiryRead()`` started, with its result.
    func endExpiryRead(_ read: Int, nearest: Date?) {
        if state.withLock({ $0.expiry.endRead(read, nearest: nearest) }) { expiryChanged.set() }
    }
}

/// The next expiry, from store reads and from stacks added during a read: a read that started earlier may lack a new stack.
struct NearestExpiry {
    private(set) var date: Date?
    private var reads = 0
    private var lastEnded = 0
    /// The earliest added expiry for each number of reads started before the addition.
    private var additions: [Int: Date] = [:]

    /// - Returns: true if `added` is earlier than the known expiry.
    mutating func add(_ added: Date) -> Bool {
        additions[reads] = min(added, additions[reads] ?? added)
        return settle(added)
    }

    mutating func beginRead() -> Int {
        reads += 1
        return reads
    }

    /// - Returns: true if the next expiry is now earlier than before.
    mutating func endRead(_ read: Int, nearest: Date?) -> Bool {
        // A later read is more recent.
        guard read > lastEnded else { return false }
        lastEnded = read
        additions = additions.filter { $0.key >= read }
        let before = date
        date = nearest
        for added in additions.values { _ = settle(added) }
        guard let date else { return false }
        return before.map { date < $0 } ?? true
    }

    private mutating func settle(_ candidate: Date) -> Bool {
        if let date, date <= candidate { return false }
        date = candidate
        return true
    }
}
