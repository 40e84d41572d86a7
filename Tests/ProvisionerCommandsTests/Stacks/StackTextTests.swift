import Foundation
import TestBasics
import Testing

@testable import ProvisionerCommands

/// The tables and texts, to the letter.
@Suite struct StackTextTests {
    /// 2026-11-24T19:45:07.501Z
    static let now = Date(timeIntervalSince1970: 1_795_549_507.501)

    static func stack(_ change: (inout StackAnswer) -> Void = { _ in }) -> StackAnswer {
        var stack = StackAnswer(
            stackID: "stack-82c2199c92d32586",
            userID: 101,
            problemID: 1001,
            nodeID: "node-1",
            nodePublicIP: "203.0.113.10",
            podSpec: "kind: Pod\nspec:\n  x: \u{1B}[31m\n",
            ports: [PortAnswer(containerPort: 8080, protocol: "TCP", nodePort: 31249)],
            egress: "none",
            status: "running",
            ready: true,
            ttlExpiresAt: "2026-11-24T21:39:37.001Z",
            createdAt: "2026-11-24T19:39:37.001Z",
            requestedCPUMilli: 100,
            requestedMemoryBytes: 33_554_432
        )
        change(&stack)
        return stack
    }

    static let three = [
        stack(),
        stack {
            $0.stackID = "stack-0000000000000001"
            $0.userID = nil
            $0.problemID = nil
            $0.nodePublicIP = nil
            $0.ports?.append(PortAnswer(containerPort: 53, protocol: "UDP", nodePort: 30053))
            $0.ready = false
        },
        stack {
            $0.stackID = "stack-0000000000000002"
            $0.status = "failed"
            $0.ready = false
            $0.reason = "Unschedulable"
            $0.ports = [PortAnswer(containerPort: 8080, protocol: "TCP", nodePort: nil)]
            $0.nodeID = nil
        },
    ]

