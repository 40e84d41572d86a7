/// The reason for which a create failed after its caller had been answered.
package struct StackFailure: Sendable, Hashable {
    /// A word for programs, such as `Unschedulable`.
    package var reason: String
    /// The reason as a sentence.
    package var message: String

    package init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }
}
