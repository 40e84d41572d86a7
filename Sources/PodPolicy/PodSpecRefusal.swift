/// Why a Pod spec is not accepted: every problem found, up to ``maximumProblems``.
public struct PodSpecRefusal: Error, Sendable, Equatable {
    /// More than that nobody mends at once.
    public static let maximumProblems = 20
    /// From the top of the document to its end; at least one.
    public var problems: [PodSpecProblem]

    /// A refusal for these problems.
    public init(problems: [PodSpecProblem]) {
        self.problems = problems
    }
}

/// One thing wrong with a Pod spec.
public struct PodSpecProblem: Sendable, Equatable, Codable {
    /// Stable names for programs.
    public enum Code: String, Sendable, CaseIterable, Codable {
        case tooLarge = "too_large"
        case syntax = "syntax"
        case multipleDocuments = "multiple_documents"
        case tooDeep = "too_deep"
        case aliasNotAllowed = "alias_not_allowed"
        case tagNotAllowed = "tag_not_allowed"
        case duplicateKey = "duplicate_key"
        case notAllowed = "not_allowed"
        case required = "required"
        case wrongType = "wrong_type"
        case invalidValue = "invalid_value"
        case overMaximum = "over_maximum"
        case portMismatch = "port_mismatch"
    }

    /// Where, as Kubernetes writes it: `spec.containers[0].securityContext`. Empty for the document as a whole.
    public var path: String
    /// One of ``Code``.
    public var code: String
    /// What was found and what is allowed.
    public var message: String
    /// From 1; nil when the problem is with the document as a whole.
    public var line: Int?
    /// From 1, counted in Unicode scalars.
    public var column: Int?

    /// A problem at a place in the document, if it has one.
    public init(path: String, code: Code, message: String, line: Int? = nil, column: Int? = nil) {
        self.path = path
        self.code = code.rawValue
        self.message = message
        self.line = line
        self.column = column
    }
}
