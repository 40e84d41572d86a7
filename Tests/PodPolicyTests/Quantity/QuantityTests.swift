import TestBasics
import Testing

@testable import PodPolicy

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", 0), ("1", 1000), ("500m", 500), ("0.5", 500), (".5", 500), ("5.", 5000), ("1e3", 1_000_000), ("1E3", 1_000_000),
        ("1e-3", 1), ("+1", 1000), ("0.0001", 1), ("1n", 1), ("1u", 1), ("1001u", 2), ("2k", 2_000_000), ("1.5Ki", 1_536_000),
        ("001", 1000), ("0.1m", 1), ("1e-100", 1), ("12e-65", 1), ("1e+3", 1_000_000), ("1999999n", 2),
        ("0e99", 0), ("0E-99", 0), ("-0", 0),
    ])
    func `milli-values round up, as Kubernetes does`(text: String, milli: Int64) throws {
        #expect(try #require(Quantity(text)).milliValue() == milli)
    }

    @Test(arguments: [
        ("128974848", 128_974_848), ("129M", 129_000_000), ("123Mi", 128_974_848), ("1Gi", 1 << 30), ("1.5Gi", 3 << 29),
        ("1E", 1_000_000_000_000_000_000),
        ("7Ei", 7 << 60), ("9223372036854775807", Int64.max), ("100m", 1), ("1500m", 2), ("-1", -1),
    ])
    func `values are whole units`(text: String, value: Int64) throws {
        #expect(try #require(Quantity(text)).value() == value)
    }

    @Test(arguments: [
        "", " 1", "1 ", ".", "+", "-", "m", ".Ki", "e3", "1K", "1ki", "1mi", "1MI", "1e", "1\u{212A}i", "1e99999999999", "+-1", "1e+-3",
        "1E1E", "1Ei5", "1e1.5", "1ee3", "1.1.1", "1+1", "0x10", "1_000", "１", "NaN", "inf",
        "8Ei", "9223372036854775808", "1e40", "1e-99999999999999999999", "1Kim", "1 Mi", "--1", "1m0",
        String(repeating: "1", count: 65),
    ])
    func `anything else is refused`(text: String) {
        #expect(Quantity(text) == nil)
    }

    /// Around the numbers at which integers end: in whole and in a fraction, with every sign and suffix.
    @Test(arguments: [31, 32, 63, 64, 126, 127])
    func `numbers at the ends of integers are read or refused`(power: Int) throws {
        let border =
            power == 127
            ? [String(Int128.max), "170141183460469231731687303715884105728", "170141183460469231731687303715884105729"]
            : [-1, 0, 1].map { String((Int128(1) << power) + $0) }
        let suffixes = [
            "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e0", "e-9", "e9", "E-2147483648",
            "e2147483647", "e-2147483649",
        ]
        for digits in border {
            let forms = [digits, ".\(digits)", "1.\(digits)", "\(digits).\(digits.prefix(20))", "0\(digits)", "\(digits)0", "\(digits)9"]
            for (form, suffix) in forms.flatMap({ form in suffixes.map { (form, $0) } }) {
                let positive = Quantity(form + suffix)
                #expect(Quantity("+" + form + suffix) == positive)
                let negative = Quantity("-" + form + suffix)
                #expect((negative == nil) == (positive == nil), "\(form)\(suffix)")
                guard let positive, let negative else { continue }
                #expect(positive.value(roundUp: false) == -negative.value() || positive.value(roundUp: false) == .max)
                #expect(positive.value() >= 0 && positive.milliValue() >= 0)
            }
        }
        let fits = power <= 63
        #expect((Quantity(border[0]) != nil) == fits)
        #expect((Quantity(border[2]) != nil) == (power < 63))
    }

    @Test func `printing and reading again gives the same`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let amount = Int64.random(in: 0...(Int64.max >> Int64.random(in: 0...62, using: &generator)), using: &generator)
            #expect(Quantity(Quantity.bytes(amount))?.value() == amount)
            let milli = amount / 1000
            #expect(Quantity(Quantity.cpu(milli: milli))?.milliValue() == milli)
        }
    }

    @Test func `quantities are ordered as the numbers they stand for`() throws {
        var generator = SeededGenerator(seed: 2)
        let suffixes: [(String, Double)] = [("", 1), ("m", 1e-3), ("k", 1e3), ("Ki", 1024), ("M", 1e6), ("Mi", 1_048_576)]
        for _ in 0..<20_000 {
            let (a, b) = (Int.random(in: 0..<100_000, using: &generator), Int.random(in: 0..<100_000, using: &generator))
            let (left, right) = (suffixes.randomElement(using: &generator)!, suffixes.randomElement(using: &generator)!)
            let (x, y) = (try #require(Quantity("\(a)\(left.0)")), try #require(Quantity("\(b)\(right.0)")))
            // Products of small integers by these factors are exact in a Double, but for milli, where a thousandth is compared.
            let (exactX, exactY) = ((Double(a) * left.1 * 1000).rounded(), (Double(b) * right.1 * 1000).rounded())
            #expect((x < y) == (exactX < exactY))
            #expect((x == y) == (exactX == exactY))
        }
    }
}
