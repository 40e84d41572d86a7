import Foundation
import PodPolicy

/// The texts for people, of responses of the server.
struct StackText {
    var now: Date
    var isWide = false
    var isColored = false

    private var width: Int? { isWide ? nil : TextTable.width }

    // MARK: Lists

    private static let columns: [TextTable.Column] = [
        TextTable.Column(title: "STACK", minimum: 22), TextTable.Column(title: "USER", rank: 2),
        TextTable.Column(title: "PROBLEM", rank: 1), TextTable.Column(title: "STATUS", minimum: 8),
        TextTable.Column(title: "ADDRESS", minimum: 18), TextTable.Column(title: "AGE", rank: 3),
    ]
    private static let wideColumns = columns + ["ENDS", "READY", "NODE", "EGRESS", "PORTS", "REASON"].map { TextTable.Column(title: $0) }

    /// The columns of a list that begins with these stacks.
    func table(_ stacks: [StackAnswer]) -> TextTable {
        let rows = stacks.map { row($0) }
        return TextTable(isWide ? Self.wideColumns : Self.columns, rows: rows, width: width, isColored: isColored)
    }

    /// - Parameter status: overrides that of the stack.
    func row(_ stack: StackAnswer, status: String? = nil) -> [TextTable.Cell] {
        let cells = [
            TextTable.Cell(stack.stackID), TextTable.Cell(Self.number(stack.userID)), TextTable.Cell(Self.number(stack.problemID)),
            status.map { TextTable.Cell($0) } ?? Self.status(stack.status, stack.ready),
            TextTable.Cell(Self.address(stack)), TextTable.Cell(Age.text(since: stack.createdAt, now: now)),
        ]
        guard isWide else { return cells }
        let ports = (stack.ports ?? []).map(Self.mapping).joined(separator: ",")
        return cells + [
            TextTable.Cell(Age.text(until: stack.ttlExpiresAt, now: now)), TextTable.Cell(stack.ready == true ? "yes" : "no"),
            TextTable.Cell(stack.nodeID ?? "-"), TextTable.Cell(stack.egress ?? "-"), TextTable.Cell(ports),
            TextTable.Cell(stack.reason ?? "-"),
        ]
    }

    func list(_ stacks: [StackAnswer]) -> String {
        let table = table(stacks)
        return table.header + stacks.map { table.line(row($0)) }.joined()
    }

    func events(_ events: [EventAnswer]) -> String {
        let columns = ["AGE", "TYPE", "REASON", "OBJECT", "MESSAGE"].map { TextTable.Column(title: $0) }
        let rows = events.map { event in
            let count = event.count.flatMap { $0 > 1 ? " (x\($0))" : nil } ?? ""
            let object = event.object ?? "-"
            return [
                TextTable.Cell(Age.text(since: event.time, now: now) + count),
                TextTable.Cell(event.type ?? "-", event.type == "Warning" ? .yellow : nil), TextTable.Cell(event.reason ?? "-"),
                TextTable.Cell(isWide ? object : String(object.prefix { $0 != "/" })), TextTable.Cell(event.message ?? ""),
            ]
        }
        let table = TextTable(columns, rows: rows, width: width, isColored: isColored)
        return table.header + rows.map(table.line).joined()
    }

    // MARK: One object

    func stack(_ stack: StackAnswer) -> String {
        var fields = [
            ("Stack", TextTable.Cell(stack.stackID)),
            ("Status", Self.sentence(stack.status, stack.ready, stack.reason, stack.message)),
            ("Address", TextTable.Cell(Self.addresses(stack.nodePublicIP, stack.ports).joined(separator: ", "))),
            ("Ports", TextTable.Cell((stack.ports ?? []).map(Self.mapping).joined(separator: ", "))),
            ("User", TextTable.Cell(Self.number(stack.userID))), ("Problem", TextTable.Cell(Self.number(stack.problemID))),
            ("Node", TextTable.Cell(stack.nodeID ?? "-")), ("Egress", TextTable.Cell(stack.egress ?? "-")),
            ("Age", TextTable.Cell(Age.text(since: stack.createdAt, now: now))), ("Ends", end(stack.ttlExpiresAt)),
        ]
        if let cpu = stack.requestedCPUMilli, let memory = stack.requestedMemoryBytes {
            fields.append(("Request", TextTable.Cell(Self.amount(cpuMilli: cpu, memoryBytes: memory))))
        }
        let spec = isWide ? stack.podSpec.map { "Pod spec:\n" + Self.indented($0) } : nil
        return text(fields) + (spec ?? "")
    }

