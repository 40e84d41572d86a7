import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct PortPoolTests {
    private let start = ContinuousClock.now

    @Test func `every port of the range is given once, then none`() {
        var pool = PortPool(range: 30000...30019)
        var generator = SeededGenerator(seed: 1)
        let taken = (0..<20).compactMap { _ in pool.take(at: start, using: &generator) }
        #expect(taken.sorted() == Array(30000...30019))
        #expect(pool.take(at: start, using: &generator) == nil)
        #expect(pool.freeCount(at: start) == 0)
    }

    @Test func `a port that was given back is given again at once`() throws {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3 {
            let port = try #require(pool.take(at: start, using: &generator))
            pool.giveBack(port)
        }
    }

    @Test func `a released port comes last until it has cooled`() throws {
        var pool = PortPool(range: 30000...30001, coolingTime: .seconds(60))
        var generator = SeededGenerator(seed: 1)
        let first = try #require(pool.take(at: start, using: &generator))
        pool.release(first, at: start)
        for _ in 0..<20 {
            let port = try #require(pool.take(at: start + .seconds(59), using: &generator))
            #expect(port != first)
            pool.giveBack(port)
        }
        let other = try #require(pool.take(at: start, using: &generator))
        // Better a warm port than none.
        #expect(pool.take(at: start, using: &generator) == first)
        pool.release(first, at: start)
        pool.giveBack(other)
        var seen: Set<Int> = []
        for _ in 0..<50 {
            let port = try #require(pool.take(at: start + .seconds(60), using: &generator))
            seen.insert(port)
            pool.giveBack(port)
        }
        #expect(seen.count == 2)
    }

    @Test func `a quarantined port is given to nobody until its time is over, whatever else happens to it`() {
        var pool = PortPool(range: 30000...30000, quarantineTime: .seconds(300))
        var generator = SeededGenerator(seed: 1)
        pool.quarantine(30000, at: start)
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start + .seconds(1))
        pool.release(30000, at: start + .seconds(2))
        pool.giveBack(30000)
        #expect(pool.take(at: start + .seconds(299.999), using: &generator) == nil)
        #expect(pool.take(at: start + .seconds(300), using: &generator) == 30000)
    }

    @Test func `a quarantine that has lapsed keeps no released port from cooling`() {
        var pool = PortPool(range: 30000...30001, quarantineTime: .seconds(300), coolingTime: .seconds(60))
        var generator = SeededGenerator(seed: 1)
        pool.quarantine(30000, at: start)
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start + .seconds(400))
        for _ in 0..<20 {
            #expect(pool.take(at: start + .seconds(400), using: &generator) == 30001)
            pool.giveBack(30001)
        }
    }

    @Test func `a port is held until the last Service lets go of it`() {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        pool.serviceHolds(30000)
        pool.serviceHolds(30000)
        pool.serviceReleases(30000, at: start)
        #expect(pool.take(at: start, using: &generator) == nil)
        pool.serviceReleases(30000, at: start)
        #expect(pool.take(at: start, using: &generator) == 30000)
    }

    @Test func `the Service takes the port over from the create, and its end frees it`() throws {
        var pool = PortPool(range: 30000...30000)
        var generator = SeededGenerator(seed: 1)
        let port = try #require(pool.take(at: start, using: &generator))
        pool.serviceHolds(port)
        #expect(pool.freeCount(at: start) == 0)
        // Another replica has removed the stack; this one learns it from the watch alone.
        pool.serviceReleases(port, at: start)
        #expect(pool.freeCount(at: start) == 1)
    }

    @Test func `a port whose Service nobody saw come or go is free again in the end`() throws {
        var pool = PortPool(range: 30000...30000, holdTime: .seconds(600))
        var generator = SeededGenerator(seed: 1)
        _ = try #require(pool.take(at: start, using: &generator))
        #expect(pool.take(at: start + .seconds(599), using: &generator) == nil)
        // It is another hold that counts then.
        #expect(pool.take(at: start + .seconds(600), using: &generator) == 30000)
        #expect(pool.freeCount(at: start + .seconds(1199)) == 0)
        pool.giveBack(30000)
        #expect(pool.freeCount(at: start + .seconds(1199)) == 1)
    }

    @Test func `ports outside the range are nobody's concern`() {
        var pool = PortPool(range: 30000...30001)
        for port in [29999, 30002, 0, -1] {
            pool.serviceHolds(port)
            pool.serviceReleases(port, at: start)
            pool.quarantine(port, at: start)
            pool.release(port, at: start)
            pool.giveBack(port)
        }
        #expect(pool.freeCount(at: start) == 2)
    }

    @Test func `a choice costs the same in a range that is nearly full`() throws {
        var pool = PortPool(range: 30000...32767)
        var generator = CountingGenerator(base: SeededGenerator(seed: 1))
        while pool.freeCount(at: start) > 28 { _ = pool.take(at: start, using: &generator) }
        generator.draws = 0
        for _ in 0..<1000 {
            let port = try #require(pool.take(at: start, using: &generator))
            pool.giveBack(port)
        }
        // Probing at random would need a hundred draws for each.
        #expect(generator.draws < 1100)
    }

    @Test func `choices are spread evenly`() throws {
        var generator = SeededGenerator(seed: 1)
        var counts: [Int: Int] = [:]
        for _ in 0..<2000 {
            var pool = PortPool(range: 30000...30009)
            counts[try #require(pool.take(at: start, using: &generator)), default: 0] += 1
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
