import Synchronization

/// The changes of stacks inside this process. Store writes and watch events publish the id of a stack: that wakes the requests that wait
/// for the stack, and tells the ``StackFollower`` what to read for the audience. Nothing is kept for a stack in which nobody takes interest.
package final class StackChanges: Sendable {
    /// The one that listens to all changes.
    ///
    /// No tuple: Swift 6.3.1 crashes in a release build on one with a closure in it.
    struct Audience: Sendable {
        var id: Int
        var receive: @Sendable (FeedUpdate) -> Void
    }

    private struct State {
        var waits: [StackID: [Int: StackWait]] = [:]
        var audience: Audience?
        /// Stacks to read for the audience.
        var changed: Set<StackID> = []
        /// True if any stack may have changed.
        var isAllChanged = false
        var lastTicket = 0
    }

    /// The number of changed stacks up to which each is read by itself; beyond it, all are read.
    private static let maximumChanged = 32

    private let state = Mutex(State())
    /// Set when the follower has something to do.
    let work = Signal()

    package init() {}

    /// Reports that a stack may have changed. To be called after the change.
    package func publish(_ id: StackID) {
        let (waits, isWork) = state.withLock { state -> ([StackWait], Bool) in
            let waits = state.waits[id].map { Array($0.values) } ?? []
            guard state.audience != nil, !state.isAllChanged else { return (waits, false) }
            let isNew = state.changed.insert(id).inserted
            if state.changed.count > Self.maximumChanged {
                state.isAllChanged = true
                state.changed = []
            }
            return (waits, isNew)
        }
        for wait in waits { wait.wake() }
        if isWork { work.set() }
    }

    /// Reports that many stacks may have changed: a node changed, or a watch listed again.
    package func publishAll() {
        let isWork = state.withLock { state in
            guard state.audience != nil || !state.waits.isEmpty else { return false }
            state.isAllChanged = true
            state.changed = []
            return true
        }
        if isWork { work.set() }
    }

    /// The number of requests that wait for a change.
    package var waitCount: Int { state.withLock { $0.waits.values.reduce(0) { $0 + $1.count } } }

    /// True while somebody listens to all changes.
    package var hasAudience: Bool { state.withLock { $0.audience != nil } }

    // MARK: Waits

    /// Wakes `wait` from now on when the stack changes.
    /// - Returns: a ticket for ``end(_:of:)``.
    func begin(_ wait: StackWait, for id: StackID) -> Int {
        let (ticket, isFirst) = state.withLock { state in
            let isFirst = state.waits.isEmpty
            state.lastTicket += 1
            state.waits[id, default: [:]][state.lastTicket] = wait
            return (state.lastTicket, isFirst)
        }
        if isFirst { work.set() }
        return ticket
    }

    func end(_ ticket: Int, of id: StackID) {
        state.withLock { state in
            state.waits[id]?[ticket] = nil
            if state.waits[id]?.isEmpty == true { state.waits[id] = nil }
        }
    }

    /// Wakes those who wait for the stack and have seen it otherwise.
    func offer(_ stack: Stack?, of id: StackID) {
        let waits = state.withLock { $0.waits[id].map { Array($0.values) } ?? [] }
        for wait in waits where wait.differs(from: stack) { wait.wake() }
    }

    // MARK: Audience

    /// Sends every change of any stack to `receive` from now on, beginning with a snapshot of all stacks. Replaces the previous audience.
    package func attach(_ receive: @escaping @Sendable (FeedUpdate) -> Void) {
        state.withLock { state in
            state.lastTicket += 1
            state.audience = Audience(id: state.lastTicket, receive: receive)
            state.isAllChanged = true
            state.changed = []
        }
        work.set()
    }

    /// Ends what ``attach(_:)`` began.
    package func detach() {
        state.withLock { state in
            state.audience = nil
            state.changed = []
        }
    }

    // MARK: Follower

    /// The follower's task, and the listeners for whom it is done.
    struct Work {
        var audience: Audience?
        var waited: Set<StackID>
        var changed: Set<StackID>
        var isAllChanged: Bool

        var isIdle: Bool { audience == nil && waited.isEmpty }
    }

    /// Returns the work since the last call.
    func takeWork() -> Work {
        state.withLock { state in
            defer {
                state.changed = []
                state.isAllChanged = false
            }
            let waited = Set(state.waits.keys)
            return Work(audience: state.audience, waited: waited, changed: state.changed, isAllChanged: state.isAllChanged)
        }
    }
}

/// A message of the ``StackFollower`` to the audience.
package enum FeedUpdate: Sendable, Equatable {
    /// All stacks, oldest first.
    case snapshot([Stack])
    /// A stack as it is now.
    case stack(Stack)
    /// A stack that is shown no more.
    case removed(StackID)
    /// The stacks could not be read; the follower tries again.
    case failed(StackError)
}
