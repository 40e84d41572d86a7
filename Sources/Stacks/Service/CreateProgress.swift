import Synchronization

/// The progress of one create, between the job that carries it out and the request that waits for it.
package final class CreateProgress: Sendable {
    private struct State {
        /// The reservation, with its last ports.
        var record: StackRecord?
        var result: Result<CreateOutcome, any Error>?
        /// True once the request has been answered with the reservation: what fails from then on is recorded.
        var isAnswered = false
        var isUndoing = false
        var isHurried = false
        var isAbandoned = false
        var hasBegun = false
        var wait: StackWait?
    }

    private let state = Mutex(State())
    /// Wakes the request.
    private let progressed = Signal()
    /// Wakes the job.
    private let abandoned = Signal()

    package init() {}

    // MARK: Request

    /// Lets the request be answered as soon as there is a stack to show.
    package func hurry() {
        let wait = state.withLock { state in
            state.isHurried = true
            return state.wait
        }
        wait?.end()
        progressed.set()
    }

    /// Ends the create because nobody will learn the stack's id: what there is of it is undone.
    /// - Returns: the stack, if the create had ended with success.
    func abandon() -> StackID? {
        let made = state.withLock { state -> StackID? in
            guard !state.isAbandoned else { return nil }
            state.isAbandoned = true
            guard case .success(let outcome) = state.result else { return nil }
            return outcome.stack.record.id
        }
        abandoned.set()
        return made
    }

    enum Answer {
        case ended(Result<CreateOutcome, any Error>)
        /// The create goes on; this is its reservation.
        case reserved(StackRecord)
    }

    /// Waits until the create has ended or, once the request is hurried, until there is a reservation.
    /// - Throws: `CancellationError`.
    func answer() async throws -> Answer {
        while true {
            let answer = state.withLock { state -> Answer? in
                if let result = state.result { return .ended(state.isAbandoned ? .failure(StackError.clientClosed) : result) }
                guard state.isHurried, !state.isUndoing, !state.isAbandoned, let record = state.record else { return nil }
                state.isAnswered = true
                return .reserved(record)
            }
            if let answer { return answer }
            await progressed.wait()
            try Task.checkCancellation()
        }
    }

    /// Lets ``hurry()`` end this wait too.
    func set(_ wait: StackWait) {
        let isHurried = state.withLock { state in
            state.wait = wait
            return state.isHurried
        }
        if isHurried { wait.end() }
    }

    // MARK: Job

    /// True once the job runs, which counts the outcome of the create.
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    func begin() { state.withLock { $0.hasBegun = true } }

    var isHurried: Bool { state.withLock { $0.isHurried } }

    func reserved(_ record: StackRecord) {
        state.withLock { $0.record = record }
        progressed.set()
    }

    /// Begins to undo a create that has failed.
    /// - Returns: true if the failure has to be recorded, since the caller has been shown the stack.
    func beginUndo() -> Bool {
        state.withLock { state in
            state.isUndoing = true
            return state.isAnswered && !state.isAbandoned
        }
    }

    /// Records the end of the create.
    /// - Returns: false if the create was abandoned, and then its stack has to be removed.
    func end(_ result: Result<CreateOutcome, any Error>) -> Bool {
        let isWanted = state.withLock { state in
            state.result = result
            return !state.isAbandoned
        }
        progressed.set()
        return isWanted
    }

    /// Runs `body` and cancels it when the create is abandoned.
    /// - Throws: ``StackError`` `client_closed_request` if it was abandoned, also when `body` has succeeded.
    func unlessAbandoned<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask { [abandoned] in
                await abandoned.wait()
                return nil
            }
            defer { group.cancelAll() }
            let value = try await group.next() ?? nil
            group.cancelAll()
            guard let value, !state.withLock({ $0.isAbandoned }) else {
                // The objects must not change any more when they are undone.
                while await group.nextResult() != nil {}
                throw StackError.clientClosed
            }
            return value
        }
    }
}

/// The time at which the caller of a create wants its answer.
package struct CreatePreference: Sendable, Equatable {
    /// Answer with 202 before the work is done.
    package var isAsync: Bool
    /// The time to wait for the stack to be ready, instead of for its node.
    package var wait: Duration?

    /// Answer when the stack has a node.
    package static let none = CreatePreference()

    package init(isAsync: Bool = false, wait: Duration? = nil) {
        self.isAsync = isAsync
        self.wait = wait.map { min($0, StackWait.longestTime) }
    }
}
