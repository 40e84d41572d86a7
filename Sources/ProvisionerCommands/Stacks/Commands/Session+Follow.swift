import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension Session {
    /// Hands over each event of the server; connects again when the connection is lost. Ends by throwing.
    func follow(_ receive: (EventParser.Event) throws -> Void) async throws {
        var plan = RetryPlan()
        while true {
            do {
                try await followOnce { event in
                    if event.name == "snapshot" { plan = RetryPlan() }
                    try receive(event)
                }
                throw ClientFailure.unreachable("the server ended the stream of events", mayPass: true)
            } catch let failure as ClientFailure {
                guard let retry = plan.next(after: failure) else { throw failure }
                notes.add(retry.note)
                try await console.sleep(retry.wait)
            }
        }
    }

    /// Follows one connection to its end.
    private func followOnce(_ receive: (EventParser.Event) throws -> Void) async throws {
        let response = try await client.open(ServerRequest(path: "/stacks/events"))
        let type = response.headers.first(name: "Content-Type") ?? "no content type"
        guard type.hasPrefix("text/event-stream") else {
            throw ClientFailure.unreachable("the response is \(type.prefix(80)) and no stream of events", mayPass: false)
        }
        var parser = EventParser()
        do {
            for try await chunk in response.body {
                try parser.append(chunk.readableBytesView)
                while let event = parser.next() { try receive(event) }
            }
        } catch is EventParser.TooLong {
            throw ClientFailure.unreachable("an event is longer than \(ServerClient.maximumBodySize >> 20) MiB", mayPass: false)
        } catch {
            throw client.failure(of: error)
        }
    }
}
