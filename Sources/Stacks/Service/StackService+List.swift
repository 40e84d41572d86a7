package import Logging

/// The parameters of `GET /stacks`.
package struct StackQuery: Sendable, Equatable {
    package var owner: OwnerFilter
    package var status: StackStatus?
    /// The last stack of the page before.
    package var cursor: StackCursor?
    /// The maximum number of stacks; nil for all.
    package var limit: Int?

    package init(owner: OwnerFilter = OwnerFilter(), status: StackStatus? = nil, cursor: StackCursor? = nil, limit: Int? = nil) {
        self.owner = owner
        self.status = status
        self.cursor = cursor
        self.limit = limit
    }
}

/// A part of the list of stacks.
package struct StackPage: Sendable, Equatable {
    package var stacks: [Stack]
    /// The position of the last stack; nil if none follows.
    package var next: StackCursor?
}

extension StackService {
    /// Returns the stacks of a query, oldest first.
    package func stacks(_ query: StackQuery, logger: Logger) async throws -> StackPage {
        try await translatingErrors(logger) {
            let read: StackRecords
            if let userID = query.owner.userID {
                read = try await store.records(ofUser: userID)
            } else {
                read = try await store.records()
            }
            guard cluster.isSynced else { throw StackError.notSynced }
            let start = query.cursor.map { read.records.position(after: $0) } ?? 0
            var page = StackPage(stacks: [], next: nil)
            for record in read.records[start...] where query.owner.matches(record) && isVisible(record) {
                let stack = view(of: record)
                guard query.status == nil || stack.status == query.status else { continue }
                if let limit = query.limit, page.stacks.count >= limit {
                    page.next = page.stacks.last.map { StackCursor($0.record) }
                    break
                }
                page.stacks.append(stack)
            }
            return page
        }
    }
}
