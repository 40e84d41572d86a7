package import Logging

/// The parameters of `GET /stacks`.
package struct StackQuery: Sendable, Equatable {
    package var owner: OwnerFilter
    package var status: StackStatus?
    /// The last stack of the page before.
    package var cursor: StackCursor?

    package init(owner: OwnerFilter = OwnerFilter(), status: StackStatus? = nil, cursor: StackCursor? = nil) {
        self.owner = owner
        self.status = status
        self.cursor = cursor
    }
}

/// The stacks of a query, oldest first. Each is made when it is asked for, so that the first is there before the last.
package struct StackList: Sequence, Sendable {
    fileprivate let service: StackService
    fileprivate let records: ArraySlice<StackRecord>
    fileprivate let query: StackQuery

    package func makeIterator() -> some IteratorProtocol<Stack> {
        let now = service.now()
        return records.lazy
            .filter { query.owner.matches($0) && $0.isVisible(at: now) }
            .map { service.view(of: $0, at: now) }
            .filter { query.status == nil || $0.status == query.status }
            .makeIterator()
    }
}

/// A part of the list of stacks.
package struct StackPage: Sendable, Equatable {
    package var stacks: [Stack]
    /// The position of the last stack; nil if none follows.
    package var next: StackCursor?
}

extension StackService {
    /// Returns the stacks of a query.
    package func stacks(_ query: StackQuery, logger: Logger) async throws -> StackList {
        try await translatingErrors(logger) {
            let read: StackRecords
            if let userID = query.owner.userID {
                read = try await store.records(ofUser: userID)
            } else {
                read = try await store.records()
            }
            guard cluster.isSynced else { throw StackError.notSynced }
            let start = query.cursor.map { read.records.position(after: $0) } ?? 0
            return StackList(service: self, records: read.records[start...], query: query)
        }
    }

    /// Returns the first `limit` stacks of a query.
    package func page(_ query: StackQuery, limit: Int, logger: Logger) async throws -> StackPage {
        let stacks = Array(try await stacks(query, logger: logger).prefix(limit + 1))
        var page = StackPage(stacks: Array(stacks.prefix(limit)), next: nil)
        if stacks.count > limit { page.next = page.stacks.last.map { StackCursor($0.record) } }
        return page
    }
}
