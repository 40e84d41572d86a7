package import FoundationEssentials
import Stacks
import TestBasics

/// A wall clock and a monotonic one that stand still until a test advances them. Sleeps end when the monotonic one reaches their end.
package final class TestTime: Sendable {
    private struct State {
        var now: Date
        var elapsed: Duration = .zero
        var sleepers: [Int: Duration] = [:]
        var lastSleeper = 0
    }

    private let state: Observed<State>
    private let start = ContinuousClock.now

    package init(_ start: Date = Date(microseconds: 1_750_000_000_123_456)) {
        state = Observed(State(now: start))
    }

    /// What the wall clock shows.
    package var now: Date { state.value.now }
    /// What the monotonic clock shows.
    package var instant: ContinuousClock.Instant { start + state.value.elapsed }

    package func advance(by duration: Duration) {
        state.update { state in
            state.now += duration.seconds
            state.elapsed += duration
        }
    }

    package func advance(to date: Date) {
        state.update { state in
            state.elapsed += .seconds(date.timeIntervalSince(state.now))
            state.now = date
        }
    }

    /// Somebody sets the wall clock; no time passes.
    package func jump(by duration: Duration) {
        state.update { $0.now += duration.seconds }
    }

    /// Returns once the clock was advanced so far.
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func sleep(for duration: Duration) async throws {
        let (ticket, end) = state.update { state in
            state.lastSleeper += 1
            let end = state.elapsed + duration
            state.sleepers[state.lastSleeper] = end
            return (state.lastSleeper, end)
        }
        defer { state.update { $0.sleepers[ticket] = nil } }
        try await state.wait { $0.elapsed >= end }
    }

    /// Returns once somebody sleeps until the wall clock shows that moment, to the millisecond.
    package func waitForSleeper(until date: Date) async throws {
        try await state.wait { state in
            state.sleepers.values.contains { abs((state.now + ($0 - state.elapsed).seconds).timeIntervalSince(date)) < 0.002 }
        }
    }

    /// How many sleeps have begun.
    package var sleepCount: Int { state.value.lastSleeper }
}

extension Duration {
    fileprivate var seconds: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
