import Foundation
import TestBasics
import Testing

@testable import HTTPAPI

@Suite struct CreateHistoryTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func `creates are counted by minute and code`() {
        let now = Observed(Self.start)
        let history = CreateHistory(now: { now.value })
        history.add(code: nil)
        history.add(code: "cluster_saturated")
        history.add(code: "cluster_saturated")
        now.update { $0 = Self.start.addingTimeInterval(60) }
        history.add(code: nil)
        #expect(
            history.minutes == [
                CreateHistory.Minute(time: Self.start, created: 1, errors: ["cluster_saturated": 2]),
                CreateHistory.Minute(time: Self.start.addingTimeInterval(60), created: 1),
            ]
        )
    }

    @Test(arguments: [(59, 1), (60, 0), (100_000_000, 0), (-1, 0)])
    func `a minute is shown for an hour, and not while the clock says that it is to come`(minutes: Int, shown: Int) {
        let now = Observed(Self.start)
        let history = CreateHistory(now: { now.value })
        history.add(code: nil)
        now.update { $0 = Self.start.addingTimeInterval(TimeInterval(minutes) * 60) }
        #expect(history.minutes.count == shown)
    }

    @Test func `two runs have two names`() {
        #expect(CreateHistory(now: { Self.start }).instance != CreateHistory(now: { Self.start }).instance)
    }
}
