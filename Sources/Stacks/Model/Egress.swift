/// The destinations that a stack may connect to.
package enum Egress: String, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// The public internet, without private and cluster-internal addresses.
    case internet
}
