package import Logging
import PodPolicy

extension StackService {
    /// Waits as long as the caller prefers.
    func outcome(
        of progress: CreateProgress,
        _ preference: CreatePreference,
        _ pod: CheckedPod,
        _ logger: Logger
    ) async throws -> CreateOutcome {
        guard let time = preference.wait else {
            progress.hurry()
            return try await outcome(of: progress, isAsync: true, pod)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { [sleep] in
                try await sleep(time)
                progress.hurry()
            }
            var outcome = try await outcome(of: progress, isAsync: preference.isAsync, pod)
            // Without a node the time is over.
            guard outcome.stack.record.state == .active else { return outcome }
            let wait = StackWait(.ready, atMost: StackWait.longestTime)
            progress.set(wait)
            outcome.stack = try await stack(outcome.stack.record.id, after: wait, logger: logger)
            outcome.isAccepted = preference.isAsync && outcome.stack.status == .creating
            return outcome
        }
    }

    private func outcome(of progress: CreateProgress, isAsync: Bool, _ pod: CheckedPod) async throws -> CreateOutcome {
        switch try await progress.answer() {
        case .ended(let result):
            var outcome = try result.get()
            if isAsync, !outcome.isReplay { outcome.isAccepted = true }
            return outcome
        case .reserved(let record):
            return CreateOutcome(stack: view(of: record), isReplay: false, isAccepted: isAsync, warnings: pod.warnings)
        }
    }

    /// Undoes a create that nobody will learn of, whether it is at work or has just ended.
    package func abandon(_ progress: CreateProgress, logger: Logger) {
        guard let id = progress.abandon() else { return }
        do {
            try deletes.start(for: .stack(id)) { await self.removeAbandoned(id, logger) }
        } catch {
            logger.error(
                "a stack whose caller left could not be removed; it stays until its end",
                metadata: ["stack_id": "\(id)", "error": "\(error)"]
            )
        }
    }

    func removeAbandoned(_ id: StackID, _ logger: Logger) async {
        logger.notice("the caller left before its answer; removing its stack", metadata: ["stack_id": "\(id)"])
        do {
            guard let record = try await effect(.beginDelete, { try await store.beginDelete(id, at: timestamp) }) else { return }
            origins.remember(id)
            try await locks.withLock(id) { _ = try await tearDown(record) }
        } catch {
            logger.warning(
                "the stack could not be removed yet; the reconciler goes on",
                metadata: ["stack_id": "\(id)", "error": "\(error)"]
            )
        }
    }
}

extension CreateRequest {
    /// True if nobody but the caller of this request can ever name its stack.
    package var isNameless: Bool { userID == nil && idempotency == nil }
}
