import DequeModule

/// A bounded queue that takes turns between users: one user's burst delays others by one element at a time, not by the burst.
struct FairQueue<Element> {
    let capacity: Int
    private(set) var count = 0
    private var waiting: [Int64: Deque<Element>] = [:]
    /// Users with something waiting, in the order of their next turn.
    private var turns: Deque<Int64> = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// - Returns: false when the queue is full; nothing was added then.
    mutating func append(_ element: Element, user: Int64) -> Bool {
        guard count < capacity else { return false }
        count += 1
        if waiting[user] == nil { turns.append(user) }
        waiting[user, default: []].append(element)
        return true
    }

    mutating func popFirst() -> Element? {
        guard let user = turns.popFirst(), var own = waiting.removeValue(forKey: user), let element = own.popFirst() else { return nil }
        count -= 1
        if !own.isEmpty {
            waiting[user] = own
            turns.append(user)
        }
        return element
    }
}
