import CoreMetrics

/// Counts and times the operations of the store by name and outcome.
enum StoreMetrics {
    /// Runs an operation and records it.
    static func measure<Result>(_ operation: String, _ body: () async throws -> Result) async throws -> Result {
        let started = ContinuousClock.now
        do {
            let result = try await body()
            record(operation, code: "ok", since: started)
            return result
        } catch {
            record(operation, code: code(of: error), since: started)
            throw error
        }
    }

    private static func record(_ operation: String, code: String, since started: ContinuousClock.Instant) {
        Counter(label: "provisioner_store_operations_total", dimensions: [("operation", operation), ("code", code)]).increment()
        Timer(label: "provisioner_store_operation_duration_seconds", dimensions: [("operation", operation)]).record(since: started)
    }

    /// Returns the kind of an error. A refused reservation is an answer of the store and not a failure.
    static func code(of error: any Error) -> String {
        switch error {
        case let refusal as ReservationRefusal:
            switch refusal {
            case .keyUsed: "key_used"
            case .stackExists: "stack_exists"
            case .userLimitReached: "user_limit_reached"
            case .overBudget: "over_budget"
            case .portsTaken: "ports_taken"
            }
        case let error as StoreError:
            switch error {
            case .unavailable: "unavailable"
            case .unreachable: "unreachable"
            case .unreadable: "unreadable"
            case .lostReservation: "lost_reservation"
            }
        case is CancellationError: "cancelled"
        default: "unexpected"
        }
    }
}
