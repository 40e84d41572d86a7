import Testing

@testable import KubernetesClient

struct RequestMetricsTests {
    @Test(arguments: [
        ("/api/v1/pods", "pods"), ("/api/v1/namespaces/stacks/pods", "pods"), ("/api/v1/namespaces/stacks/pods/stack-1", "pods"),
        ("/api/v1/namespaces/stacks/pods/stack-1/log", "log"), ("/api/v1/namespaces/stacks", "namespaces"), ("/api/v1/nodes/a", "nodes"),
        ("/apis/coordination.k8s.io/v1/namespaces/stacks/leases/x", "leases"), ("/readyz", "other"), ("/", "other"), ("", "other"),
        ("/apis", "other"), ("/api/v1/namespaces/stacks/secrets/x", "other"),
        ("/apis/networking.k8s.io/v1/namespaces/s/networkpolicies", "networkpolicies"),
    ])
    func `a path is counted under its resource, any other under one label`(path: String, resource: String) {
        #expect(RequestMetrics.resource(of: path) == resource)
    }

    @Test(
        arguments: [(Duration.seconds(2), 2_000_000_000), (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.zero, 0)]
            as [(Duration, Int64)]
    )
    func `a duration in nanoseconds is clamped`(duration: Duration, nanoseconds: Int64) {
        #expect(duration.nanoseconds == nanoseconds)
    }
}
