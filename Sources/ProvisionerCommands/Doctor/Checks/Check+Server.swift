import Foundation
import KubernetesClient

extension Check {
    /// The checks of the API server's version and clock.
    static func server(_ answer: Answer<ServerInformation>, address: String) -> [Check] {
        switch answer {
        case .refused(let reason), .failed(let reason):
            let advice = "check KUBECONFIG and K8S_CONTEXT, the network, and whether the credentials are valid: kubectl get --raw /version"
            return [Check("kubernetes", .unknown, "\(address) cannot be asked: \(reason)", advice: advice)]
        case .forbidden:
            return [Check("kubernetes", .ok, "\(address) answers, but does not tell its version")]
        case .found(let server):
            let milliseconds = Int(clamping: Int64(max(0, server.received.timeIntervalSince(server.sent) * 1000)))
            return [version(server.version, "\(address) answers in \(milliseconds) ms"), clock(server)]
        }
    }

    /// The oldest and the newest minor version of Kubernetes that the tests know.
    static let testedMinors = 20...36

    private static func version(_ version: String, _ reached: String) -> Check {
        let found = "\(version) at \(reached)"
        guard let minor = minor(of: version), !testedMinors.contains(minor) else { return Check("kubernetes", .ok, found) }
        let tested = "1.\(testedMinors.lowerBound) to 1.\(testedMinors.upperBound)"
        return Check("kubernetes", .warning, found, advice: "the service is tested on Kubernetes \(tested)")
    }

    /// Returns the minor number of a release 1.x; nil for anything else, such as a build without a version.
    static func minor(of version: String) -> Int? {
        let parts = version.split(separator: ".")
        guard parts.count >= 2, parts[0] == "v1" else { return nil }
        return Int(parts[1].prefix { $0.isASCII && $0.isNumber })
    }

    /// The header has whole seconds, and the response was on its way for a while: only a difference outside of both counts.
    private static func clock(_ server: ServerInformation) -> Check {
        guard let date = server.date else { return Check("clock", .warning, "the API server's response has no Date header") }
        let behind = date.timeIntervalSince(server.received)
        let ahead = server.sent.timeIntervalSince(date.addingTimeInterval(1))
        let difference = max(behind, ahead, 0)
        guard difference.isFinite, difference >= 1 else { return Check("clock", .ok, "agrees with the API server's") }
        let seconds = Int(min(difference.rounded(), 1e12))
        let found = "\(seconds) s \(behind > ahead ? "behind" : "ahead of") the API server's"
        let advice = "synchronise both clocks (NTP): times of stacks are told by this clock, and their Pods end by the nodes'"
        return Check("clock", difference < 5 ? .ok : difference < 60 ? .warning : .wrong, found, advice: advice)
    }
}
