import HTTPAPI

/// The files of the server's certificate and key.
struct TLSFiles: Equatable {
    var certificate: String
    var key: String

    /// Returns the files; nil for plain HTTP.
    init?(reading reader: inout EnvironmentReader) {
        let certificate = reader.text("TLS_CERT_FILE")
        let key = reader.text("TLS_KEY_FILE")
        guard let certificate, let key else {
            if certificate != nil { reader.mistake("TLS_KEY_FILE", "is unset, but TLS_CERT_FILE is set") }
            if key != nil { reader.mistake("TLS_CERT_FILE", "is unset, but TLS_KEY_FILE is set") }
            return nil
        }
        self.certificate = certificate
        self.key = key
        do {
            _ = try load()
        } catch {
            reader.mistake("TLS_CERT_FILE", "\(error)")
        }
    }

    /// - Throws: ``SmallFile/Unreadable``, `ServerTLS.Unusable`.
    func load() throws -> ServerTLS {
        try ServerTLS(certificate: SmallFile.read(certificate), key: SmallFile.read(key))
    }
}
