import Foundation

/// The stacks that a list shows.
struct StackFilter {
    var user: Int64?
    var problem: Int64?
    var status: String?

    func matches(_ stack: StackAnswer) -> Bool {
        (user == nil || stack.userID == user) && (problem == nil || stack.problemID == problem) && (status == nil || stack.status == status)
    }
}

/// Turns the server's events into the output of `list --watch`.
struct WatchPrinter {
    private let filter: StackFilter
    private let format: OutputFormat
    /// The stacks as they were shown last.
    private var shown: [String: StackAnswer] = [:]
    private var table: TextTable?

    init(filter: StackFilter, format: OutputFormat) {
        self.filter = filter
        self.format = format
    }

    private struct Removed: Codable {
        var stackID: String

        enum CodingKeys: String, CodingKey {
            case stackID = "stack_id"
        }
    }

    private struct Snapshot: Decodable {
        var stacks: [JSONTree]
    }

    /// - Returns: the text to print; empty if nothing has changed for this list.
    /// - Throws: ``ClientFailure`` for an event that cannot be read.
    mutating func print(_ event: EventParser.Event, _ text: StackText) throws -> String {
        switch event.name {
        case "snapshot": return try snapshot(event.data, text)
        case "stack":
            let stack: StackAnswer = try Self.decoded(event.data)
            return try change(stack, json: event.data, text)
        case "removed":
            let removed: Removed = try Self.decoded(event.data)
            return try removal(removed.stackID, text)
        // An event of a newer server.
        default: return ""
        }
    }

    private mutating func snapshot(_ data: String, _ text: StackText) throws -> String {
        let list: StackListAnswer = try Self.decoded(data)
        var output = ""
        if table == nil, format.isForPeople {
            let table = text.table(list.stacks.filter(filter.matches))
            output += table.header
            self.table = table
        }
        // After a lost connection it tells what is gone.
        let present = Set(list.stacks.map(\.stackID))
        for id in shown.keys.filter({ !present.contains($0) }).sorted() { output += try removal(id, text) }
        let json = format.isForPeople ? [] : try (Self.decoded(data) as Snapshot).stacks.map { try $0.json }
        for (index, stack) in list.stacks.enumerated() { output += try change(stack, json: format.isForPeople ? "" : json[index], text) }
        return output
    }

    private mutating func change(_ stack: StackAnswer, json: String, _ text: StackText) throws -> String {
        let old = shown[stack.stackID]
        guard old != stack else { return "" }
        if filter.matches(stack) {
            shown[stack.stackID] = stack
        } else {
            // The last line of a stack that has left the filter shows its new status.
            guard shown.removeValue(forKey: stack.stackID) != nil else { return "" }
        }
        return try line(json: json) { text.row(stack) }
    }

    private mutating func removal(_ id: String, _ text: StackText) throws -> String {
        guard let stack = shown.removeValue(forKey: id) else { return "" }
        return try line(json: try JSONTree.object(["stack_id": .string(id)]).json) { text.row(stack, status: "removed") }
    }

    private func line(json: String, _ row: () -> [TextTable.Cell]) throws -> String {
        switch format {
        case .json: Shown.json(json) + "\n"
        case .yaml: "---\n" + (try (Self.decoded(json) as JSONTree).yaml)
        case .table, .wide: table?.line(row()) ?? ""
        }
    }

    private static func decoded<Value: Decodable>(_ json: String) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(json.utf8)) } catch {
            throw ClientFailure.unreachable("an event is not one of a provisioner: \(ServerAnswer.begin(of: json))", mayPass: false)
        }
    }
}
