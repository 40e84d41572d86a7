import HTTPTypes
import Stacks

/// The header with which a caller can retry `POST /stacks` after a lost response.
/// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
enum IdempotencyKey {
    private static let maximumLength = 255

    /// - Throws: ``StackError`` `invalid_request` if the key is malformed.
    static func read(from headers: HTTPFields) throws -> String? {
        let values = headers.filter { $0.name.canonicalName == "idempotency-key" }.map(\.value)
        guard let key = values.first else { return nil }
        guard values.count == 1, (1...maximumLength).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw StackError(.invalidRequest, "Idempotency-Key: must be one value of 1 to \(maximumLength) printable ASCII characters")
        }
        return key
    }
}
