/// A role to assume.
struct Role: Sendable, Equatable {
    var arn: String
    /// Names the session in the account's audit log; nil for a name made of the time.
    var sessionName: String?
    /// What the role's owner asks of those who assume it.
    var externalID: String?
    /// nil for an hour.
    var durationSeconds: Int?
}
