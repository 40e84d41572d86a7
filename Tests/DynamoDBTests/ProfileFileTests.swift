import Testing

@testable import DynamoDB

@Suite struct ProfileFileTests {
    private func sections(_ text: String) throws -> [String: [String: String]] {
        try ProfileFile(text: text, path: "/config").sections
    }

    @Test func `a file is sections of settings`() throws {
        let sections = try sections(
            """
            # comment
            ; comment

            [default]
            region = eu-central-1   # comment
            Output=json
            [profile  two words ]
            secret = a=b#c;d
            empty =
            [ profile "quoted" ]
            region\t=\tus-east-1 ; comment
            [default] ; comment
            region = eu-west-1
            """
        )
        #expect(
            sections == [
                "default": ["region": "eu-west-1", "output": "json"],
                "profile two words": ["secret": "a=b#c;d", "empty": ""],
                "profile quoted": ["region": "us-east-1"],
            ]
        )
    }

    @Test func `line ends of Windows are read`() throws {
        #expect(try sections("[default]\r\nregion = a\r\n") == ["default": ["region": "a"]])
    }

    @Test func `indented settings belong to the one above`() throws {
        let sections = try sections(
            """
            [services local]
            dynamodb =
              endpoint_url = http://127.0.0.1:8000
              max_attempts = 2
            s3 =
              endpoint_url = http://127.0.0.1:9000
            [default]
              region = a
              output = b
            """
        )
        #expect(
            sections["services local"] == [
                "dynamodb": "", "dynamodb.endpoint_url": "http://127.0.0.1:8000", "dynamodb.max_attempts": "2",
                "s3": "", "s3.endpoint_url": "http://127.0.0.1:9000",
            ]
        )
        #expect(sections["default"] == ["region": "a", "output": "b"])
    }

    @Test(arguments: [
        ("region = a", 1), ("[default\nregion = a", 1), ("[default]\n\nSECRETKEY", 3), ("[default]\n= SECRETKEY", 2),
    ])
    func `a malformed line is told by its number, without its text`(text: String, line: Int) throws {
        let error = try #require(throws: DynamoDBError.self) { try sections(text) }
        #expect(error.code == .configuration)
        #expect(error.message.hasPrefix("/config line \(line): "))
        #expect(!error.message.contains("SECRETKEY"))
    }
}
