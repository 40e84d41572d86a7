import Logging
import StackStoreDynamoDB
import Stacks

/// Compares the counters of the table with its rows now and then, on the replica that leads, and tells what differs for long.
struct CounterWatch: Sendable {
    /// nil when the table was not at rest.
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
                        "a counter of the table is wrong; provisioner table check --repair counts anew",
                        metadata: ["item": "\(discrepancy.sentence)"]
                    )
                }
            } catch let error as StoreError {
                logger.warning("the counters of the table could not be compared", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Tells what was found twice in a row, once.
struct LastingDiscrepancies {
    private var last: Set<Discrepancy> = []
    private var told: Set<Discrepancy> = []

    /// - Returns: what is found for the second time.
    mutating func add(_ found: [Discrepancy]) -> [Discrepancy] {
        let lasting = found.filter { last.contains($0) && !told.contains($0) }
        last = Set(found)
        told = told.intersection(found).union(lasting)
        return lasting
    }
}
