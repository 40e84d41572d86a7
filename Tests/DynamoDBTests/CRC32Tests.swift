import Testing

@testable import DynamoDB

@Suite struct CRC32Tests {
    /// The check value is the one that catalogues of CRCs give for `123456789`.
    @Test(arguments: [
        ("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ])
    func `the checksum is that of gzip`(text: String, checksum: UInt32) {
        #expect(CRC32.checksum(text.utf8) == checksum)
    }
}
