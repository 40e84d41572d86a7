import NIOSSL

/// Made for these tests and trusted by nobody else: a certificate for `apiserver.test`, signed by itself, and its key.
enum TestPEM {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBsjCCAVigAwIBAgIUAiyJKsd1/QO539gD7wo0UHPjwLQwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOYXBpc2VydmVyLnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEy
        MDAxMDEwMDAwMDBaMBkxFzAVBgNVBAMMDmFwaXNlcnZlci50ZXN0MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAE1S+O4oNloEEMuYwZREGxtpesBNi+40VwkpTlSn+v
        nPLZwvZp1Ygfi02UmmWTKONOEc02KkmqvxhEnKTiqWi/Z6N8MHowDwYDVR0TAQH/
        BAUwAwEB/zAZBgNVHREEEjAQgg5hcGlzZXJ2ZXIudGVzdDAdBgNVHSUEFjAUBggr
        BgEFBQcDAQYIKwYBBQUHAwIwDgYDVR0PAQH/BAQDAgKEMB0GA1UdDgQWBBRROZZS
        5a57Q2eboMYy6AesgcSkjzAKBggqhkjOPQQDAgNIADBFAiEAop+SNpeNkADivXTC
        7w98m8G0zzHUTlY1HQ5uSKgES4ECIBjO/ixbDguKDhA21qK6ewuLJm5rKw6En1Of
        TyLhFLkq
        -----END CERTIFICATE-----

        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3GddZSCdnUGNqygJ
        VuJAf4DrsCeKdE8wA7iPjlXFfyKhRANCAATVL47ig2WgQQy5jBlEQbG2l6wE2L7j
        RXCSlOVKf6+c8tnC9mnViB+LTZSaZZMo404RzTYqSaq/GEScpOKpaL9n
        -----END PRIVATE KEY-----

        """

    /// A certificate for `other.test`, signed by itself.
    static let otherCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBgjCCASegAwIBAgIUepdaRibf7ny5eaM3JwYPXprfYKIwCgYIKoZIzj0EAwIw
        FTETMBEGA1UEAwwKb3RoZXIudGVzdDAgFw0yNjExMjYxNDQzMjlaGA8yMTA5MDEx
        NTE0NDMyOVowFTETMBEGA1UEAwwKb3RoZXIudGVzdDBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABP5pgOs2e4wArACBNSgxGs+mgMbrVTF0csHnZteOVjJ9JtqBKTOv
        Li6mmhSUm52GXrTCtYSGj0MjgGLvJ8XXxVOjUzBRMB0GA1UdDgQWBBS9r4WHbXgH
        tZ6ZP3D8wUBp8S1LQDAfBgNVHSMEGDAWgBS9r4WHbXgHtZ6ZP3D8wUBp8S1LQDAP
        BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDV5zbM6NeCORBmKNFZ
        jNjzcl3XdWQs1CAp9e5w/IkSXQIhAP18suMzdaXF9XhgtpiWZCgqwCzpMp5B1YA1
        tpGzX7FC
        -----END CERTIFICATE-----

        """

    /// The key of no certificate.
    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0wZJShPXVu3OhdHt
        Dei2lNg8sz0KQCKME7kXVpjWPfGhRANCAAQV62khBdTnVtJWL87eyPautnbepbCf
        sgKaI6tUc020O2wsLMQw8m758xE6DAEFZkb6l8490J+44fW+/Mq5Ta20
        -----END PRIVATE KEY-----

        """

    /// For a server that only admits clients with that certificate.
    static func serverConfiguration() throws -> TLSConfiguration {
        let certificates = try NIOSSLCertificate.fromPEMBytes([UInt8](certificate.utf8))
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: [UInt8](key.utf8), format: .pem))
        )
        tls.trustRoots = .certificates(certificates)
        tls.certificateVerification = .noHostnameVerification
        // As an API server offers it. What follows is HTTP/1.1, so a client that chose the other would fail.
        tls.applicationProtocols = ["h2", "http/1.1"]
        return tls
    }
}
