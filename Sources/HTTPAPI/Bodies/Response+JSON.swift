import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension JSONEncoder {
    /// The encoder of responses. Keys are sorted, so that responses can be compared as text.
    static var api: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension Response {
    static let jsonContentType = "application/json; charset=utf-8"

    /// Returns a response with a JSON body.
    static func json(_ body: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws -> Response {
        let data = try JSONEncoder.api.encode(body)
        var headers = headers
        headers[.contentType] = jsonContentType
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(data: data)))
    }
}
