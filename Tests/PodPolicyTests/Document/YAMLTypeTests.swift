import Testing

@testable import PodPolicy

/// What `kubectl label --local` (1.32) makes of the same scalars.
@Suite struct YAMLTypeTests {
    @Test(arguments: [
        "0.0.0.0:8000", "127.0.0.1:6379", "8080:80", "4.4.4.4:53", "20:00-22:00", "1234-5678-9012", "2023-2024-1", "2024-09-28T10-00",
        "01:23:45:67:89:01", "1.2:3", "2024.10.1-1-1", "31337-1-1", "10:20:30", "1:30", "9:9", "1:2:3.4", "2024-09-28", "12:30:45",
        "2024-09-28T10:00:00Z", "2001-12-14", "2001-12-14 21:59:43.10 -5", "12e4567", "=", "1e400", ".5e400", "nan", "+.nan", ".iNf",
        "nULL", "yEs", "tRue", "<<", "infinity", ".infinity", "_1", "._5", ".5_", ".5_e3", ".5e_3", "0x", "0o", "0b", "0b2", "0o8",
        "0x1p3", "1e", "1e+", ".", "..", "+", "-+1", "+-1", "1.2.3", "1e1.5", "1.2.3.4", "1.27-alpine", "8080tcp", "v1", "-c", "--flag=1",
        "a:b", "/path", "0day", "nano", "0xg", "1 2", "-.nan", "0x1FFFFFFFFFFFFFFFF", "-0xFFFFFFFFFFFFFFFF", "+0xFFFFFFFFFFFFFFFF",
        "0x5FbDB2315678afecb367f032d93F642f64180aa3", "-0b-1", "-0b+1", "0:5", "0-5", "0a5", "0/5", "01:2", "0x-1", "\u{FF11}", "\u{212A}",
    ])
    func `strings`(text: String) {
        #expect(YAMLType(ofPlain: text) == .string)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("+0", 0), ("1", 1), ("-1", -1), ("+80", 80), ("0x1F", 31), ("0X1f", 31), ("-0x1", -1), ("0o17", 15),
        ("0O17", 15), ("017", 15), ("0777", 511), ("00", 0), ("007", 7), ("0b11", 3), ("0B11", 3), ("-0b1", -1), ("+0b1", 1), ("0b-1", -1),
        ("0b+1", 1), ("1_000", 1000), ("1__0", 10), ("1_", 1), ("0_1", 1), ("0_x1", 1), ("0x_1", 1), ("-1_0", -10),
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("0x7FFFFFFFFFFFFFFF", Int64.max),
    ])
    func `integers`(text: String, value: Int64) {
        #expect(YAMLType(ofPlain: text) == .integer(value))
    }

    @Test(arguments: ["9223372036854775808", "18446744073709551615", "0xFFFFFFFFFFFFFFFF", "0x8000000000000000"])
    func `integers that need the sign's bit`(text: String) {
        #expect(YAMLType(ofPlain: text) == .integer(nil))
    }

    @Test(arguments: [
        ".5", "5.", "1.0", "-.5", "+.5", "+5.", "1e3", "1e+3", "1E-3", "+1e3", "1e-400", ".5_5", ".5e1_0", "1_e3", "1e_3", "08", "080",
        "0008",
        "099999999999999999999", "18446744073709551616", "-9223372036854775809", "+18446744073709551615", "07777777777777777777777777",
        ".inf", "+.Inf", "-.INF", ".nan", ".NaN", ".NAN", "1.5", "1_0.5", "0.5", "0.05", "-0.5", "00.5", "0e1",
    ])
    func `floats`(text: String) {
        #expect(YAMLType(ofPlain: text) == .float)
    }

    @Test(arguments: ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"])
    func `words for true, and their opposites`(text: String) {
        #expect(YAMLType(ofPlain: text) == .bool(true))
        let opposites = ["true": "false", "yes": "no", "on": "off", "y": "n"]
        guard let opposite = opposites[text.lowercased()] else { return }
        #expect(YAMLType(ofPlain: opposite) == .bool(false))
        #expect(YAMLType(ofPlain: opposite.uppercased()) == .bool(false))
        #expect(YAMLType(ofPlain: opposite.prefix(1).uppercased() + opposite.dropFirst()) == .bool(false))
    }

    @Test(arguments: ["", "~", "null", "Null", "NULL"])
    func `nothing`(text: String) {
        #expect(YAMLType(ofPlain: text) == .null)
    }

    @Test(arguments: [
        ("yes", "true"), ("No", "false"), ("on", "true"), ("~", "null"), ("null", "null"), ("1", "a number"), ("0x1F", "a number"),
        ("017", "a number"), ("1.5", "a number"), ("1e3", "a number"), (".inf", "a number"), ("1_000", "a number"),
    ])
    func `what is no string has to be put in quotes where one belongs`(text: String, type: String) {
        let problems = Specs.problems(Specs.spec(container: "      args: [x, \(text)]"))
        #expect(problems.map(\.path) == ["spec.containers[0].args[1]"])
        #expect(
            problems.first?.message == "must be a string, but Kubernetes reads \(text) without quotes as \(type); put it in quotes"
        )
        #expect(Specs.problems(Specs.spec(container: "      args: [x, \"\(text)\"]")) == [])
    }

    @Test(arguments: ["0.0.0.0:8000", "1.2.3.4", "12:30:45", "2001-12-14", "1.27-alpine", "-c", "=", "0day"])
    func `strings need no quotes, whatever they look like`(text: String) {
        #expect(Specs.problems(Specs.spec(container: "      args:\n        - \(text)")) == [])
    }
}
