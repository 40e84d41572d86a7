import Crypto
import FoundationEssentials

/// AWS Signature Version 4 in the `Authorization` header. Pure: the date is a parameter.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct SigV4Signer: Sendable {
    var credentials: AWSCredentials
    var region: String
    /// The signing name of the service: `dynamodb`, `sts`.
    var service: String

    /// The signed parts of a request.
    struct Request: Sendable {
        var method: String
        /// The path as sent. Signing encodes it once more, as every service except S3 requires.
        var path: String
        /// Names and values, not percent-encoded.
        var query: [(name: String, value: String)] = []
        /// The headers to sign, including `Host`.
        var headers: [(name: String, value: String)]
        var body: [UInt8] = []
    }

    /// Returns the headers to add to the request, including `Authorization`.
    func headers(signing request: Request, at date: Date) -> [(name: String, value: String)] {
        let timestamp = Self.timestamp(date)
        var added = [(name: "X-Amz-Date", value: timestamp)]
        if let token = credentials.sessionToken { added.append((name: "X-Amz-Security-Token", value: token)) }
        var signed = request
        signed.headers += added
        let canonical = CanonicalRequest(signed)
        let scope = "\(timestamp.prefix(8))/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(Self.hex(SHA256.hash(data: Array(canonical.text.utf8))))"
        let signature = Self.hex(Self.authenticate(text, with: signingKey(day: String(timestamp.prefix(8)))))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return added + [(name: "Authorization", value: authorization)]
    }

    /// Returns a timestamp such as `20150830T123600Z`.
    static func timestamp(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt))
    }

    private func signingKey(day: String) -> SymmetricKey {
        let seed = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        return [day, region, service, "aws4_request"].reduce(seed) { key, part in
            SymmetricKey(data: Self.authenticate(part, with: key))
        }
    }

    private static func authenticate(_ text: String, with key: SymmetricKey) -> HashedAuthenticationCode<SHA256> {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
