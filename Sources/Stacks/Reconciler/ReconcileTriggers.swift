package import FoundationEssentials
import Synchronization

/// What wakes the reconciler: the period, what the watches report, and the nearest expiry; each on its own, so that work on one delays
/// none of the others.
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

    /// Something about the objects of one stack has changed for the worse.
    package func stackChanged(_ id: StackID) {
        let isNew = state.withLock { state in
            // The pass to come will see it. So nothing piles up where no pass ever comes, on a replica that does not lead.
            guard !state.isPassPending else { return false }
            state.stacks.insert(id)
            return true
        }
        if isNew { stackReported.set() }
    }

    /// Something has changed that concerns many stacks: a node left, a watch listed anew.
    package func requestFullPass() {
        state.withLock { state in
            state.isPassPending = true
            state.stacks = []
        }
        passRequested.set()
    }

    /// A stack has come to be that expires then.
    package func expiryAdded(_ date: Date) {
        if state.withLock({ $0.expiry.add(date) }) { expiryChanged.set() }
    }

    /// Whether a pass has been asked for since the last call.
    func takePass() -> Bool {
        state.withLock { state in
            defer { state.isPassPending = false }
            return state.isPassPending
        }
    }

    /// The stacks that were reported since the last call.
    func takeStacks() -> Set<StackID> {
        state.withLock { state in
            defer { state.stacks = [] }
            return state.stacks
        }
    }

    /// When the next stack expires, as far as is known.
    var nearestExpiry: Date? { state.withLock { $0.expiry.date } }

    /// To be called before the expiries are read from the store.
    func beginExpiryRead() -> Int { state.withLock { $0.expiry.beginRead() } }

    /// What was read since ``beginExpiryRead()``.
    func endExpiryRead(_ read: Int, nearest: Date?) {
        if state.withLock({ $0.expiry.endRead(read, nearest: nearest) }) { expiryChanged.set() }
    }
}

/// The nearest expiry, from what is read in the store and what is added meanwhile: a read that began before a stack came to be may not
/// know of it.
struct NearestExpiry {
    private(set) var date: Date?
    private var reads = 0
    private var lastEnded = 0
    /// By the number of reads that had begun before it was added, the nearest.
    private var additions: [Int: Date] = [:]

    /// - Returns: whether it is nearer than what was known.
    mutating func add(_ added: Date) -> Bool {
        additions[reads] = min(added, additions[reads] ?? added)
        return settle(added)
    }

    mutating func beginRead() -> Int {
        reads += 1
        return reads
    }

    /// - Returns: whether the nearest expiry is nearer than what was known.
    mutating func endRead(_ read: Int, nearest: Date?) -> Bool {
        // A later read knows more.
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
