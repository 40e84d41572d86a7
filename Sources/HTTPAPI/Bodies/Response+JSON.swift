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
        json([ByteBuffer(data: try JSONEncoder.api.encode(body))], status, headers)
    }

    /// Returns a response with a JSON body.
    static func json(_ body: some JSONWritable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        json(JSONWriter.pieces(of: body), status, headers)
    }

    private static func json(_ pieces: [ByteBuffer], _ status: HTTPResponse.Status, _ headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = jsonContentType
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(contentsOf: pieces))
    }
}
