/// A place at which tests end the process: before or after each effect that a create or a delete has outside of it.
public struct Failpoint: Hashable, Sendable, CustomStringConvertible {
    public enum Moment: String, Sendable, CaseIterable { case before, after }

    public enum Effect: String, Sendable, CaseIterable {
        case reserve, createPod, createService, changePort, activate
        case beginDelete, deleteService, deletePod, remove
    }

    public var moment: Moment
    public var effect: Effect

    public static let all = Effect.allCases.flatMap { effect in Moment.allCases.map { Failpoint($0, effect) } }

    public init(_ moment: Moment, _ effect: Effect) {
        self.moment = moment
        self.effect = effect
    }

    /// Reads `before-createPod` and the like.
    public init?(_ text: String) {
        guard let found = Self.all.first(where: { $0.description == text }) else { return nil }
        self = found
    }

    public var description: String { "\(moment.rawValue)-\(effect.rawValue)" }
}
