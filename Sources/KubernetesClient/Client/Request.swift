import NIOCore
import NIOHTTP1

/// A request to the API server, before it is known where that is and who asks.
struct Request: Sendable {
    var method: HTTPMethod
    var path: String
    var query = Query()
    var body: ByteBuffer?
    var contentType = "application/json"
    /// One page of a list: how long it takes depends on its size.
    var isPage = false
}
