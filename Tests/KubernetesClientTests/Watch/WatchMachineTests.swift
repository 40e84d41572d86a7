import Testing

@testable import KubernetesClient

@Suite struct WatchMachineTests {
    private static let start = ContinuousClock.now
    private static let failed = WatchMachine.Input.failed(retryAfterSeconds: nil)
    private static let expired = WatchMachine.Input.expired(retryAfterSeconds: nil)

    /// Every state that differs in what comes next.
    private static let states: [[WatchMachine.Input]] = [
        [],
        [failed],
        [.listed(version: "1")],
        [.listed(version: "1"), failed],
        [.listed(version: "1"), .advanced(version: "2")],
        [.listed(version: "1"), .ended],
        [.listed(version: "1"), .cutOff],
        [.listed(version: "1"), expired],
    ]

    private static func machine(after inputs: [WatchMachine.Input], now: ContinuousClock.Instant = start) -> WatchMachine {
        inputs.reduce(into: WatchMachine()) { _ = $0.handle($1, now: now) }
    }

    @Test func `begins with a list, at once`() {
        #expect(WatchMachine().action == .list)
        #expect(WatchMachine().pause == .none)
    }

    @Test(arguments: states)
    func `a list, an event or a bookmark leads to a watch from its version, at once`(before: [WatchMachine.Input]) {
        for input in [WatchMachine.Input.listed(version: "9"), .advanced(version: "9")] {
            let machine = Self.machine(after: before + [input])
            #expect(machine.action == .watch(from: "9"))
            #expect(machine.pause == .none)
        }
    }

    @Test(arguments: states)
    func `an end in order changes nothing and goes on at once`(before: [WatchMachine.Input]) {
        let machine = Self.machine(after: before + [.ended])
        #expect(machine.action == Self.machine(after: before).action)
        #expect(machine.pause == .none)
    }

    @Test(arguments: states)
    func `a watch that was cut off is taken up again after a short pause, however often`(before: [WatchMachine.Input]) {
        let machine = Self.machine(after: before + Array(repeating: .cutOff, count: 50))
        #expect(machine.action == Self.machine(after: before).action)
        #expect(machine.pause == .short)
    }

    @Test(arguments: states)
    func `a failure changes nothing, but backs off`(before: [WatchMachine.Input]) {
        let machine = Self.machine(after: before + [Self.failed])
        #expect(machine.action == Self.machine(after: before).action)
        #expect(machine.pause == .backOff(atLeast: .zero))
    }

    @Test(arguments: states)
    func `an expired version leads to a list after a pause`(before: [WatchMachine.Input]) {
        let machine = Self.machine(after: before + [Self.expired])
        #expect(machine.action == .list)
        #expect(machine.pause == .backOff(atLeast: .zero))
    }

    @Test func `five failures in a row lead to a new list`() {
        let watching = WatchMachine.Action.watch(from: "1")
        let four = [WatchMachine.Input.listed(version: "1")] + Array(repeating: Self.failed, count: 4)
        #expect(Self.machine(after: four).action == watching)
        #expect(Self.machine(after: four + [Self.failed]).action == .list)
        for between in [WatchMachine.Input.ended, .cutOff, .advanced(version: "1"), .listed(version: "1")] {
            #expect(Self.machine(after: four + [between, Self.failed]).action == watching, "not in a row")
        }
    }

    @Test(arguments: [WatchMachine.Input.ended, .cutOff, failed])
    func `five minutes without a list, an event or a bookmark lead to a new list`(input: WatchMachine.Input) {
        var machine = Self.machine(after: [.listed(version: "1")])
        _ = machine.handle(.advanced(version: "2"), now: Self.start + .seconds(100))
        _ = machine.handle(input, now: Self.start + .seconds(399))
        #expect(machine.action == .watch(from: "2"))
        _ = machine.handle(input, now: Self.start + .seconds(400))
        #expect(machine.action == .list)
    }

    @Test(
        arguments: [(nil, 0), (0, 0), (7, 7), (60, 60), (61, 60), (-5, 0), (.max, 60), (.min, 0)] as [(Int?, Int)]
    )
    func `the wish of the server is the least pause, up to a minute`(wish: Int?, seconds: Int) {
        for input in [WatchMachine.Input.failed(retryAfterSeconds: wish), .expired(retryAfterSeconds: wish)] {
            #expect(Self.machine(after: [input]).pause == .backOff(atLeast: .seconds(seconds)))
        }
    }

    @Test func `an event of an older version leads to a new list, whose version is taken as it is`() {
        var machine = Self.machine(after: [.listed(version: "100")])
        #expect(machine.handle(.advanced(version: "99"), now: Self.start) == true)
        #expect(machine.action == .list && machine.pause == .backOff(atLeast: .zero))
        #expect(machine.handle(.listed(version: "50"), now: Self.start) == false, "it was told already")
        #expect(machine.action == .watch(from: "50"))
    }

    @Test func `a list of an older version is told and taken as it is`() {
        var machine = Self.machine(after: [.listed(version: "100"), Self.expired])
        #expect(machine.handle(.listed(version: "50"), now: Self.start) == true)
        #expect(machine.action == .watch(from: "50"))
    }

    @Test(arguments: [
        ("5", "5"), ("9", "10"), ("18446744073709551615", "18446744073709551616"), ("18446744073709551616", "1"), ("b", "a"), ("5", "a"),
        ("b", "5"), ("", "5"), ("5", ""), ("-1", "-2"), ("1.5", "1"),
    ])
    func `versions that are not older, or no numbers, are taken as they are`(known: String, told: String) {
        var machine = Self.machine(after: [.listed(version: known)])
        #expect(machine.handle(.advanced(version: told), now: Self.start) == false)
        #expect(machine.action == .watch(from: told))
    }
}

@Suite struct OutageNoticeTests {
    private let start = ContinuousClock.now

    @Test func `an outage is told once, when it has lasted for longer than the limit, and its end once`() {
        var notice = OutageNotice(limit: .seconds(180), now: start)
        #expect(notice.failed(now: start + .seconds(180)) == nil)
        #expect(notice.failed(now: start + .seconds(181)) == .seconds(181))
        #expect(notice.failed(now: start + .seconds(1000)) == nil)
        #expect(notice.heard(now: start + .seconds(1001)) == true)
        #expect(notice.heard(now: start + .seconds(1002)) == false)
        #expect(notice.failed(now: start + .seconds(1182)) == nil)
        #expect(notice.failed(now: start + .seconds(1183)) == .seconds(181))
    }
}
