import Hummingbird
import NIOCore
import NIOHTTP1

/// The rules of HTTP/1.1 for a request head that the parser does not check.
enum RequestHead {
    /// The maximum size of request line and headers in bytes.
    static let maximumSize = 16 * 1024

    static var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumSize
        limits.maxHeaderListSize = maximumSize
        // A field has at least four bytes, so the size limit applies first.
        limits.maxHeaderFieldCount = maximumSize / 4
        return limits
    }

    /// Checks RFC 9112, section 3.2: exactly one Host, optional only in HTTP/1.0.
    /// - Returns: nil if the head is valid.
    static func failure(of head: HTTPRequestHead) -> RequestError? {
        let count = head.headers["host"].count
        return count == 1 || count == 0 && head.version == .http1_0 ? nil : .host(count: count)
    }

    /// Returns true if another request may follow. After an upgrade request, which is not supported here, the parser reads no more
    /// requests.
    static func keepsAlive(_ head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
    }

    /// Returns true if the client sends the body only after a 100 response, which HTTP/1.0 lacks.
    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.version != .http1_0 && head.headers["expect"].contains { $0.lowercased() == "100-continue" }
    }
}

extension RequestError {
    /// Returns the response to invalid input. None of these messages needs JSON escapes.
    func answer() -> (HTTPResponseHead, ByteBuffer) {
        let body = ByteBuffer(string: #"{"code":"\#(code.rawValue)","error":"\#(message)"}"#)
        let headers: HTTPHeaders = [
            "content-length": String(body.readableBytes), "content-type": Response.jsonContentType, "cache-control": "no-store",
        ]
        return (HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status.code), headers: headers), body)
    }
}
