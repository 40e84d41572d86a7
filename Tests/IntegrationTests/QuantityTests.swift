import KubernetesClient
import PodPolicy
import Testing

/// The quantity parser against the API server's own: both read the same literals, and both agree on what they mean.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct QuantityTests {
    @Test func `what the API server reads this parser reads, to the byte; what it refuses this refuses`() async throws {
        try await TestCluster.withNamespace { namespace, client in
            var differences: [String] = []
            for (number, literal) in (QuantityLiterals.readable + QuantityLiterals.unreadable).enumerated() {
                let theirs = try await accepted(literal, number, namespace, client)
                guard let ours = Quantity(literal), !ours.isNegative else {
                    if let theirs { differences.append("\(literal): refused here, read there as \(theirs)") }
                    continue
                }
                guard let theirs else {
                    differences.append("\(literal): read here, refused there")
                    continue
                }
                // The API server answers in its canonical form, rounded up to whole bytes where it is finer.
                guard let canonical = Quantity(theirs) else {
                    differences.append("\(literal): its canonical form \(theirs) is not read here")
                    continue
                }
                if canonical.value() != ours.value() { differences.append("\(literal): \(ours.value()) here, \(canonical.value()) there") }
            }
            #expect(differences == [])
            // The API server takes the largest number instead; a spec that asks for so much is a mistake.
            #expect(QuantityLiterals.tooLarge.allSatisfy { Quantity($0) == nil })
            print("quantities compared with the API server: \(QuantityLiterals.all.count)")
        }
    }

    /// What the API server makes of a quantity of a quota; nil when it refuses it.
    private func accepted(_ literal: String, _ number: Int, _ namespace: String, _ client: KubernetesClient) async throws -> String? {
        struct Quota: KubernetesObject {
            static let resource = ResourceQuota.resource
            var metadata: ObjectMeta
            var spec: JSON
        }
        let spec = JSON.object(["hard": .object(["limits.memory": .string(literal)])])
        let body = JSON.object([
            "apiVersion": .string("v1"), "kind": .string("ResourceQuota"), "metadata": .object(["name": .string("q\(number)")]),
            "spec": spec,
        ])
        do {
            return try await client.create(body, as: Quota.self, namespace: namespace).spec["hard"]?["limits.memory"]?.string
        } catch let error as KubernetesError where [400, 422].contains(error.code) {
            return nil
        }
    }
}
