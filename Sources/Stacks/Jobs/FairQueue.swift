import DequeModule

/// The party that queued work is scheduled by: a user, a stack whose user is not known yet, or the deletes of many stacks at once.
package enum Claimant: Hashable, Sendable {
    case user(Int64)
    case stack(StackID)
    case bulkDelete
}

/// A round-robin queue over claimants: the burst of one claimant delays each other claimant by one element at a time.
struct FairQueue<Element> {
    private(set) var count = 0
    private var waiting: [Claimant: Deque<Element>] = [:]
    /// Claimants with queued elements, in round-robin order.
    private var turns: Deque<Claimant> = []

    mutating func append(_ element: Element, of claimant: Claimant) {
        count += 1
        if waiting[claimant] == nil { turns.append(claimant) }
        waiting[claimant, default: []].append(element)
    }

    /// Removes and returns the next element.
    /// - Parameter mayRun: returns false for a claimant to skip; it keeps its place.
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
