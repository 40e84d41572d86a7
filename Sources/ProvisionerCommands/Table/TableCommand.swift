import ArgumentParser
import DynamoDB
import FoundationEssentials
import Logging
import StackStoreDynamoDB
import Stacks

struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Make or check the DynamoDB table of STACK_STORE=dynamodb.",
        discussion: """
            DDB_STACK_TABLE names the table (smctf-stacks); region, endpoint and credentials are found as by every AWS SDK: AWS_REGION,
            AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB and so on.

            Exit codes: 0 when the table is as it should be, 1 when it is not or cannot be reached, 2 when the configuration is wrong.
            """,
        subcommands: [Create.self, Check.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the table, billed on demand, or what is missing of it, and wait until it can be used. Repeats safely."
        )

        func run() async throws {
            try await TableCommand.withTable { table, region in
                let steps = try await table.create()
                for step in steps { Terminal.say("table \(table.name) in \(region): \(step.sentence)\n") }
                if steps.isEmpty { Terminal.say("table \(table.name) in \(region): nothing to do\n") }
                for advice in try await table.advice() { Terminal.say(table.explain(advice, region: region) + "\n") }
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether the table is as the service needs it, and whether its items agree with each other.",
            discussion: """
                Reads the whole table, which takes the right dynamodb:Scan: locks, ports and keys of stacks that do not exist, and counters
                that differ from what is there. With --repair the first are removed and the others counted anew, each on condition
                that it is still as it was found; the service may go on meanwhile.
                """
        )

        @Flag(help: "Remove what no stack holds, and count anew.")
        var repair = false

        func run() async throws {
            let repair = repair
            try await TableCommand.withTable { table, region in
                let findings = try await table.findings()
                for finding in findings { Terminal.complain(table.explain(finding)) }
                guard !findings.contains(where: { $0 != .noTimeToLive }) else { throw ExitCode(1) }
                let areItemsWell = try await TableCommand.checkItems(of: table, repair: repair)
                guard findings.isEmpty, areItemsWell else { throw ExitCode(1) }
                Terminal.say("table \(table.name) in \(region): as it should be\n")
                for advice in try await table.advice() { Terminal.say(table.explain(advice, region: region) + "\n") }
            }
        }
    }

    /// - Returns: true if no discrepancy is left.
    fileprivate static func checkItems(of table: StackTable, repair: Bool) async throws -> Bool {
        var audit: StackTable.Audit
        do { audit = try await table.audit() } catch let error as DynamoDBError where error.code == .accessDenied && !repair {
            Terminal.say("table \(table.name): its items were not looked at, for want of the right dynamodb:Scan\n")
            return true
        }
        if repair {
            let repaired = try await table.repair(audit.discrepancies + audit.obsolete)
            for discrepancy in repaired { Terminal.say("repaired: \(discrepancy.sentence)\n") }
            audit = try await table.audit()
        }
        for discrepancy in audit.discrepancies {
            let advice = discrepancy.canBeRepaired ? "; to mend it: provisioner table check --repair" : ""
            Terminal.complain("table \(table.name): \(discrepancy.sentence)\(advice)")
        }
        if !audit.obsolete.isEmpty {
            Terminal.say(
                "table \(table.name): \(audit.obsolete.count) items are of an earlier version and needed no more; "
                    + "to remove them: provisioner table check --repair\n"
            )
        }
        if !audit.hasCounted {
            Terminal.say("table \(table.name): the counters were not compared: stacks come and go, or an item cannot be read\n")
        }
        return audit.discrepancies.isEmpty
    }

    /// Runs `body` with the table that the environment names, and its region.
    fileprivate static func withTable(_ body: (StackTable, String) async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        try await DynamoDBConnection.with(environment) { connection in
            do {
                try await body(StackTable(client: connection.client, name: DynamoDBConnection.table(environment)), connection.region)
            } catch let error as StackTableError {
                Terminal.complain(error.message)
                throw ExitCode(1)
            } catch let error as StoreError {
                Terminal.complain("\(error)")
                throw ExitCode(1)
            }
        }
    }
}

extension StackTable.Step {
    fileprivate var sentence: String {
        switch self {
        case .created: "created, billed on demand"
        case .timeToLiveEnabled: "time to live enabled"
        }
    }
}
