import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// An error of the connection, for a person.
struct ConnectionError {
    var reason: String
    /// True if the server was there, so that a repetition may find it again.
    var wasConnected: Bool

    init(_ error: any Error) {
        switch error {
        case HTTPClientError.remoteConnectionClosed as HTTPClientError:
            self.init(reason: "the connection was closed before the response was complete", wasConnected: true)
        case HTTPClientError.readTimeout as HTTPClientError:
            self.init(reason: "the connection has been silent for too long", wasConnected: true)
        case HTTPClientError.connectTimeout as HTTPClientError:
            self.init(reason: "no connection within 10s", wasConnected: false)
        case let error as NIOConnectionError:
            let cause = error.connectionErrors.first?.error ?? error.dnsAAAAError ?? error.dnsAError
            self.init(reason: cause.map { ConnectionError($0).reason } ?? "no connection", wasConnected: false)
        case let error as IOError:
            self.init(reason: String(cString: strerror(error.errnoCode)), wasConnected: [ECONNRESET, EPIPE].contains(error.errnoCode))
        case is NIOTooManyBytesError:
            self.init(reason: "the response is longer than \(ServerClient.maximumBodySize >> 20) MiB", wasConnected: false)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(reason: "TLS: \(error)", wasConnected: false)
        default:
            self.init(reason: "\(error)", wasConnected: false)
        }
    }

    private init(reason: String, wasConnected: Bool) {
        self.reason = reason
        self.wasConnected = wasConnected
    }
}