    func status(_ status: StatusAnswer) -> String {
        text([
            ("Stack", TextTable.Cell(status.stackID)),
            ("Status", Self.sentence(status.status, status.ready, status.reason, status.message)),
            ("Address", TextTable.Cell(Self.addresses(status.nodePublicIP, status.ports).joined(separator: ", "))),
            ("Ends", end(status.ttl)),
        ])
    }

    func stats(_ stats: StatsAnswer) -> String {
        let nodes = stats.nodeDistribution.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return text([
            ("Stacks", TextTable.Cell("\(stats.activeStacks) creating or running, \(stats.totalStacks) in all")),
            ("Node ports", TextTable.Cell("\(stats.usedNodePorts) in use")),
            ("Reserved", TextTable.Cell(Self.amount(cpuMilli: stats.reservedCPUMilli, memoryBytes: stats.reservedMemoryBytes))),
            ("Nodes", TextTable.Cell(nodes.isEmpty ? "-" : nodes.joined(separator: ", "))),
        ])
    }

    func renewed(_ stack: StackAnswer) -> String {
        Shown.line("\(stack.stackID) ends in \(Age.text(until: stack.ttlExpiresAt, now: now)) (\(stack.ttlExpiresAt ?? "-"))") + "\n"
    }

    /// A name and its value in each line.
    private func text(_ fields: [(name: String, value: TextTable.Cell)]) -> String {
        let names = fields.map { TextTable.Cell($0.name + ":") }
        let columns = [TextTable.Column(title: ""), TextTable.Column(title: "")]
        // The values are no column: each is as long as it is.
        let rows = names.map { [$0, TextTable.Cell("")] }
        let table = TextTable(columns, rows: rows, width: width, isColored: isColored)
        return zip(names, fields).map { table.line([$0, $1.value]) }.joined()
    }

    private func end(_ moment: String?) -> TextTable.Cell {
        TextTable.Cell("in \(Age.text(until: moment, now: now)) (\(moment ?? "-"))")
    }
}

extension StackText {
    /// The addresses that players use, the first one without a protocol if it is TCP.
    static func addresses(_ host: String?, _ ports: [PortAnswer]?) -> [String] {
        (ports ?? []).map { port in
            let name = host.map { $0.contains(":") ? "[\($0)]" : $0 } ?? ""
            let transport = port.protocol.flatMap { $0 == "TCP" ? nil : "/\($0)" } ?? ""
            return "\(name):\(port.nodePort.map(String.init) ?? "-")\(transport)"
        }
    }

    private static func address(_ stack: StackAnswer) -> String {
        let addresses = addresses(stack.nodePublicIP, stack.ports)
        guard let first = addresses.first else { return "-" }
        return first + (addresses.count > 1 ? " +\(addresses.count - 1)" : "")
    }

    private static func mapping(_ port: PortAnswer) -> String {
        "\(port.containerPort)/\(port.protocol ?? "TCP")->\(port.nodePort.map(String.init) ?? "-")"
    }

    private static func number(_ number: Int64?) -> String { number.map { "\($0)" } ?? "-" }

    /// `unready` is a stack that runs while its probes do not succeed yet.
    private static func status(_ status: String, _ ready: Bool?) -> TextTable.Cell {
        switch (status, ready) {
        case ("running", false): TextTable.Cell("unready", .yellow)
        case ("running", _): TextTable.Cell(status, .green)
        case ("creating", _): TextTable.Cell(status, .yellow)
        default: TextTable.Cell(status, .red)
        }
    }

    private static func sentence(_ status: String, _ ready: Bool?, _ reason: String?, _ message: String?) -> TextTable.Cell {
        let cell = Self.status(status, ready)
        let state = status == "running" ? (ready == false ? "running, not ready" : "running, ready") : status
        return TextTable.Cell(state + (reason.map { " (\($0))" } ?? "") + (message.map { ": \($0)" } ?? ""), cell.color)
    }

    private static func amount(cpuMilli: Int64, memoryBytes: Int64) -> String {
        "cpu \(Quantity.cpu(milli: cpuMilli)), memory \(Quantity.bytes(memoryBytes))"
    }

    private static func indented(_ text: String) -> String {
        Shown.lines(text).split(separator: "\n", omittingEmptySubsequences: true).map { "  \($0)\n" }.joined()
    }
}
