/// An IAM role to assume.
struct Role: Sendable, Equatable {
    var arn: String
    /// The session name in CloudTrail; nil for a name derived from the time.
    var sessionName: String?
    /// The external id that the role's trust policy may require.
    var externalID: String?
    /// The session duration in seconds; nil for one hour.
    var durationSeconds: Int?
}
