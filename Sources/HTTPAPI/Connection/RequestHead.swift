import Hummingbird
import NIOCore
import NIOHTTP1

/// The rules of HTTP/1.1 for the head of a request that the parser leaves to others.
enum RequestHead {
    /// Bytes of request line and headers.
    static let maximumSize = 16 * 1024

    static var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumSize
        limits.maxHeaderListSize = maximumSize
        // A field takes four bytes at least: the size is reached first.
        limits.maxHeaderFieldCount = maximumSize / 4
        return limits
    }

    /// RFC 9112, section 3.2: one Host, which only HTTP/1.0 may leave out.
    /// - Returns: nil when there is nothing to object to.
    static func failure(of head: HTTPRequestHead) -> RequestError? {
        let count = head.headers["host"].count
        return count == 1 || count == 0 && head.version == .http1_0 ? nil : .host(count: count)
    }

    /// Whether another request may follow. After an upgrade, which nobody carries out here, the parser reads none.
    static func keepsAlive(_ head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
    }

    /// Whether the client waits with the body until it is asked for. HTTP/1.0 does not know that.
    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.version != .http1_0 && head.headers["expect"].contains { $0.lowercased() == "100-continue" }
    }
}

extension RequestError {
    /// The answer to what never became a request. None of these messages needs to be escaped in JSON.
    func answer() -> (HTTPResponseHead, ByteBuffer) {
        let body = ByteBuffer(string: #"{"code":"\#(code.rawValue)","error":"\#(message)"}"#)
        let headers: HTTPHeaders = [
            "content-length": String(body.readableBytes), "content-type": Response.jsonContentType, "cache-control": "no-store",
        ]
        return (HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status.code), headers: headers), body)
    }
}
