/// A point before or after an external effect of a create or a delete, at which tests end the process.
package struct Failpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Moment: String, Sendable, CaseIterable { case before, after }

    package enum Effect: String, Sendable, CaseIterable {
        case reserve, createPod, createService, changePort, activate, renew
        case beginDelete, deleteService, deletePod, remove, fail
    }

    package var moment: Moment
    package var effect: Effect

    package static let all = Effect.allCases.flatMap { effect in Moment.allCases.map { Failpoint($0, effect) } }

    package init(_ moment: Moment, _ effect: Effect) {
        self.moment = moment
        self.effect = effect
    }

    /// Parses a failpoint such as `before-createPod`.
    package init?(_ text: String) {
        guard let found = Self.all.first(where: { $0.description == text }) else { return nil }
        self = found
    }

    package var description: String { "\(moment.rawValue)-\(effect.rawValue)" }
}
