import CoreMetrics
import FoundationEssentials
import Logging
import Synchronization

extension Reconciler {
    /// A pass whose suspects are in the queue.
    package struct Pass: Sendable {
        var summary = PassSummary()
        let started = ContinuousClock.now
        var isSkipped = false
        /// The outcomes of the suspects; nil if the records could not be read.
        var outcomes: AsyncStream<Outcome>?
    }

    /// Compares all records with all objects and enqueues the stacks that differ, and the expiries of the others. Costs one read of the
    /// store and no call of the API server.
    package func beginPass() async -> Pass {
        var pass = Pass()
        guard service.cluster.isSynced else {
            logger.notice("pass skipped: the state of the cluster has not been read yet")
            pass.isSkipped = true
            return pass
        }
        do {
            deadNodes.update(service.cluster.unreachableNodes(), at: instant(), longestGap: interval * 3 + .seconds(60))
            // The objects are read before the records. Each object had its record before it was created, so one without a record is an
            // orphan.
            let objects = service.cluster.ownedObjects()
            let read = try await service.store.records()
            let ids = read.ids
            note(read, knownIDs: ids, in: &pass.summary)
            let found = look(at: read)
            if found.foreign > 0 {
                pass.summary.foreign = found.foreign
                logger.error("stacks of another namespace are in the store and are left alone", metadata: ["count": "\(found.foreign)"])
            }
            counts = found.counts
            reservations.keep(found.reserved)
            let orphans = ids.map(objects.subtracting) ?? []
            reconcileQueue.keepBackoffs(of: orphans.union(found.broken))
            reconcileQueue.add(found.expiries)
            pass.outcomes = enqueue(found.broken.filter { !service.locks.isHeld($0) } + orphans, &pass.summary)
        } catch {
            pass.summary.failures += 1
            logger.error("pass failed: the records could not be read", metadata: ["error": "\(error)"])
        }
        return pass
    }

    /// Waits until each suspect of the pass has been worked on, and logs the counts.
    @discardableResult
    package func endPass(_ pass: Pass) async -> PassSummary {
        var summary = pass.summary
        guard !pass.isSkipped else {
            StackMetrics.passEnded(.skipped)
            return summary
        }
        if let outcomes = pass.outcomes {
            for await outcome in outcomes { summary.count(outcome) }
            lastPass.withLock { $0 = instant() }
        }
        StackMetrics.passEnded(pass.outcomes == nil ? .failed : .ok)
        Timer(label: "provisioner_reconcile_pass_duration_seconds").record(since: pass.started)
        summary.duration = ContinuousClock.now - pass.started
        logger.info("pass", metadata: summary.metadata)
        return summary
    }

    /// Counts and reports what was read, and drops what is remembered of stacks that are no longer there.
    private func note(_ read: StackRecords, knownIDs ids: Set<StackID>?, in summary: inout PassSummary) {
        summary.records = read.records.count
        summary.unreadable = read.unreadable.count
        report(read.unreadable)
        knowsAllIDs.store(ids != nil, ordering: .relaxed)
        causes.withLock { causes in
            guard !causes.isEmpty else { return }
            let readable = Set(read.records.map(\.id))
            causes = causes.filter { readable.contains($0.key) }
        }
    }

    /// What a pass finds in the records of this namespace.
    private struct Findings {
        var counts: StackCounts
        var broken: [StackID] = []
        var expiries: [(id: StackID, date: Date)] = []
        var reserved: Set<StackID> = []
        /// The number of records of other namespaces.
        var foreign = 0
    }

    /// Looks at each record once: of thousands, each copy counts.
    private func look(at read: StackRecords) -> Findings {
        var findings = Findings(counts: StackCounts(unreadable: read.unreadable.count))
        let now = service.now()
        for record in read.records {
            guard isServed(record) else {
                findings.foreign += 1
                continue
            }
            findings.counts.count(record, status: service.status(of: record, at: now))
            if needed(for: record, at: now) != nil { findings.broken.append(record.id) }
            if let expiry = record.expiry { findings.expiries.append((record.id, expiry)) }
            if record.state == .reserved { findings.reserved.insert(record.id) }
        }
        return findings
    }

    private func enqueue(_ suspects: [StackID], _ summary: inout PassSummary) -> AsyncStream<Outcome> {
        let outcomes = passOutcomes.begin(Set(suspects))
        for id in suspects where !reconcileQueue.add(id, priority: .low) {
            // In backoff, unless its attempt has just ended and been reported.
            if passOutcomes.report(id, nil) { summary.postponed += 1 }
        }
        return outcomes
    }
}

extension StackRecord {
    /// The time at which the reconciler removes the stack for its age alone; nil if other rules apply.
    var expiry: Date? { expires ? expiresAt : nil }
}
