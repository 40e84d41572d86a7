/// The policy for Pod specs: an allow-list. What is not known to be harmless is refused with its path; what is accepted is built anew
/// with everything forced that isolates it.
public struct PodPolicy: Sendable {
    /// The longest text that is looked at, in bytes of UTF-8.
    public static let maximumSize = 64 * 1024
    /// What the operator chose.
    public let settings: PodPolicySettings

    /// The policy with an operator's choices.
    public init(settings: PodPolicySettings = PodPolicySettings()) {
        self.settings = settings
    }

    /// Checks a spec whose one port must be `targetPort`.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String, targetPort: Int) throws(PodSpecRefusal) -> CheckedPod {
        try check(text, expectedPort: targetPort)
    }

    /// Checks a spec on its own, as an author does.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String) throws(PodSpecRefusal) -> CheckedPod {
        try check(text, expectedPort: nil)
    }

    private func check(_ text: String, expectedPort: Int?) throws(PodSpecRefusal) -> CheckedPod {
        let document = try Document.parse(text)
        let checker = Checker(settings: settings)
        let pod = checker.pod(document, targetPort: expectedPort)
        guard let pod, checker.problems.isEmpty else { throw PodSpecRefusal(problems: checker.problemsByPosition) }
        return pod
    }
}
