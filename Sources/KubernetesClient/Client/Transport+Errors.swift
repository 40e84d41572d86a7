import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression

extension Transport {
    /// What no other code than this module's throws, as ``KubernetesError`` or `CancellationError`.
    static func translate(_ error: any Error) -> any Error {
        switch error {
        case is KubernetesError, is CancellationError:
            error
        case _ where Task.isCancelled, HTTPClientError.cancelled as HTTPClientError:
            // The client says `cancelled` also to those who wait while it is shut down.
            CancellationError()
        case let error as HTTPClientError where timeouts.contains(error):
            KubernetesError(.timedOut, "\(error)")
        case let error as NIOTooManyBytesError:
            KubernetesError(.decoding, "the answer is longer than \(error.maxBytes.map { "\($0) bytes" } ?? "allowed")")
        case NIOHTTPDecompression.DecompressionError.limit as NIOHTTPDecompression.DecompressionError:
            KubernetesError(.decoding, "the answer is longer than \(maximumBodySize) bytes")
        default:
            KubernetesError(.transport, "\(error)")
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout, .readTimeout, .tlsHandshakeTimeout, .writeTimeout,
    ]
}
