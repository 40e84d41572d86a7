import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Compares the pool with a list of ports that is searched from end to end.
@Suite struct PortPoolModelTests {
    private struct ModelPort {
        static let start = ContinuousClock.now
        var isHeldByCreate = false
        var services = 0
        var longCooldownEnd = Self.start
        var shortCooldownEnd = Self.start

        func isFresh(at now: ContinuousClock.Instant) -> Bool { isFree(at: now) && shortCooldownEnd <= now }
        func isFree(at now: ContinuousClock.Instant) -> Bool { !isHeldByCreate && services == 0 && longCooldownEnd <= now }

        mutating func release(at now: ContinuousClock.Instant) {
            isHeldByCreate = false
            startShortCooldown(at: now)
        }

        mutating func startShortCooldown(at now: ContinuousClock.Instant) {
            if longCooldownEnd <= now { shortCooldownEnd = now + .seconds(60) }
        }
    }

    @Test(arguments: Array(UInt64(1)...20))
    func `a random history leaves free what the model says`(seed: UInt64) {
        let range = 30000...30011
        var pool = PortPool(range: range, longCooldown: .seconds(300), shortCooldown: .seconds(60), holdTime: .seconds(1_000_000))
        var model = Dictionary(uniqueKeysWithValues: range.map { ($0, ModelPort()) })
        var generator = SeededGenerator(seed: seed)
        var now = ModelPort.start
        var holds: [Int: [PortPool.Hold]] = [:]
        for step in 0..<600 {
            now += .seconds(Int.random(in: 0...30, using: &generator))
            let context: Comment = "seed \(seed), step \(step)"
            let port = Int.random(in: range, using: &generator)
            switch Int.random(in: 0..<11, using: &generator) {
            case 0..<4:
                let fresh = model.filter { $0.value.isFresh(at: now) }.keys
                let free = model.filter { $0.value.isFree(at: now) }.keys
                let taken = pool.allocate(at: now, using: &generator)
                #expect((taken == nil) == free.isEmpty, context)
                guard let taken else { continue }
                #expect(fresh.isEmpty ? free.contains(taken.port) : fresh.contains(taken.port), context)
                model[taken.port] = ModelPort(isHeldByCreate: true)
                holds[taken.port, default: []].append(taken)
            case 4:
                guard let hold = holds[port]?.last else { continue }
                pool.returnUnused(hold)
                model[port]?.isHeldByCreate = false
            case 5:
                guard let hold = holds[port]?.last else { continue }
                pool.release(hold, at: now)
                if model[port]?.isHeldByCreate == true { model[port]?.release(at: now) }
            case 6:
                pool.startLongCooldown(port, for: .seconds(300), at: now)
                model[port]?.longCooldownEnd = now + .seconds(300)
                model[port]?.shortCooldownEnd = ModelPort.start
            case 9:
                // An earlier hold of the port counts no longer.
                if let old = holds[port]?.dropLast().randomElement(using: &generator) { pool.release(old, at: now) }
                pool.startShortCooldown(port, at: now)
                model[port]?.startShortCooldown(at: now)
            case 7, 8:
                pool.serviceHolds(port)
                model[port]?.services += 1
                model[port]?.isHeldByCreate = false
            default:
                pool.serviceReleases(port, at: now)
                guard let services = model[port]?.services, services > 0 else { continue }
                model[port]?.services -= 1
                if services == 1 { model[port]?.startShortCooldown(at: now) }
            }
            // Counting ends what is over, so it would hide that something else does not.
            guard step.isMultiple(of: 5) else { continue }
            #expect(pool.freeCount(at: now) == model.values.count { $0.isFree(at: now) }, context)
        }
    }
}
