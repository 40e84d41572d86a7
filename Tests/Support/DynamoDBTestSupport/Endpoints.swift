import DequeModule

/// Lends each endpoint to one test at a time: tests that share a stand-in slow each other down until their requests time out.
actor Endpoints {
    private var free: Deque<String>
    private var waiting: Deque<CheckedContinuation<String, Never>> = []

    init(_ endpoints: [String]) {
        free = Deque(endpoints)
    }

    func run<Result: Sendable>(_ body: @Sendable (String) async throws -> Result) async throws -> Result {
        let endpoint: String
        if let next = free.popFirst() {
            endpoint = next
        } else {
            endpoint = await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            if let next = waiting.popFirst() { next.resume(returning: endpoint) } else { free.append(endpoint) }
        }
        return try await body(endpoint)
    }
}
