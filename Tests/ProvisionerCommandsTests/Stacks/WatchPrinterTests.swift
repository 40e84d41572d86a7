import ArgumentParser
import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct WatchPrinterTests {
    private static func json(_ number: Int, status: String = "running", user: Int = 101) -> String {
        #"{"created_at":"2026-11-24T19:39:37.001Z","new_key":[1],"node_public_ip":"203.0.113.10","#
            + #""ports":[{"container_port":8080,"node_port":3124\#(number),"protocol":"TCP"}],"problem_id":7,"ready":\#(status == "running"),"#
            + #""stack_id":"stack-000000000000000\#(number)","status":"\#(status)","user_id":\#(user)}"#
    }

    private static func snapshot(_ stacks: String...) -> EventParser.Event {
        EventParser.Event(name: "snapshot", data: #"{"stacks":[\#(stacks.joined(separator: ","))]}"#)
    }

    private static func removed(_ number: Int) -> EventParser.Event {
        EventParser.Event(name: "removed", data: #"{"stack_id":"stack-000000000000000\#(number)"}"#)
    }

    private static func printed(_ events: [EventParser.Event], _ format: OutputFormat = .table, _ filter: StackFilter = StackFilter())
        throws
        -> String
    {
        var printer = WatchPrinter(filter: filter, format: format)
        return try events.map { try printer.print($0, StackText(now: StackTextTests.now)) }.joined()
    }

    private static let life = [
        snapshot(json(1)), EventParser.Event(name: "stack", data: json(2, status: "creating")),
        EventParser.Event(name: "stack", data: json(2)), EventParser.Event(name: "stack", data: json(2)), removed(2), removed(9),
        EventParser.Event(name: "news", data: "?"),
    ]

    @Test func `each change is a line below the list, once`() throws {
        #expect(
            try Self.printed(Self.life) == """
                STACK                   USER  PROBLEM  STATUS    ADDRESS             AGE
                stack-0000000000000001  101   7        running   203.0.113.10:31241  5m30s
                stack-0000000000000002  101   7        creating  203.0.113.10:31242  5m30s
                stack-0000000000000002  101   7        running   203.0.113.10:31242  5m30s
                stack-0000000000000002  101   7        removed   203.0.113.10:31242  5m30s

                """
        )
    }

    @Test func `after a lost connection only the differences are shown`() throws {
        let events = [Self.snapshot(Self.json(1), Self.json(2)), Self.snapshot(Self.json(2), Self.json(3))]
        let lines = try Self.printed(events).split(separator: "\n").dropFirst(3).map { $0.split(separator: " ") }
        #expect(lines.map { "\($0[0]) \($0[3])" } == ["stack-0000000000000001 removed", "stack-0000000000000003 running"])
    }

    @Test func `other stacks than the wanted ones are not shown, and one that leaves the filter is shown once more`() throws {
        let events = [
            Self.snapshot(Self.json(1), Self.json(2, user: 102)),
            EventParser.Event(name: "stack", data: Self.json(2, status: "failed", user: 102)),
            EventParser.Event(name: "stack", data: Self.json(1, status: "failed")),
            EventParser.Event(name: "stack", data: Self.json(1, status: "stopped")), Self.removed(1),
        ]
        let lines = try Self.printed(events, .table, StackFilter(user: 101, status: "running")).split(separator: "\n").map {
            $0.split(separator: " ")
        }
        #expect(lines.dropFirst().map { "\($0[0]) \($0[3])" } == ["stack-0000000000000001 running", "stack-0000000000000001 failed"])
        #expect(try Self.printed(events, .table, StackFilter(problem: 8)).split(separator: "\n").count == 1)
    }

    @Test func `as JSON each line is a stack with all its keys, or the id of one that is gone`() throws {
        let lines = try Self.printed(Self.life, .json).split(separator: "\n").map(String.init)
        #expect(lines == [Self.json(1), Self.json(2, status: "creating"), Self.json(2), #"{"stack_id":"stack-0000000000000002"}"#])
    }

    @Test func `as YAML each change is a document`() throws {
        let text = try Self.printed(Self.life, .yaml)
        #expect(text.hasSuffix("---\nstack_id: stack-0000000000000002\n"))
        #expect(text.components(separatedBy: "---\n").count == 5)
    }

    @Test(arguments: [("snapshot", "[]"), ("stack", #"{"stack_id":1}"#), ("stack", "{"), ("removed", "{}")] as [(String, String)])
    func `an event that cannot be read is told`(name: String, data: String) throws {
        let failure = try #require(throws: ClientFailure.self) { try Self.printed([EventParser.Event(name: name, data: data)]) }
        #expect(failure.exitCode.rawValue == 3 && failure.lines[0].hasPrefix("an event is not one of a provisioner: "))
    }
}
