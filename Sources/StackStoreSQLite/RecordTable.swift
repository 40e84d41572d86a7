import FoundationEssentials
import Stacks

/// What the file has of one stack.
enum StoredRecord: Sendable {
    case readable(StackRecord)
    case unreadable(UnreadableRecord)
    case missing
}

/// The records of the file in memory, so that a read needs no query. A value without I/O.
struct RecordTable: Sendable {
    /// Oldest first.
    private(set) var records: [StackRecord] = []
    private(set) var unreadable: [UnreadableRecord] = []
    /// The records by user, oldest first.
    private var ofUser: [Int64: [StackRecord]] = [:]
    /// The position of each record, which never changes.
    private var cursors: [StackID: StackCursor] = [:]

    init() {}

    init(_ read: StackRecords) {
        unreadable = read.unreadable
        for record in read.records { set(.readable(record), of: record.id) }
    }

    func records(ofUser userID: Int64) -> [StackRecord] { ofUser[userID] ?? [] }

    func record(_ id: StackID) -> StoredRecord {
        if let record = readable(id) { return .readable(record) }
        return unreadable.first { $0.id == id }.map(StoredRecord.unreadable) ?? .missing
    }

    /// Replaces what is known of a stack.
    mutating func set(_ stored: StoredRecord, of id: StackID) {
        unreadable.removeAll { $0.id == id }
        if case .readable(let record) = stored, replace(with: record) { return }
        if let old = readable(id) {
            records.remove(old)
            if let userID = old.userID {
                ofUser[userID]?.remove(old)
                if ofUser[userID]?.isEmpty == true { ofUser[userID] = nil }
            }
            cursors[id] = nil
        }
        switch stored {
        case .readable(let record):
            records.insert(record)
            if let userID = record.userID { ofUser[userID, default: []].insert(record) }
            cursors[id] = StackCursor(record)
        case .unreadable(let record): unreadable.append(record)
        case .missing: break
        }
    }

    /// Puts a new version in the place of the old one, which most changes leave it in: moving thousands of records takes longer.
    private mutating func replace(with record: StackRecord) -> Bool {
        guard let cursor = cursors[record.id], cursor == StackCursor(record) else { return false }
        let index = records.position(after: cursor) - 1
        guard records[index].userID == record.userID else { return false }
        records[index] = record
        if let userID = record.userID, let index = ofUser[userID]?.position(after: cursor) { ofUser[userID]?[index - 1] = record }
        return true
    }

    private func readable(_ id: StackID) -> StackRecord? {
        guard let cursor = cursors[id] else { return nil }
        return records[records.position(after: cursor) - 1]
    }
}

extension [StackRecord] {
    fileprivate mutating func insert(_ record: StackRecord) { insert(record, at: position(after: StackCursor(record))) }

    fileprivate mutating func remove(_ record: StackRecord) { remove(at: position(after: StackCursor(record)) - 1) }
}
