import DynamoDB
import Stacks

extension StackTable {
    /// The result of a full scan of the table.
    package struct Audit: Sendable, Equatable {
        package var discrepancies: [Discrepancy] = []
        /// The items that nothing needs any more. They contradict nothing, but ``repair(_:)`` can remove them.
        package var obsolete: [Discrepancy] = []
        /// True if the counters could be compared with the rows.
        package var hasCounted = true
    }

    /// Reads every item, and reads apparent contradictions again, since services may be running.
    /// - Throws: ``StoreError``; `DynamoDBError`, such as `accessDenied` without the right to scan.
    package func audit() async throws -> Audit {
        let store = DynamoDBStackStore(client: client, table: name)
        let seen = ScannedItems(try await scan())
        var audit = Audit(discrepancies: seen.unreadable, obsolete: seen.obsolete)
        for candidate in seen.danglingCandidates where try await isDangling(candidate, store) { audit.discrepancies.append(candidate) }
        audit.hasCounted = false
        guard seen.unreadable.isEmpty else { return audit }
        let first = try await counterDiscrepancies(store, users: seen.countedUsers)
        // A single comparison may have met a short-lived stack.
        let second = first?.isEmpty == false ? try await counterDiscrepancies(store, users: seen.countedUsers) : first
        guard let first, let second else { return audit }
        audit.hasCounted = true
        audit.discrepancies += first.filter(second.contains)
        return audit
    }

    /// Repairs discrepancies, each on condition that the item is unchanged.
    /// - Returns: the repaired discrepancies.
    /// - Throws: ``StoreError``.
    package func repair(_ discrepancies: [Discrepancy]) async throws -> [Discrepancy] {
        let store = DynamoDBStackStore(client: client, table: name)
        var repaired: [Discrepancy] = []
        for discrepancy in discrepancies where discrepancy.canBeRepaired {
            if try await store.repair(discrepancy) { repaired.append(discrepancy) }
        }
        return repaired
    }

    private func counterDiscrepancies(_ store: DynamoDBStackStore, users: Set<Int64>) async throws -> [Discrepancy]? {
        for _ in 0..<5 {
            if let found = try await store.counterDiscrepancies(users: users) { return found }
            try await pause(.seconds(1))
        }
        return nil
    }

    private func scan() async throws -> [DynamoDB.Item] {
        var items: [DynamoDB.Item] = []
        var next: DynamoDB.Item?
        repeat {
            let page = try await client.scan(DynamoDB.ScanInput(consistentRead: true, exclusiveStartKey: next, tableName: name))
            items += page.items ?? []
            next = page.lastEvaluatedKey
        } while next != nil
        return items
    }

    /// Returns true if the holder has no row and the item still names it. The row is read first: once it is gone, no transaction writes
    /// such an item again.
    private func isDangling(_ candidate: Discrepancy, _ store: DynamoDBStackStore) async throws -> Bool {
        guard case .dangling(let pk, let sk, let holder) = candidate else { return false }
        guard try await store.rows([ItemKey.stack(holder)], consistentRead: true).isEmpty else { return false }
        let key: DynamoDB.Item = [Attribute.partitionKey: .s(pk), Attribute.sortKey: .s(sk)]
        let item = try await store.rows([key], consistentRead: true).first
        return item?[Attribute.stackID] == .s(holder.description)
    }
}

/// The items of a table, sorted by kind.
struct ScannedItems {
    private(set) var unreadable: [Discrepancy] = []
    private(set) var obsolete: [Discrepancy] = []
    private(set) var countedUsers: Set<Int64> = []
    private var rows: Set<StackID> = []
    private var held: [Discrepancy] = []

    init(_ items: [DynamoDB.Item]) {
        for item in items { add(ItemReader(item), item) }
    }

    /// Items whose holders have no row. A row under a wrong key is one as well.
    var danglingCandidates: [Discrepancy] {
        held.filter { if case .dangling(_, _, let holder) = $0 { !rows.contains(holder) } else { false } }
    }

    private mutating func add(_ reader: ItemReader, _ item: DynamoDB.Item) {
        let pk = reader.optionalText(Attribute.partitionKey) ?? ""
        let sk = reader.optionalText(Attribute.sortKey) ?? ""
        switch pk.prefix(while: { $0 != "#" }) {
        case "STACKS":
            if let id = StackID(sk) { rows.insert(id) }
            do { _ = try StackRecord(item) } catch { unreadable.append(.unreadable("\(error)")) }
        case "USER" where sk == "COUNT":
            addCount(reader, item, pk)
        case ItemKey.obsoleteExpiries:
            obsolete.append(.obsolete(pk: pk, sk: sk))
        case "USER", "PORT", "KEY":
            do {
                held.append(.dangling(pk: pk, sk: sk, holder: try reader.value(Attribute.stackID) { StackID($0) }))
            } catch { unreadable.append(.unreadable("\(error)")) }
        case "CAPACITY" where sk < ItemKey.endOfCounters:
            do { _ = try reader.reserved } catch { unreadable.append(.unreadable("\(error)")) }
        case "CAPACITY" where sk == "GATE":
            do { _ = try CapacityBound(reader) } catch { unreadable.append(.unreadable("\(error)")) }
        default:
            break
        }
    }

    private mutating func addCount(_ reader: ItemReader, _ item: DynamoDB.Item, _ pk: String) {
        if item["stack_count"] != nil, item[Attribute.stacks] == nil { return unreadable.append(.predecessor(pk: pk)) }
        do {
            let _: Int64 = try reader.integer(Attribute.stacks)
            guard let user = Int64(pk.dropFirst("USER#".count)) else { throw reader.unreadable("its user is no number") }
            countedUsers.insert(user)
        } catch { unreadable.append(.unreadable("\(error)")) }
    }
}
