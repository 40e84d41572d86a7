import Foundation
import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

/// What a Pod counts for in the cluster's capacity.
@Suite struct UsageTests {
    @Test func `a Pod counts the sum of its containers, or its largest init container`() throws {
        let pod = try pod(
            #"{"containers":[{"name":"a","resources":{"requests":{"cpu":"100m","memory":"64Mi"}}},{"name":"b"}],"#
                + #""initContainers":[{"name":"i","resources":{"requests":{"cpu":"50m","memory":"128Mi"}}}]}"#
        )
        #expect(pod.usage(isOwned: false).request == ResourceAmount(cpuMilli: 100, memoryBytes: 128 << 20))
    }

    private func pod(_ spec: String) throws -> Pod {
        try JSONDecoder().decode(Pod.self, from: Data(#"{"metadata":{"name":"p","namespace":"n"},"spec":\#(spec)}"#.utf8))
    }
}
