import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct StackLocksTests {
    private let locks = StackLocks()
    private let id = StackID.numbered(1)

    @Test func `one at a time works on a stack`() async throws {
        let inside = Observed((now: 0, most: 0, total: 0))
        try await withThrowingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    await locks.withLock(id) {
                        inside.update {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                            $0.total += 1
                        }
                        await Task.yield()
                        inside.update { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.value == (0, 1, 200))
        #expect(!locks.isHeld(id))
    }

    @Test func `stacks do not wait for each other`() async {
        await locks.withLock(id) {
            await locks.withLock(.numbered(2)) {
                #expect(locks.isHeld(id))
                #expect(locks.isHeld(.numbered(2)))
                #expect(!locks.isHeld(.numbered(3)))
            }
            #expect(!locks.isHeld(.numbered(2)))
        }
    }

    @Test func `a failed try for a held lock does not disturb its queue`() async {
        await locks.withLock(id) {
            #expect(await locks.withLockIfFree(id) { true } == nil)
            #expect(locks.isHeld(id))
        }
        #expect(await locks.withLockIfFree(id) { locks.isHeld(id) } == true)
        #expect(!locks.isHeld(id))
    }

    @Test func `an error frees the lock`() async {
        await #expect(throws: FakeCluster.unreachable) { try await locks.withLock(id) { throw FakeCluster.unreachable } }
        #expect(!locks.isHeld(id))
        await #expect(throws: FakeCluster.unreachable) { try await locks.withLockIfFree(id) { throw FakeCluster.unreachable } }
        #expect(!locks.isHeld(id))
    }
}
