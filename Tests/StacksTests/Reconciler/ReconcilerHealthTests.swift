import Testing

@testable import Stacks

@Suite struct ReconcilerHealthTests {
    @Test(arguments: [
        (isLeading: true, leader: Int?.none, pass: Int?.some(0), problem: String?.none), (true, 0, nil, "the reconciler has not begun"),
        (true, 0, 210, nil),
        (true, 0, 211, "the last pass over all stacks ended 211 s ago"), (false, nil, nil, "no replica has been seen"),
        (false, 180, nil, nil),
        (false, 181, 0, "no replica leads: the Lease was last seen held 181 s ago"),
    ])
    func `a fleet without a leader, and a leader without passes, are named`(
        row: (isLeading: Bool, leader: Int?, pass: Int?, problem: String?)
    ) {
        let health = ReconcilerHealth(
            isLeading: row.isLeading,
            timeSinceLeaderSeen: row.leader.map { .seconds($0) },
            timeSinceLastPass: row.pass.map { .seconds($0) },
            interval: .seconds(10)
        )
        if let expected = row.problem {
            #expect(health.problem?.hasPrefix(expected) == true)
        } else {
            #expect(health.problem == nil)
        }
    }
}
