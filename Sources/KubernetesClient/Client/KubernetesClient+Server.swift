public import FoundationEssentials
import NIOHTTP1

/// The version and the clock of the API server, as told by one response to `GET /version`.
public struct ServerInformation: Sendable, Equatable {
    /// The release, such as `v1.30.4`.
    public var version: String
    /// The header `Date`, in whole seconds; nil if a proxy removed it.
    public var date: Date?
    /// The local time at which the request was sent.
    public var sent: Date
    /// The local time at which the response had arrived.
    public var received: Date

    /// Creates the information of a response.
    public init(version: String, date: Date?, sent: Date, received: Date) {
        self.version = version
        self.date = date
        self.sent = sent
        self.received = received
    }
}

extension KubernetesClient {
    private struct Version: Decodable { var gitVersion: String }

    /// Asks for the version and the clock of the API server, once, without retries.
    /// - Parameter timeout: from sending the request to the last byte of its response.
    public func serverInformation(within timeout: Duration) async throws -> ServerInformation {
        let sent = Date()
        let (body, date) = try await transport.dated(Request(method: .GET, path: "/version"), within: timeout)
        let received = Date()
        let version: Version = try decode(body)
        return ServerInformation(version: version.gitVersion, date: date.flatMap(Self.httpDate), sent: sent, received: received)
    }

    /// Parses the header `Date`, such as `Thu, 26 Nov 2026 17:42:20 GMT` (RFC 9110, 5.6.7); nil for anything else.
    static func httpDate(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
        return Timestamp.date("\(words[3])-\(month < 9 ? "0" : "")\(month + 1)-\(words[1])T\(words[4])Z")
    }
}
