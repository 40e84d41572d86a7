/// The destinations that a stack may open connections to.
package enum Egress: String, Sendable, CaseIterable { case none, internet }
