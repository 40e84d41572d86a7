import NIOCore
import NIOHTTP1

/// A request to the API server, independent of endpoint and credentials.
struct Request: Sendable {
    var method: HTTPMethod
    var path: String
    var query = Query()
    var body: ByteBuffer?
    var contentType = "application/json"
    /// True for one page of a list, whose duration depends on its size.
    var isPage = false
    /// The maximum size of the response body.
    var maximumSize = Transport.maximumBodySize
}
