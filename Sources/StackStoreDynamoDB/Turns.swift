import Stacks
import Synchronization

/// Lets one task of this process in at a time, in the order of arrival.
final class Turns: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, any Error>] = []
    }

    private let state = Mutex(State())

    /// How many tasks wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` when its turn has come.
    /// - Throws: what `body` throws. What makes the store unavailable to one would keep those behind it waiting for as long, one after
    ///   the other, so they are all told at once.
    func withTurn<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        do {
            let value = try await body()
            pass()
            return value
        } catch let error as StoreError {
            end(with: error)
            throw error
        } catch {
            pass()
            throw error
        }
    }

    private func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            state.isTaken = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.resume()
    }

    private func end(with error: StoreError) {
        let waiting = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(throwing: error) }
    }
}
