import Synchronization

/// The wait of one request for a change of a stack. It costs a continuation: whoever changes the stack wakes it.
package final class StackWait: Sendable {
    package enum Goal: Sendable, Equatable {
        /// Another status, readiness, port or end of life than at the begin of the wait.
        case change
        /// The stack is ready, or can't become so any more.
        case ready
    }

    private struct State {
        var seen: Stack?
        var isOver = false
    }

    /// The maximum time that a caller may wait.
    package static let longestTime: Duration = .seconds(60)

    package let goal: Goal
    package let time: Duration
    private let state = Mutex(State())
    private let signal = Signal()

    package init(_ goal: Goal, atMost time: Duration) {
        self.goal = goal
        self.time = min(time, Self.longestTime)
    }

    /// Ends the wait: the request is answered with the stack as it is then.
    package func end() {
        state.withLock { $0.isOver = true }
        signal.set()
    }

    func wake() { signal.set() }

    var isOver: Bool { state.withLock { $0.isOver } }

    func woken() async { await signal.wait() }

    func saw(_ stack: Stack) { state.withLock { $0.seen = stack } }

    /// Returns true if the request has to look at the stack again. It has while it reads the stack for the first time: the other may be newer.
    func differs(from stack: Stack?) -> Bool {
        guard let seen = state.withLock({ $0.seen }), let stack else { return true }
        return Aspects(seen) != Aspects(stack)
    }

    /// Returns true if the stack is what the request waits for.
    func isReached(from first: Stack, to current: Stack) -> Bool {
        switch goal {
        case .change: Aspects(first) != Aspects(current)
        case .ready: current.isReady || !current.status.isActive
        }
    }

    /// The parts of a stack whose change ends a wait.
    private struct Aspects: Equatable {
        var status: StackStatus
        var isReady: Bool
        var ports: [Int]
        var expiresAt: Int64

        init(_ stack: Stack) {
            status = stack.status
            isReady = stack.isReady
            ports = stack.record.nodePorts
            expiresAt = stack.record.expiresAt.microseconds
        }
    }
}
