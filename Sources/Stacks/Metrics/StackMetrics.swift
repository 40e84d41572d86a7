package import CoreMetrics

/// The metrics of the domain. A label is a code, a phase or a cause, never a user, a stack or a problem.
package enum StackMetrics {
    enum Operation: String, CaseIterable {
        case create
        case delete

        var phases: [String] {
            switch self {
            case .create: CreatePhase.allCases.map(\.rawValue)
            case .delete: DeletePhase.allCases.map(\.rawValue)
            }
        }
    }

    /// The phases of a create, in order.
    enum CreatePhase: String, CaseIterable {
        /// Waiting for a slot.
        case queue
        /// Writing the reservation.
        case reserve
        case pod
        case service
        /// Waiting for a node.
        case schedule
        case activate
    }

    /// The phases of a delete, in order.
    enum DeletePhase: String, CaseIterable {
        /// Marking the record.
        case mark
        /// Waiting for a slot, and for a create of the same stack.
        case queue
        /// Requesting the deletion of Service and Pod.
        case request
        /// Waiting until both are gone.
        case wait
        /// Removing the record.
        case remove
    }

    /// Codes beyond those of ``StackError``.
    enum Code {
        static let ok = "ok"
        /// An earlier request with the same idempotency key had made the stack.
        static let replayed = "replayed"
        /// The reconciler goes on with the delete.
        static let pending = "pending"
    }

    /// Counts an operation that has ended.
    static func ended(_ operation: Operation, code: String) {
        Counter(label: "provisioner_\(operation)s_total", dimensions: [("code", code)]).increment()
    }

    /// Records the time of an operation that succeeded.
    static func succeeded(_ operation: Operation, since started: ContinuousClock.Instant) {
        Timer(label: "provisioner_\(operation)_duration_seconds").record(since: started)
    }

    static func took(_ phase: CreatePhase, since started: ContinuousClock.Instant) { took(.create, phase.rawValue, started) }
    static func took(_ phase: DeletePhase, since started: ContinuousClock.Instant) { took(.delete, phase.rawValue, started) }

    private static func took(_ operation: Operation, _ phase: String, _ started: ContinuousClock.Instant) {
        Timer(label: "provisioner_\(operation)_phase_duration_seconds", dimensions: [("phase", phase)]).record(since: started)
    }

    /// Runs a phase and records its time, also if it fails.
    static func time<Result>(_ phase: CreatePhase, _ body: () async throws -> Result) async throws -> Result {
        let started = ContinuousClock.now
        defer { took(phase, since: started) }
        return try await body()
    }

    /// Runs a phase and records its time, also if it fails.
    static func time<Result>(_ phase: DeletePhase, _ body: () async throws -> Result) async throws -> Result {
        let started = ContinuousClock.now
        defer { took(phase, since: started) }
        return try await body()
    }

    /// Counts NodePorts of creates that were exchanged for others.
    static func exchanged(_ count: Int, because reason: ExchangeReason) {
        Counter(label: "provisioner_node_port_exchanges_total", dimensions: [("reason", reason.rawValue)]).increment(by: count)
    }

    enum ExchangeReason: String, CaseIterable {
        /// Another record has the port.
        case taken
        /// The API server refuses the port.
        case refused
    }

    /// Counts a pass of the reconciler that has ended.
    static func passEnded(_ outcome: PassOutcome) {
        Counter(label: "provisioner_reconcile_passes_total", dimensions: [("outcome", outcome.rawValue)]).increment()
    }

    enum PassOutcome: String, CaseIterable {
        case ok
        /// The records could not be read.
        case failed
        /// The state of the cluster had not been read.
        case skipped
    }

    /// Counts a stack that the reconciler has removed.
    static func removed(because cause: Repair) {
        Counter(label: "provisioner_removals_total", dimensions: [("cause", cause.rawValue)]).increment()
    }

    static func repairFailed() { Counter(label: "provisioner_repair_failures_total").increment() }

    /// Creates every series whose labels are known, so that the first event of each is a rise from 0, which `rate` sees.
    package static func declare() {
        let codes = StackError.Code.allCases.map(\.rawValue)
        for operation in Operation.allCases {
            let own = operation == .create ? [Code.ok, Code.replayed] : [Code.ok, Code.pending]
            for code in own + codes { Counter(label: "provisioner_\(operation)s_total", dimensions: [("code", code)]).increment(by: 0) }
            _ = Timer(label: "provisioner_\(operation)_duration_seconds")
            for phase in operation.phases {
                _ = Timer(label: "provisioner_\(operation)_phase_duration_seconds", dimensions: [("phase", phase)])
            }
        }
        _ = Timer(label: ReadyTimes.metric)
        _ = Timer(label: "provisioner_reconcile_pass_duration_seconds")
        for reason in ExchangeReason.allCases { exchanged(0, because: reason) }
        for outcome in PassOutcome.allCases {
            Counter(label: "provisioner_reconcile_passes_total", dimensions: [("outcome", outcome.rawValue)]).increment(by: 0)
        }
        for cause in Repair.allCases {
            Counter(label: "provisioner_removals_total", dimensions: [("cause", cause.rawValue)]).increment(by: 0)
        }
        Counter(label: "provisioner_repair_failures_total").increment(by: 0)
    }
}

extension Timer {
    /// Records the time since an instant, clamped to 64 bits of nanoseconds.
    package func record(since started: ContinuousClock.Instant) {
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        recordNanoseconds(Int64(clamping: Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)))
    }
}
