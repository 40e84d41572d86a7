import DequeModule

/// Whose turn it is when work has to wait: a user's, or that of a stack whose user is not known yet.
package enum Claimant: Hashable, Sendable {
    case user(Int64)
    case stack(StackID)
}

/// A queue that takes turns between claimants: one claimant's burst delays others by one element at a time, not by the burst.
struct FairQueue<Element> {
    private(set) var count = 0
    private var waiting: [Claimant: Deque<Element>] = [:]
    /// Claimants with something waiting, in the order of their next turn.
    private var turns: Deque<Claimant> = []

    mutating func append(_ element: Element, of claimant: Claimant) {
        count += 1
        if waiting[claimant] == nil { turns.append(claimant) }
        waiting[claimant, default: []].append(element)
    }

    /// - Parameter mayRun: whether the claimant may have its turn now; one that may not keeps its place.
    mutating func popFirst(where mayRun: (Claimant) -> Bool = { _ in true }) -> (claimant: Claimant, element: Element)? {
        guard let position = turns.firstIndex(where: mayRun) else { return nil }
        let claimant = turns.remove(at: position)
        guard var own = waiting.removeValue(forKey: claimant), let element = own.popFirst() else { return nil }
        count -= 1
        if !own.isEmpty {
            waiting[claimant] = own
            turns.append(claimant)
        }
        return (claimant, element)
    }
}
