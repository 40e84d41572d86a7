import Testing

@testable import KubernetesClient

@Suite struct QueryTests {
    @Test func `an empty query is an empty string`() {
        #expect(Query().encoded == "")
        #expect(Query(labelSelector: nil, fieldSelector: nil).encoded == "")
    }

    @Test func `items keep their order, and a new value goes to the end`() {
        var query = Query(labelSelector: "a=b", fieldSelector: "c!=d")
        query["limit"] = "5"
        #expect(query.encoded == "?labelSelector=a%3Db&fieldSelector=c%21%3Dd&limit=5")
        query["labelSelector"] = "x"
        #expect(query.encoded == "?fieldSelector=c%21%3Dd&limit=5&labelSelector=x")
        query["limit"] = nil
        #expect(query["limit"] == nil)
        #expect(query["labelSelector"] == "x")
    }

    @Test(arguments: [
        ("azAZ09-._~", "azAZ09-._~"),
        ("a b", "a%20b"),
        ("a+b&c=d?e#f/g%h", "a%2Bb%26c%3Dd%3Fe%23f%2Fg%25h"),
        ("role in (a,b),!c", "role%20in%20%28a%2Cb%29%2C%21c"),
        ("é\n", "%C3%A9%0A"),
        ("", ""),
    ])
    func `all but unreserved characters are escaped`(text: String, expected: String) {
        #expect(text.percentEncoded == expected)
    }
}
