import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct PortPoolTests {
    private let start = ContinuousClock.now

    @Test func `every port of the range is allocated once, then none`() {
        var pool = PortPool(range: 30000...30019)
        var generator = SeededGenerator(seed: 1)
        let taken = (0..<20).compactMap { _ in pool.allocate(at: start, using: &generator)?.port }
        #expect(taken.sorted() == Array(30000...30019))
        #expect(pool.allocate(at: start, using: &generator) == nil)
        #expect(pool.freeCount(at: start) == 0)
    }

    @Test func `several ports are allocated together or not at all`() throws {
        var pool = PortPool(range: 30000...30029)
        var generator = SeededGenerator(seed: 1)
        let first = try #require(pool.allocate(24, at: start, using: &generator))
        #expect(Set(first.map(\.port)).count == 24)
        #expect(pool.allocate(7, at: start, using: &generator) == nil)
        #expect(pool.freeCount(at: start) == 6, "nothing of the set stays held")
        let second = try #require(pool.allocate(6, at: start, using: &generator))
        #expect(Set((first + second).map(\.port)) == Set(30000...30029))
        #expect(pool.allocate(0, at: start, using: &generator) == [])
        pool.returnUnused(first[3])
        #expect(pool.allocate(2, at: start, using: &generator) == nil)
        #expect(pool.allocate(1, at: start, using: &generator)?.map(\.port) == [first[3].port])
    }

    @Test func `a returned port is allocated again at once`() throws {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3 {
            let port = try #require(pool.allocate(at: start, using: &generator))
            pool.returnUnused(port)
        }
    }

    @Test func `a released port comes last until its cooldown has ended`() throws {
        var pool = PortPool(range: 30000...30001, shortCooldown: .seconds(60))
        var generator = SeededGenerator(seed: 1)
        let first = try #require(pool.allocate(at: start, using: &generator))
        pool.release(first, at: start)
        for _ in 0..<20 {
            let port = try #require(pool.allocate(at: start + .seconds(59), using: &generator))
            #expect(port.port != first.port)
            pool.returnUnused(port)
        }
        let other = try #require(pool.allocate(at: start, using: &generator))
        // Better a warm port than none.
        let again = try #require(pool.allocate(at: start, using: &generator))
        #expect(again.port == first.port)
        pool.release(again, at: start)
        pool.returnUnused(other)
        var seen: Set<Int> = []
        for _ in 0..<50 {
            let port = try #require(pool.allocate(at: start + .seconds(60), using: &generator))
            seen.insert(port.port)
            pool.returnUnused(port)
        }
        #expect(seen.count == 2)
    }

    @Test func `a port in long cooldown is not allocated until its time is over, whatever else happens to it`() throws {
        var pool = PortPool(range: 30000...30000, longCooldown: .seconds(300))
        var generator = SeededGenerator(seed: 1)
        let hold = try #require(pool.allocate(at: start, using: &generator))
        pool.startLongCooldown(hold, at: start)
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start + .seconds(1))
        pool.startShortCooldown(30000, at: start + .seconds(2))
        pool.returnUnused(hold)
        #expect(pool.allocate(at: start + .seconds(299.999), using: &generator) == nil)
        #expect(pool.allocate(at: start + .seconds(300), using: &generator)?.port == 30000)
    }

    @Test func `a released port starts its short cooldown after its long one has ended`() throws {
        var pool = PortPool(range: 30000...30001, longCooldown: .seconds(300), shortCooldown: .seconds(60))
        var generator = SeededGenerator(seed: 1)
        pool.startLongCooldown(30000, for: .seconds(300), at: start)
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start + .seconds(400))
        for _ in 0..<20 {
            let hold = try #require(pool.allocate(at: start + .seconds(400), using: &generator))
            #expect(hold.port == 30001)
            pool.returnUnused(hold)
        }
    }

    @Test func `a port is held until the last Service lets go of it`() {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        pool.serviceHolds(30000)
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start)
        #expect(pool.allocate(at: start, using: &generator) == nil)
        pool.serviceReleases(30000, at: start)
        #expect(pool.allocate(at: start, using: &generator)?.port == 30000)
    }

    @Test func `the Service takes the port over from the create, and its end frees it`() throws {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        let hold = try #require(pool.allocate(at: start, using: &generator))
        pool.serviceHolds(hold.port)
        #expect(pool.freeCount(at: start) == 0)
        // Another replica has removed the stack; this one learns it from the watch alone.
        pool.serviceReleases(hold.port, at: start)
        #expect(pool.freeCount(at: start) == 1)
    }

    @Test func `a port whose Service the watch missed is free again in the end`() throws {
        var pool = PortPool(range: 30000...30000, holdTime: .seconds(600))
        var generator = SeededGenerator(seed: 1)
        _ = try #require(pool.allocate(at: start, using: &generator))
        #expect(pool.allocate(at: start + .seconds(599), using: &generator) == nil)
        // It is another hold that counts then.
        let second = try #require(pool.allocate(at: start + .seconds(600), using: &generator))
        #expect(pool.freeCount(at: start + .seconds(1199)) == 0)
        pool.returnUnused(second)
        #expect(pool.freeCount(at: start + .seconds(1199)) == 1)
    }

    @Test func `ports outside the range are ignored`() {
        var pool = PortPool(range: 30000...30001)
        for port in [29999, 30002, 0, -1] {
            pool.serviceHolds(port)
            pool.serviceReleases(port, at: start)
            pool.startLongCooldown(port, for: .seconds(300), at: start)
            pool.startShortCooldown(port, at: start)
        }
        #expect(pool.freeCount(at: start) == 2)
    }

    @Test func `a create that lost its port can't free it for the create that has it now`() throws {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        let first = try #require(pool.allocate(at: start, using: &generator))
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start + .seconds(1))
        let second = try #require(pool.allocate(at: start + .seconds(2), using: &generator))
        for _ in 0..<2 {
            pool.release(first, at: start + .seconds(3))
            pool.returnUnused(first)
            pool.startShortCooldown(30000, at: start + .seconds(3))
            #expect(pool.allocate(at: start + .seconds(3), using: &generator) == nil)
        }
        pool.returnUnused(second)
        #expect(pool.allocate(at: start + .seconds(4), using: &generator) != nil)
    }

    @Test func `a longer cooldown ends after a shorter one that began later`() {
        var pool = PortPool(range: 30000...30001, holdTime: .seconds(10_000))
        var generator = SeededGenerator(seed: 1)
        pool.startLongCooldown(30000, for: .seconds(3600), at: start)
        pool.startLongCooldown(30001, for: .seconds(300), at: start + .seconds(10))
        #expect(pool.allocate(at: start + .seconds(309), using: &generator) == nil)
        #expect(pool.allocate(at: start + .seconds(310), using: &generator)?.port == 30001)
        #expect(pool.allocate(at: start + .seconds(3599), using: &generator) == nil)
        #expect(pool.allocate(at: start + .seconds(3600), using: &generator)?.port == 30000)
    }

    @Test func `a choice costs the same in a range that is nearly full`() throws {
        var pool = PortPool(range: 30000...32767)
        var generator = CountingGenerator(base: SeededGenerator(seed: 1))
        while pool.freeCount(at: start) > 28 { _ = pool.allocate(at: start, using: &generator) }
        generator.draws = 0
        for _ in 0..<1000 {
            let port = try #require(pool.allocate(at: start, using: &generator))
            pool.returnUnused(port)
        }
        // Probing at random would need a hundred draws for each.
        #expect(generator.draws < 1100)
    }

    @Test func `choices are spread evenly`() throws {
        var generator = SeededGenerator(seed: 1)
        var counts: [Int: Int] = [:]
        for _ in 0..<2000 {
            var pool = PortPool(range: 30000...30009)
            counts[try #require(pool.allocate(at: start, using: &generator)).port, default: 0] += 1
        }
        // 200 each; the standard deviation is 13.
        #expect(counts.count == 10)
        #expect(counts.values.allSatisfy { (140...260).contains($0) }, "\(counts)")
    }

    private struct CountingGenerator: RandomNumberGenerator {
        var base: SeededGenerator
        var draws = 0

        mutating func next() -> UInt64 {
            draws += 1
            return base.next()
        }
    }
}
