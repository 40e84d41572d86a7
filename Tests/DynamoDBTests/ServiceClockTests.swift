import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite struct ServiceClockTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"), ("Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z"),
        ("Tue, 31 Dec 2030 00:00:00 GMT", "2030-12-31T00:00:00Z"),
    ])
    func `a Date header is read`(header: String, date: String) throws {
        let expected = try #require(Date(iso8601: date))
        #expect(Date(httpDate: header) == expected)
    }

    @Test(arguments: [
        "", "yesterday", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994", "Sun, 06 XXX 1994 08:49:37 GMT", "a b c d e GMT",
    ])
    func `another Date header is none`(header: String) {
        #expect(Date(httpDate: header) == nil)
    }

    @Test(arguments: [
        ("2025-11-09T13:34:41Z", 1_762_695_281.0), ("2025-11-09T13:34:41.25Z", 1_762_695_281.25),
        ("2025-11-09T14:34:41+01:00", 1_762_695_281),
    ])
    func `an expiration is read`(text: String, seconds: TimeInterval) {
        #expect(Date(iso8601: text) == Date(timeIntervalSince1970: seconds))
    }

    @Test func `the clock is set only when it is off by minutes, and by errors about it`() throws {
        let date = try #require(Date(iso8601: "2024-01-01T00:00:00Z"))
        let clock = ServiceClock(now: { date })
        func headers(_ time: String) -> HTTPHeaders { ["Date": "Mon, 01 Jan 2024 \(time) GMT"] }
        #expect(!clock.correct(after: "InvalidSignatureException", headers: headers("00:03:00")))
        #expect(!clock.correct(after: "ValidationException", headers: headers("12:00:00")))
        #expect(!clock.correct(after: "InvalidSignatureException", headers: [:]))
        #expect(clock.date == date)
        #expect(clock.correct(after: "InvalidSignatureException", headers: headers("12:00:00")))
        #expect(clock.date == date.addingTimeInterval(12 * 3600))
        #expect(!clock.correct(after: "InvalidSignatureException", headers: headers("12:00:00")))
    }
}
