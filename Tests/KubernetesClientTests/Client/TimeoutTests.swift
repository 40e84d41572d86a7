import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct TimeoutTests {
    private struct Broken: Error {}

    @Test func `a result in time is returned`() async throws {
        let result = try await withTimeout(.seconds(3600)) { 5 }
        #expect(result == 5)
    }

    @Test func `an error of the body is rethrown`() async {
        await #expect(throws: Broken.self) { try await withTimeout(.seconds(3600)) { throw Broken() } }
    }

    @Test func `a body that is late is cancelled, and has ended when the error is thrown`() async {
        let ended = Box(false)
        await #expect(throws: KubernetesError(.timedOut, "no complete answer within 1.5 s")) {
            try await withTimeout(.milliseconds(1500), sleep: { _ in }) {
                do { try await Task.sleep(for: .seconds(3600)) } catch {
                    ended.set(true)
                    throw error
                }
            }
        }
        #expect(ended.value)
    }

    @Test func `cancellation goes through`() async {
        let task = Task { try await withTimeout(.seconds(3600)) { try await Task.sleep(for: .seconds(3600)) } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
