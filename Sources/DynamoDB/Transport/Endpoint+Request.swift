import FoundationEssentials
import NIOHTTP1

extension Endpoint {
    /// Returns a signed POST to the endpoint's root.
    /// - Parameter headers: the headers to sign besides those of the signature.
    func post(
        _ body: [UInt8],
        headers: [(name: String, value: String)],
        signer: SigV4Signer,
        at date: Date
    ) -> HTTPTransport.Request {
        let signable = SigV4Signer.Request(method: "POST", path: path + "/", headers: headers, body: body)
        let all = HTTPHeaders(headers.map { ($0.name, $0.value) } + signer.headers(signing: signable, at: date).map { ($0.name, $0.value) })
        return HTTPTransport.Request(method: .POST, url: url + "/", headers: all, body: body)
    }
}
