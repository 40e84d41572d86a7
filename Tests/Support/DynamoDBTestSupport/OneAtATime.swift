/// Keeps tests that put a load on a single stand-in from slowing each other down until their requests time out.
actor OneAtATime {
    static let shared = OneAtATime()

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        }
        isTaken = true
        defer {
            isTaken = false
            if !waiting.isEmpty {
                isTaken = true
                waiting.removeFirst().resume()
            }
        }
        return try await body()
    }
}
