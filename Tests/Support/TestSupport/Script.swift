package import Stacks
import TestBasics

/// What a fake is to do wrong, and how often each of its calls was made.
package struct Script<Call: Hashable & Sendable>: Sendable {
    /// A failure of a call: before its effect, or after it, when the caller only does not learn of the effect.
    package struct Fault: Sendable {
        package var moment: Failpoint.Moment
        package var error: any Error
        /// How many calls fail so.
        package var times: Int

        package init(_ moment: Failpoint.Moment, _ error: any Error, times: Int = 1) {
            self.moment = moment
            self.error = error
            self.times = times
        }
    }

    /// Calls begun.
    package private(set) var begun: [Call: Int] = [:]
    /// Calls that have ended, well or not.
    package private(set) var ended: [Call: Int] = [:]
    /// The next failure of each call.
    package var faults: [Call: Fault] = [:]

    /// Calls that wait, once begun, until the test takes them out of here.
    package var held: Set<Call> = []

    package init() {}

    /// - Returns: whether the call fails now.
    mutating func begin(_ call: Call) -> Fault? {
        begun[call, default: 0] += 1
        guard let fault = faults[call] else { return nil }
        faults[call]?.times -= 1
        if fault.times <= 1 { faults[call] = nil }
        return fault
    }

    mutating func end(_ call: Call) { ended[call, default: 0] += 1 }
}

extension Observed {
    /// Carries out a call of a fake as its script says.
    func perform<Call, Result>(
        _ call: Call,
        _ script: any WritableKeyPath<Value, Script<Call>> & Sendable,
        _ effect: () async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let fault = update { $0[keyPath: script].begin(call) }
        defer { update { $0[keyPath: script].end(call) } }
        // As a real call would, it gives others their turn.
        await Task.yield()
        try await wait { !$0[keyPath: script].held.contains(call) }
        if let fault, fault.moment == .before { throw fault.error }
        let result = try await effect()
        if let fault { throw fault.error }
        return result
    }
}
