import StackStoreDynamoDB
import Stacks
import Synchronization
import TestSupport
import Testing

@testable import ProvisionerCommands

@Suite struct CounterWatchTests {
    @Test func `only what is found twice in a row is told, and once`() {
        let (a, b) = (Discrepancy.count(user: 1, found: 2, expected: 1), Discrepancy.count(user: 2, found: 0, expected: 1))
        var lasting = LastingDiscrepancies()
        #expect(lasting.add([a]) == [])
        #expect(lasting.add([b]) == [])
        #expect(lasting.add([a, b]) == [b])
        #expect(lasting.add([a, b]) == [a])
        #expect(lasting.add([a, b]) == [])
        #expect(lasting.add([]) == [])
        #expect(lasting.add([a]) == [])
        #expect(lasting.add([a]) == [a])
    }

    @Test func `a replica that does not lead asks for nothing, and a store that fails ends nothing`() async throws {
        let rounds = Mutex(0)
        let asked = Mutex(0)
        let watch = CounterWatch(
            discrepancies: {
                asked.withLock { $0 += 1 }
                throw StoreError.unreachable("gone")
            },
            isLeading: { rounds.withLock { $0 } > 2 },
            logger: silentLogger,
            sleep: { pause in
                #expect(pause == CounterWatch.interval)
                if rounds.withLock({ rounds in
                    rounds += 1
                    return rounds
                }) > 4 {
                    throw CancellationError()
                }
            }
        )
        await #expect(throws: CancellationError.self) { try await watch.run() }
        #expect(asked.withLock { $0 } == 2)
    }
}
