import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

@Suite struct ContentionTests {
    private struct Failed: Error {}

    @Test func `pauses double from 20 ms to a second, and are jittered over their whole length`() {
        let contention = Contention()
        let longest = (1...8).map { contention.delay(afterFailures: $0, random: 1) }
        #expect(longest == [20, 40, 80, 160, 320, 640, 1000, 1000].map { .milliseconds($0) })
        #expect(contention.delay(afterFailures: 5, random: 0) == .zero)
        #expect(contention.delay(afterFailures: 5, random: 0.5) == .milliseconds(160))
        #expect(contention.delay(afterFailures: 1000, random: 1) == .seconds(1))
    }

    @Test(arguments: [0, 1, 8])
    func `an attempt is made again until it succeeds`(failures: Int) async throws {
        let pauses = Mutex<[Duration]>([])
        let contention = Contention.quick { pause in pauses.withLock { $0.append(pause) } }
        let attempts = try await contention.run { failed in
            failed < failures ? .again(orElse: Failed()) : .done(failed + 1)
        }
        #expect(attempts == failures + 1)
        #expect(pauses.withLock { $0 } == (1...9).prefix(failures).map { contention.delay(afterFailures: $0, random: 0.5) })
    }

    @Test func `attempts end with the time for them, and the last one tells why`() async {
        let paused = Mutex(Duration.zero)
        let contention = Contention.quick { pause in paused.withLock { $0 += pause } }
        await #expect(throws: Failed.self) {
            try await contention.run { _ -> Contention.Outcome<Void> in .again(orElse: Failed()) }
        }
        let total = paused.withLock { $0 }
        #expect(total < .seconds(10) && total > .seconds(9))
    }

    @Test func `a slow database is tried nine times all the same`() async {
        let clock = PausedClock()
        let contention = Contention(now: { clock.now }, pause: { clock.pause(for: $0) })
        var attempts = 0
        await #expect(throws: Failed.self) {
            try await contention.run { _ -> Contention.Outcome<Void> in
                attempts += 1
                clock.pause(for: .seconds(10))
                return .again(orElse: Failed())
            }
        }
        #expect(attempts == 9)
    }

    @Test func `an error ends the matter at once`() async {
        var attempts = 0
        await #expect(throws: StoreError.unavailable("no")) {
            try await Contention.quick().run { _ -> Contention.Outcome<Void> in
                attempts += 1
                throw StoreError.unavailable("no")
            }
        }
        #expect(attempts == 1)
    }
}
