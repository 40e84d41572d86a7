import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

@Suite struct ContentionTests {
    private struct Failed: Error {}

    @Test func `pauses grow, are jittered over their whole length, and end after a few seconds`() {
        let contention = Contention()
        let longest = (1..<contention.attempts).map { contention.delay(afterFailures: $0, random: 1) }
        #expect(longest.first == .milliseconds(20))
        #expect(longest == longest.sorted())
        #expect(longest.last == .seconds(1))
        #expect(longest.reduce(.zero, +) < .seconds(5))
        #expect(contention.delay(afterFailures: 5, random: 0) == .zero)
        #expect(contention.delay(afterFailures: 5, random: 0.5) == .milliseconds(160))
        #expect(contention.delay(afterFailures: 1000, random: 1) == .seconds(1))
    }

    @Test(arguments: [0, 1, 8])
    func `an attempt is made again until it succeeds`(failures: Int) async throws {
        let pauses = Mutex<[Duration]>([])
        let contention = Contention(pause: { pause in pauses.withLock { $0.append(pause) } }, random: { 0.5 })
        let attempts = try await contention.run { failed in
            failed < failures ? .again(orElse: Failed()) : .done(failed + 1)
        }
        #expect(attempts == failures + 1)
        #expect(pauses.withLock { $0 } == (1...9).prefix(failures).map { contention.delay(afterFailures: $0, random: 0.5) })
    }

    @Test func `attempts are bounded, and the last one tells why`() async {
        let contention = Contention(pause: { _ in })
        var attempts = 0
        await #expect(throws: Failed.self) {
            try await contention.run { _ -> Contention.Outcome<Void> in
                attempts += 1
                return .again(orElse: Failed())
            }
        }
        #expect(attempts == contention.attempts)
    }

    @Test func `an error ends the matter at once`() async {
        var attempts = 0
        await #expect(throws: StoreError.unavailable("no")) {
            try await Contention(pause: { _ in }).run { _ -> Contention.Outcome<Void> in
                attempts += 1
                throw StoreError.unavailable("no")
            }
        }
        #expect(attempts == 1)
    }
}
