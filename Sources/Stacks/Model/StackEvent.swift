package import FoundationEssentials

/// A Kubernetes event of a stack's Pod or Service.
package struct StackEvent: Sendable, Equatable {
    /// The time of the last occurrence.
    package var time: Date?
    /// `Normal` or `Warning`.
    package var type: String?
    /// The reason in Kubernetes' terms, such as `Pulled`.
    package var reason: String?
    package var message: String?
    /// The number of occurrences, at least 1.
    package var count: Int
    /// Kind and name of the object, such as `Pod/stack-0123456789abcdef`.
    package var object: String?

    package init(time: Date?, type: String?, reason: String?, message: String?, count: Int, object: String?) {
        self.time = time
        self.type = type
        self.reason = reason
        self.message = message
        self.count = count
        self.object = object
    }
}
