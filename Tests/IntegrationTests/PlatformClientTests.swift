import AsyncHTTPClient
import Foundation
import KubernetesClient
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Testing

/// A platform that keeps owners itself: it names neither user nor problem, takes any 2xx, knows 400, 404 and 503, and gives up after 5 s.
struct PlatformClient: Sendable {
    enum Failure: Error, Equatable {
        case invalid, notFound, unavailable, gaveUp
        case unexpected(Int)
    }

    /// What the platform keeps of a stack.
    struct Instance: Sendable, Equatable {
        var id: String
        var ports: [Int]
        var expiresAt: Date
    }

    /// The two forms in which platforms of this kind send the port.
    enum PortForm: String, Sendable, CaseIterable { case integer, array }

    let base: String
    let form: PortForm
    var patience = Duration.seconds(5)

    /// Repeats what the platform gave up on or was asked to repeat, as it does by itself.
    func persistently<Result>(_ body: () async throws -> Result) async throws -> Result {
        for _ in 0..<10 {
            do { return try await body() } catch let failure as Failure where failure == .gaveUp || failure == .unavailable { continue }
        }
        return try await body()
    }

    func create(spec: String = Specs.small) async throws -> Instance {
        let port: JSON =
            switch form {
            case .integer: .number(8080)
            case .array: .array([.object(["container_port": .number(8080), "protocol": .string("TCP")])])
            }
        let body = String(decoding: try JSONEncoder().encode(["target_port": port, "pod_spec": .string(spec)]), as: UTF8.self)
        return try instance(try await send(.POST, "/stacks", body))
    }

    func status(of id: String) async throws -> String? { try await send(.GET, "/stacks/\(id)/status")["status"]?.string }

    /// Deletes a stack; one that does not exist is deleted.
    func delete(_ id: String) async throws {
        do { _ = try await send(.DELETE, "/stacks/\(id)") } catch Failure.notFound { /* as asked for */  }
    }

    private func instance(_ body: JSON) throws -> Instance {
        let ports = body["ports"]?.array.compactMap { $0["node_port"]?.int } ?? []
        let expiry = try Date(
            try #require(body["ttl_expires_at"]?.string),
            strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        )
        return Instance(
            id: try #require(body["stack_id"]?.string),
            ports: ports.isEmpty ? [try #require(body["node_port"]?.int)] : ports,
            expiresAt: expiry
        )
    }

    private func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> JSON {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "X-API-KEY", value: "platform")
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response: HTTPClientResponse
        let buffer: ByteBuffer
        do {
            response = try await HTTPClient.shared.execute(request, timeout: TimeAmount(patience))
            buffer = try await response.body.collect(upTo: 1 << 20)
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw Failure.gaveUp
        }
        switch response.status.code {
        case 200..<300: return try JSONDecoder().decode(JSON.self, from: Data(buffer: buffer))
        case 400: throw Failure.invalid
        case 404: throw Failure.notFound
        case 503: throw Failure.unavailable
        default: throw Failure.unexpected(Int(response.status.code))
        }
    }
}

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .timeLimit(.minutes(10)))
struct PlatformClientTests {
    private static let settings = [
        "STACK_REQUIRE_OWNER": "false", "API_KEY": "platform", "STACK_DELETE_WAIT": "1s", "STACK_SCHEDULER_INTERVAL": "1s",
        "STACK_SCHEDULING_TIMEOUT": "10s", "STACK_PORT_LOCK_TTL": "12s",
    ]

    @Test(arguments: PlatformClient.PortForm.allCases, TestStore.available)
    func `a platform without owners creates, watches and deletes any number of stacks`(
        form: PlatformClient.PortForm,
        store: TestStore
    ) async throws {
        try await withService(Self.settings, store: store) { service, namespace, client in
            let platform = PlatformClient(base: service.api.base, form: form)
            let instances = [
                try await platform.persistently { try await platform.create() },
                try await platform.persistently { try await platform.create() },
            ]
            #expect(Set(instances.flatMap(\.ports)).count == 2 && instances[0].id != instances[1].id)
            #expect(instances.allSatisfy { $0.expiresAt > .now })
            for instance in instances {
                let status = try await platform.persistently { try await platform.status(of: instance.id) }
                #expect(["creating", "running"].contains(status))
            }
            await #expect(throws: PlatformClient.Failure.invalid) {
                _ = try await platform.persistently { try await platform.create(spec: "kind: Secret") }
            }
            for instance in instances {
                try await platform.persistently { try await platform.delete(instance.id) }
                await #expect(throws: PlatformClient.Failure.notFound) {
                    _ = try await platform.persistently { try await platform.status(of: instance.id) }
                }
                try await platform.persistently { try await platform.delete(instance.id) }
            }
            try await expectSettled(namespace, client)
        }
    }

    @Test(arguments: PlatformClient.PortForm.allCases)
    func `a create that the platform gave up on leaves nothing, and the next try succeeds`(form: PlatformClient.PortForm) async throws {
        try await withService(Self.settings) { service, namespace, client in
            let platform = PlatformClient(base: service.api.base, form: form)
            var hasty = platform
            hasty.patience = .milliseconds(20)
            for _ in 0..<5 {
                do {
                    // Fast enough all the same: then the platform knows the stack.
                    let id = try await hasty.create().id
                    try await platform.persistently { try await platform.delete(id) }
                } catch PlatformClient.Failure.gaveUp { /* nobody could ever name that stack */  }
            }
            try await expectSettled(namespace, client)
            let instance = try await platform.persistently { try await platform.create() }
            #expect(try await platform.persistently { try await platform.status(of: instance.id) } != nil)
            try await platform.persistently { try await platform.delete(instance.id) }
            try await expectSettled(namespace, client)
        }
    }
}

/// Waits until neither Pod nor Service is left: what was given up on or takes longer goes by itself.
private func expectSettled(_ namespace: String, _ client: KubernetesClient) async throws {
    for _ in 0..<300 {
        let pods = try await client.list(Pod.self, namespace: namespace).items.count
        let services = try await client.list(Service.self, namespace: namespace).items.count
        if pods == 0, services == 0 { return }
        try await Task.sleep(for: .milliseconds(100))
    }
    try await expectNothingLeft(in: namespace, client)
}