    @Test func `a list has one line for each stack`() {
        #expect(
            StackText(now: Self.now).list(Self.three) == """
                STACK                   USER  PROBLEM  STATUS    ADDRESS             AGE
                stack-82c2199c92d32586  101   1001     running   203.0.113.10:31249  5m30s
                stack-0000000000000001  -     -        unready   :31249 +1           5m30s
                stack-0000000000000002  101   1001     failed    203.0.113.10:-      5m30s

                """
        )
    }

    @Test func `a wide list has all columns`() {
        #expect(
            StackText(now: Self.now, isWide: true).list(Self.three)
                == """
                STACK                   USER  PROBLEM  STATUS    ADDRESS             AGE    ENDS  READY  NODE    EGRESS  PORTS                             REASON
                stack-82c2199c92d32586  101   1001     running   203.0.113.10:31249  5m30s  114m  yes    node-1  none    8080/TCP->31249                   -
                stack-0000000000000001  -     -        unready   :31249 +1           5m30s  114m  no     node-1  none    8080/TCP->31249,53/UDP->30053     -
                stack-0000000000000002  101   1001     failed    203.0.113.10:-      5m30s  114m  no     -       none    8080/TCP->-                       Unschedulable

                """.replacing("53/UDP->30053     -", with: "53/UDP->30053  -").replacing(
                    "PORTS                             REASON",
                    with: "PORTS                          REASON"
                ).replacing("8080/TCP->31249                   -", with: "8080/TCP->31249                -").replacing(
                    "8080/TCP->-                       Uns",
                    with: "8080/TCP->-                    Uns"
                )
        )
    }

    @Test func `only statuses are coloured, and only when colours are wanted`() {
        let colored = StackText(now: Self.now, isColored: true).list(Self.three)
        #expect(colored.contains("1001     \u{1B}[32mrunning\u{1B}[0m   203.0.113.10:31249"))
        #expect(colored.contains("\u{1B}[33munready\u{1B}[0m") && colored.contains("\u{1B}[31mfailed\u{1B}[0m"))
        #expect(colored.replacing(/\u{1B}\[\d+m/, with: "") == StackText(now: Self.now).list(Self.three))
    }

    @Test func `a stack is a line for each fact`() {
        #expect(
            StackText(now: Self.now).stack(Self.stack()) == """
                Stack:    stack-82c2199c92d32586
                Status:   running, ready
                Address:  203.0.113.10:31249
                Ports:    8080/TCP->31249
                User:     101
                Problem:  1001
                Node:     node-1
                Egress:   none
                Age:      5m30s
                Ends:     in 114m (2026-11-24T21:39:37.001Z)
                Request:  cpu 100m, memory 32Mi

                """
        )
        let wide = StackText(now: Self.now, isWide: true).stack(Self.stack())
        #expect(wide.hasSuffix("Pod spec:\n  kind: Pod\n  spec:\n    x: \\u{1b}[31m\n"))
    }

    @Test func `a status says why the stack is not ready, within 80 columns`() {
        let status = StatusAnswer(
            stackID: "stack-82c2199c92d32586",
            status: "failed",
            ready: false,
            ttl: "2026-11-24T21:39:37.001Z",
            ports: [PortAnswer(containerPort: 53, protocol: "UDP", nodePort: 30053), PortAnswer(containerPort: 80, nodePort: 30080)],
            nodePublicIP: "2001:db8::1",
            reason: "Unschedulable",
            message: "no node fits: 3 nodes have too little memory, 1 node has a taint\nthat the Pod does not tolerate"
        )
        #expect(
            StackText(now: Self.now).status(status) == """
                Stack:    stack-82c2199c92d32586
                Status:   failed (Unschedulable): no node fits: 3 nodes have too little memory,
                          1 node has a taint that the Pod does not tolerate
                Address:  [2001:db8::1]:30053/UDP, [2001:db8::1]:30080
                Ends:     in 114m (2026-11-24T21:39:37.001Z)

                """
        )
    }

    @Test func `events have their message in as many lines as it needs`() {
        let events = [
            EventAnswer(
                time: "2026-11-24T19:45:00Z",
                type: "Normal",
                reason: "Scheduled",
                message: "Successfully assigned stacks/stack-82c2199c92d32586 to node-1",
                count: 1,
                object: "Pod/stack-82c2199c92d32586"
            ),
            EventAnswer(time: nil, type: "Warning", reason: "BackOff", message: "Back-off pulling image", count: 3, object: nil),
        ]
        #expect(
            StackText(now: Self.now).events(events)
                == """
                AGE             TYPE     REASON     OBJECT  MESSAGE
                7s              Normal   Scheduled  Pod     Successfully assigned
                                                            stacks/stack-82c2199c92d32586 to
                                                            node-1
                <unknown> (x3)  Warning  BackOff    -       Back-off pulling image

                """.replacing("                                                            ", with: String(repeating: " ", count: 44))
        )
    }

    @Test func `the numbers of a server`() {
        let stats = StatsAnswer(
            totalStacks: 3,
            activeStacks: 2,
            nodeDistribution: ["node-2": 1, "node-1": 2],
            usedNodePorts: 4,
            reservedCPUMilli: 1500,
            reservedMemoryBytes: 96 << 20
        )
        #expect(
            StackText(now: Self.now).stats(stats) == """
                Stacks:      2 creating or running, 3 in all
                Node ports:  4 in use
                Reserved:    cpu 1500m, memory 96Mi
                Nodes:       node-1 2, node-2 1

                """
        )
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
    func `a list of any stacks fits 80 columns, with every id and address in full`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let stacks = (0..<3).map { number in
                Self.stack { stack in
                    stack.stackID = "stack-000000000000000\(number)"
                    stack.userID = [1, 101, 12_345_678, .max].randomElement(using: &generator)
                    stack.problemID = [nil, 7, 1001, .max].randomElement(using: &generator) ?? nil
                    stack.status = ["creating", "running", "node_deleted"].randomElement(using: &generator) ?? ""
                    stack.nodePublicIP = [nil, "203.0.113.110", "2001:db8::10:5"].randomElement(using: &generator) ?? nil
                    stack.createdAt = ["2026-11-24T19:45:00Z", "2020-01-01T00:00:00Z", "x"].randomElement(using: &generator)
                    stack.ports?[0].nodePort = 32767
                }
            }
            let lines = StackText(now: Self.now).list(stacks).split(separator: "\n")
            #expect(lines.count == 4 && lines.allSatisfy { $0.count <= 80 }, "seed \(seed): \(lines)")
            for (line, stack) in zip(lines.dropFirst(), stacks) {
                let address = StackText.addresses(stack.nodePublicIP, stack.ports)[0]
                #expect(line.hasPrefix(stack.stackID + "  ") && line.contains(address), "seed \(seed): \(line)")
            }
        }
    }
}
