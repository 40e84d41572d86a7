import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// Bytes that stay the same as long as the process lives.
struct StaticContent: Sendable {
    private let body: ByteBuffer
    private let entityTag: String
    private let headers: HTTPFields

    /// - Parameter headers: those beside type, caching and tag.
    init(_ bytes: some Sequence<UInt8>, contentType: String, headers: HTTPFields = [:]) {
        body = ByteBuffer(bytes: bytes)
        let digest = SHA256.hash(data: body.readableBytesView).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        entityTag = "\"\(digest)\""
        var headers = headers
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-cache"
        headers[.eTag] = entityTag
        self.headers = headers
    }

    /// Responds 304 to a client that has the same bytes.
    func response(to request: Request) -> Response {
        guard isKnown(to: request) else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        var headers = headers
        headers[.contentType] = nil
        // RFC 9110, section 8.6: the length that a 200 would have.
        headers[.contentLength] = String(body.readableBytes)
        return Response(status: .notModified, headers: headers)
    }

    /// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    private func isKnown(to request: Request) -> Bool {
        request.headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { tag in
            let tag = tag.trimmed
            // A proxy that compresses makes the tag a weak one.
            return tag == "*" || tag == entityTag || tag == "W/" + entityTag
        }
    }
}
