import Testing

@testable import KubernetesClient

@Suite struct WatchMachineTests {
    /// Every state that differs in what comes next.
    private static let states: [[WatchMachine.Input]] = [
        [],
        [.failed],
        [.listed(version: "1")],
        [.listed(version: "1"), .failed],
        [.listed(version: "1"), .advanced(version: "2")],
        [.listed(version: "1"), .endedAtOnce],
        [.listed(version: "1"), .expired],
    ]

    private static func machine(after inputs: [WatchMachine.Input]) -> WatchMachine {
        inputs.reduce(into: WatchMachine()) { $0.handle($1) }
    }

    @Test func `begins with a list, at once`() {
        #expect(WatchMachine().action == .list)
        #expect(!WatchMachine().backsOff)
    }

    @Test(arguments: states)
    func `a list, an event or a bookmark leads to a watch from its version, at once`(before: [WatchMachine.Input]) {
        for input in [WatchMachine.Input.listed(version: "9"), .advanced(version: "9")] {
            let machine = Self.machine(after: before + [input])
            #expect(machine.action == .watch(from: "9"))
            #expect(!machine.backsOff)
        }
    }

    @Test(arguments: states)
    func `an end in order changes nothing and goes on at once`(before: [WatchMachine.Input]) {
        let machine = Self.machine(after: before + [.ended])
        #expect(machine.action == Self.machine(after: before).action)
        #expect(!machine.backsOff)
    }

    @Test(arguments: states)
    func `a failure and a watch that ends at once change nothing, but back off`(before: [WatchMachine.Input]) {
        for input in [WatchMachine.Input.failed, .endedAtOnce] {
            let machine = Self.machine(after: before + [input])
            #expect(machine.action == Self.machine(after: before).action)
            #expect(machine.backsOff)
        }
    }

    @Test(arguments: states)
    func `an expired version leads to a list after a pause`(before: [WatchMachine.Input]) {
        let machine = Self.machine(after: before + [.expired])
        #expect(machine.action == .list)
        #expect(machine.backsOff)
    }
}
