import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression

extension Transport {
    /// Maps an error of the HTTP client to ``KubernetesError`` or `CancellationError`.
    static func translate(_ error: any Error) -> any Error {
        switch error {
        case is KubernetesError, is CancellationError:
            error
        case _ where Task.isCancelled, HTTPClientError.cancelled as HTTPClientError:
            // AsyncHTTPClient also reports `cancelled` to requests that wait during its shutdown.
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
