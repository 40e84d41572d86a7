import HTTPTypes
import PodPolicy
import Testing

@testable import HTTPAPI

@Suite struct WarningTests {
    private static let spec = """
        "apiVersion: v1\\nkind: Pod\\nmetadata: {labels: {app: web}}\\nspec: {restartPolicy: Always, containers: [{name: web, image: nginx, \
        ports: [{containerPort: 8080}], resources: {limits: {cpu: 100m, memory: 64Mi}}}]}"
        """

    @Test func `a create tells what the Pod does not get as its author wrote it`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(createBody(spec: Self.spec))
            #expect(answer.status == 201)
            let labels = "are left out: controllers, webhooks and network policies of a cluster select Pods by their labels"
            let restarts = "is Always and is set to Never: a container that ends is not started again"
            #expect(
                answer.body["warnings"] == [
                    ["path": "metadata.labels", "message": .string(labels)], ["path": "spec.restartPolicy", "message": .string(restarts)],
                ]
            )
            let name = try #require(HTTPField.Name("Warning"))
            #expect(
                answer.headers[values: name] == [
                    "299 ctf-provisioner \"metadata.labels: \(labels)\"", "299 ctf-provisioner \"spec.restartPolicy: \(restarts)\"",
                ]
            )
            let id = try #require(answer.body["stack_id"]?.string)
            #expect(try await api.get("/stacks/\(id)").body["warnings"] == nil)
        }
    }

    @Test func `a repeated create tells it again`() async throws {
        try await withAPI { api async throws in
            let key = try #require(HTTPField.Name("Idempotency-Key"))
            let first = try await api.post(createBody(spec: Self.spec), headers: [key: "k"])
            let again = try await api.post(createBody(spec: Self.spec), headers: [key: "k"])
            #expect(first.status == 201 && again.status == 200)
            #expect(again.body == first.body)
            #expect(again.header("Warning") == first.header("Warning"))
        }
    }

    @Test func `a header's text is visible ASCII between quotes`() {
        let warning = PodSpecWarning(path: "a[\"b\\\"]", message: "é \r\nX: y\u{1F4A9}\u{7F}\t.")
        #expect(WarningField.values(of: [warning]) == [#"299 ctf-provisioner "a[\"b\\\"]: ? ??X: y???.""#])
    }

    @Test func `headers are few and short`() {
        let warning = PodSpecWarning(path: "p", message: String(repeating: "\"", count: 10_000))
        let values = WarningField.values(of: Array(repeating: warning, count: 100))
        #expect(values.count == WarningField.maximumCount)
        #expect(values.allSatisfy { $0.utf8.count < 600 && $0.hasSuffix("...\"") })
    }
}
