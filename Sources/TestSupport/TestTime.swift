package import FoundationEssentials
import Stacks

/// A wall clock that stands still until a test advances it. Sleeps end when it reaches their end.
package final class TestTime: Sendable {
    private struct State {
        var now: Date
        var sleepers: [Int: Date] = [:]
        var lastSleeper = 0
    }

    private let state: Observed<State>

    package init(_ start: Date = Date(microseconds: 1_750_000_000_123_456)) {
        state = Observed(State(now: start))
    }

    package var now: Date { state.value.now }

    package func advance(by duration: Duration) {
        state.update { $0.now += duration.seconds }
    }

    package func advance(to date: Date) {
        state.update { $0.now = date }
    }

    /// Returns once the clock was advanced so far.
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func sleep(for duration: Duration) async throws {
        let (ticket, end) = state.update { state in
            state.lastSleeper += 1
            let end = state.now + duration.seconds
            state.sleepers[state.lastSleeper] = end
            return (state.lastSleeper, end)
        }
        defer { state.update { $0.sleepers[ticket] = nil } }
        try await state.wait { $0.now >= end }
    }

    /// Returns once somebody sleeps until that moment, to the millisecond.
    package func waitForSleeper(until date: Date) async throws {
        try await state.wait { $0.sleepers.values.contains { abs($0.timeIntervalSince(date)) < 0.002 } }
    }

    /// How many sleeps have begun.
    package var sleepCount: Int { state.value.lastSleeper }
}

extension Duration {
    fileprivate var seconds: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
