import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat
import Stacks

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
        json(ResponseBody(byteBuffer: ByteBuffer(data: try JSONEncoder.api.encode(body))), status, headers)
    }

    /// Returns a response with a JSON body.
    static func json(_ body: some JSONWritable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        let pieces = JSONWriter.pieces(of: body)
        // Hummingbird sends one buffer together with the head, several after it.
        let isOne = pieces.count == 1
        return json(isOne ? ResponseBody(byteBuffer: pieces[0]) : ResponseBody(contentsOf: pieces), status, headers)
    }

    /// Returns the response with a list of stacks, which are read, written and sent in turn. HEAD gets the length, for which all are written.
    static func json(_ stacks: StackList, to method: HTTPRequest.Method) -> Response {
        let pieces = { @Sendable in JSONWriter.Pieces("stacks", stacks.lazy.map(StackBody.init)) }
        guard method != .head else { return json(ResponseBody(contentsOf: Array(pieces())), .ok, [:]) }
        let body = ResponseBody { writer in
            for piece in pieces() { try await writer.write(piece) }
            try await writer.finish(nil)
        }
        return json(body, .ok, [:])
    }

    private static func json(_ body: ResponseBody, _ status: HTTPResponse.Status, _ headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = jsonContentType
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: body)
    }
}
