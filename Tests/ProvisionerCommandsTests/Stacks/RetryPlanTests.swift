import Testing

@testable import ProvisionerCommands

@Suite struct RetryPlanTests {
    private static func refused(retryAfter: Int?) -> ClientFailure {
        .refused(Refusal(status: 503, body: ErrorAnswer(error: "too busy", code: "too_many_creates"), retryAfterSeconds: retryAfter))
    }

    @Test func `a lost connection is tried again six times, at growing intervals`() {
        var plan = RetryPlan()
        var waits: [Duration] = []
        while let retry = plan.next(after: .unreachable("reset", mayPass: true)) {
            waits.append(retry.wait)
            guard waits.count < 20 else { break }
        }
        #expect(waits == RetryPlan.delays)
    }

    @Test func `Retry-After is obeyed three times`() {
        var plan = RetryPlan()
        let retries = (0..<5).map { _ in plan.next(after: Self.refused(retryAfter: 5)) }
        #expect(retries.compactMap { $0?.wait } == [.seconds(5), .seconds(5), .seconds(5)])
        #expect(retries[1]?.note == "too busy; trying again in 5s (2 of 3)")
        #expect(retries[3] == nil && retries[4] == nil)
    }

    @Test(
        arguments: [(0, Duration.seconds(1)), (1, .seconds(1)), (30, .seconds(30)), (31, nil), (-1, nil), (.max, nil), (nil, nil)]
            as [(Int?, Duration?)]
    )
    func `Retry-After is obeyed up to half a minute, and never at once`(seconds: Int?, wait: Duration?) {
        var plan = RetryPlan()
        #expect(plan.next(after: Self.refused(retryAfter: seconds))?.wait == wait)
    }

    @Test(arguments: [
        ClientFailure.unreachable("refused", mayPass: false), .unsuccessful("failed"), .timedOut("late"), .interrupted, .outputClosed,
        .usage([]),
    ])
    func `everything else is final`(failure: ClientFailure) {
        var plan = RetryPlan()
        #expect(plan.next(after: failure) == nil)
    }
}
