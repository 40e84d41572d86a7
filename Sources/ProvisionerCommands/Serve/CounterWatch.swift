import Logging
import StackStoreDynamoDB
import Stacks

/// Compares the counters of the table with its rows periodically, on the leading replica, and logs lasting differences.
struct CounterWatch: Sendable {
    /// Returns nil if the table changed meanwhile.
    var discrepancies: @Sendable () async throws -> [Discrepancy]?
    var isLeading: @Sendable () -> Bool
    var logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    static let interval: Duration = .seconds(600)

    /// Runs until the task is cancelled.
    func run() async throws {
        var lasting = LastingDiscrepancies()
        while true {
            try await sleep(Self.interval)
            guard isLeading() else { continue }
            do {
                guard let found = try await discrepancies() else { continue }
                for discrepancy in lasting.add(found) {
                    logger.error(
                        "a counter of the table is wrong; provisioner table check --repair corrects it",
                        metadata: ["item": "\(discrepancy.sentence)"]
                    )
                }
            } catch let error as StoreError {
                logger.warning("the counters of the table could not be compared", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Reports discrepancies that were found twice in a row, once each.
struct LastingDiscrepancies {
    private var last: Set<Discrepancy> = []
    private var told: Set<Discrepancy> = []

    /// - Returns: the discrepancies found for the second time.
    mutating func add(_ found: [Discrepancy]) -> [Discrepancy] {
        let lasting = found.filter { last.contains($0) && !told.contains($0) }
        last = Set(found)
        told = told.intersection(found).union(lasting)
        return lasting
    }
}
