/// A condition on labels; an empty one matches every object.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
public struct LabelSelector: Codable, Sendable, Equatable {
    /// One condition on a label.
    public struct Requirement: Codable, Sendable, Equatable {
        /// The label.
        public var key: String
        /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
        public var `operator`: String
        /// The values for `In` and `NotIn`.
        public var values: [String]?

        /// Creates a requirement.
        public init(key: String, operator: String, values: [String]? = nil) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }
    }

    /// Labels that an object must have.
    public var matchLabels: [String: String]?
    /// Further conditions, all of which an object must meet.
    public var matchExpressions: [Requirement]?

    /// Creates a selector.
    public init(matchLabels: [String: String]? = nil, matchExpressions: [Requirement]? = nil) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }
}
