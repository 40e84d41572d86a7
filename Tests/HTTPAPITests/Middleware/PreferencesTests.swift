import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite struct PreferencesTests {
    @Test(
        arguments: [
            ([], false, nil), ([""], false, nil), (["respond-async"], true, nil), (["Respond-Async"], true, nil),
            (["wait=20"], false, 20), (["wait = \"20\""], false, 20), (["respond-async, wait=10"], true, 10),
            (["wait=10", "respond-async"], true, 10), (["wait=5,wait=9"], false, 5), (["wait=0"], false, 0),
            (["respond-async; q=\"a, wait=3\""], true, nil), (["x=\"\\\", respond-async\""], false, nil),
            (["respond-async=\"\""], true, nil),
            // Nothing of this is a preference that is known here.
            (["wait"], false, nil), (["wait="], false, nil), (["wait=-1"], false, nil), (["wait=1.5"], false, nil),
            (["wait=\u{661}"], false, nil),
            (["respond-async=no"], false, nil), (["return=minimal,,;,="], false, nil), (["\"respond-async"], false, nil),
            // The longest wait is an hour.
            (["wait=3601"], false, 3600), (["wait=99999999999999999999999"], false, 3600),
        ] as [([String], Bool, Int?)]
    )
    func `Prefer is read as RFC 7240 says, and what is malformed is ignored`(fields: [String], respondsAsync: Bool, wait: Int?) throws {
        let name = try #require(HTTPField.Name("Prefer"))
        var headers = HTTPFields()
        for field in fields { headers.append(HTTPField(name: name, value: field)) }
        let preferences = Preferences(headers)
        #expect(preferences.respondsAsync == respondsAsync)
        #expect(preferences.wait == wait.map { .seconds($0) })
    }
}
