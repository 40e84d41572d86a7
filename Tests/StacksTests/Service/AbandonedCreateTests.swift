import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Creates without owner and key whose caller goes away: nobody could ever name their stack.
@Suite(.timeLimit(.minutes(1))) struct AbandonedCreateTests {
    private static let request = {
        var request = CreateRequest.sample()
        request.userID = nil
        request.problemID = nil
        return request
    }()

    private static func options() -> StackBench.Options {
        var options = StackBench.Options()
        options.settings.requireOwner = false
        return options
    }

    private func create(
        _ bench: StackBench,
        _ progress: CreateProgress,
        _ preference: CreatePreference = .none
    ) async throws -> CreateOutcome {
        try await bench.service.create(Self.request, preference, progress: progress, logger: silentLogger)
    }

    private static let preferences = [CreatePreference.none, CreatePreference(wait: .seconds(20))]

    @Test(arguments: preferences) func `a create that waits for its node is undone`(preference: CreatePreference) async throws {
        try await withStackBench(Self.options()) { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let progress = CreateProgress()
            let outcome = Task { try await create(bench, progress, preference) }
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            bench.service.abandon(progress, logger: silentLogger)
            #expect(try await errorCode { _ = try await outcome.value } == .clientClosedRequest)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a create that waits for its turn never begins`() async throws {
        var options = Self.options()
        options.concurrentJobs = 1
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let first = Task { try await bench.create(user: 1) }
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            let progress = CreateProgress()
            let outcome = Task { try await create(bench, progress) }
            while bench.service.creates.slots.waitingCount == 0 { await Task.yield() }
            bench.service.abandon(progress, logger: silentLogger)
            #expect(try await errorCode { _ = try await outcome.value } == .clientClosedRequest)
            #expect(bench.store.script.value.begun[.reserve] == 1)
            let id = try #require(bench.cluster.state.value.pods.keys.first)
            bench.cluster.schedule(id)
            _ = try await first.value
        }
    }

    @Test(arguments: preferences, Failpoint.Moment.allCases)
    func `a create that ends at the same instant is undone`(preference: CreatePreference, moment: Failpoint.Moment) async throws {
        let (progress, service) = (CreateProgress(), Observed<StackService?>(nil))
        var options = Self.options()
        options.failpoint = { point in
            if point == Failpoint(moment, .activate) { service.value?.abandon(progress, logger: silentLogger) }
        }
        try await withStackBench(options) { bench in
            service.update { $0 = bench.service }
            #expect(try await errorCode { _ = try await create(bench, progress, preference) } == .clientClosedRequest)
            try await bench.expectNothingLeft()
            service.update { $0 = nil }
        }
    }

    @Test func `a create that has ended is undone as long as its answer is not written`() async throws {
        try await withStackBench(Self.options()) { bench in
            let progress = CreateProgress()
            let id = try await create(bench, progress).stack.record.id
            bench.service.abandon(progress, logger: silentLogger)
            bench.service.abandon(progress, logger: silentLogger)
            try await bench.store.script.wait { $0.ended[.remove] == 1 }
            await bench.service.locks.withLock(id) {}
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a create that goes on after its answer is undone, not kept as failed`() async throws {
        try await withStackBench(Self.options()) { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let progress = CreateProgress()
            let record = try await create(bench, progress, CreatePreference(isAsync: true)).stack.record
            bench.service.abandon(progress, logger: silentLogger)
            await bench.service.locks.withLock(record.id) {}
            try await bench.expectNothingLeft()
        }
    }

    @Test func `what is not gone at once the reconciler removes`() async throws {
        try await withStackBench(Self.options()) { bench in
            let progress = CreateProgress()
            bench.cluster.fail(.deletePod)
            _ = try await create(bench, progress)
            bench.service.abandon(progress, logger: silentLogger)
            try await bench.cluster.state.wait { $0.script.ended[.deletePod] == 1 }
            #expect(try await bench.service.stacks(logger: silentLogger).isEmpty)
            try await bench.store.script.wait { $0.ended[.beginDelete] == 1 }
            bench.time.advance(by: .seconds(60))
            while bench.service.locks.isHeld(try #require(try await bench.store.allRecords().first?.id)) { await Task.yield() }
            await bench.reconciler.pass()
            try await bench.expectNothingLeft()
        }
    }
}
