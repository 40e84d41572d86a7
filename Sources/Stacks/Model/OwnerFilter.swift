/// A selection of stacks by user, by problem, or by both.
package struct OwnerFilter: Sendable, Equatable {
    package var userID: Int64?
    package var problemID: Int64?

    package init(userID: Int64? = nil, problemID: Int64? = nil) {
        self.userID = userID
        self.problemID = problemID
    }

    /// True if the filter selects every stack.
    package var isEmpty: Bool { userID == nil && problemID == nil }

    package func matches(_ record: StackRecord) -> Bool {
        (userID == nil || record.userID == userID) && (problemID == nil || record.problemID == problemID)
    }
}
