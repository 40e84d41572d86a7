import HTTPTypes
import Stacks

extension CreatePreference {
    init(_ preferences: Preferences) {
        self.init(isAsync: preferences.respondsAsync, wait: preferences.wait)
    }
}

extension HTTPFields {
    /// Names the preferences that decided when the response came.
    /// https://www.rfc-editor.org/rfc/rfc7240#section-3
    mutating func add(applied preference: CreatePreference, to outcome: CreateOutcome) {
        var applied: [String] = []
        if outcome.isAccepted { applied.append("respond-async") }
        if let wait = preference.wait { applied.append("wait=\(wait.components.seconds)") }
        guard !applied.isEmpty, let name = HTTPField.Name("Preference-Applied") else { return }
        self[name] = applied.joined(separator: ", ")
    }
}
