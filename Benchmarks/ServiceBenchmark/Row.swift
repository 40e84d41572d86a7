import Foundation

/// A line of the table: a figure of the service beside a floor that was measured in the same run.
struct Row: Sendable, Codable {
    var what: String
    var unit: String
    var figure: Double
    var floor: Double?
    var ratio: Double?
    /// What the ratio should be, or the figure if it has no floor.
    var target: String
    var repetitions: Int
    var spread: String

    /// A figure that was measured several times.
    init(_ what: String, unit: String = "ms", _ samples: Samples, floor: Samples? = nil, percent: Int = 50, target: String) {
        self.init(what, unit, samples.percentile(percent), floor: floor?.percentile(percent), target: target)
        (repetitions, spread) = (samples.count, samples.spread)
    }

    init(_ what: String, _ memory: Memory, target: String) {
        self.init(what, "MiB", memory.resident, target: target)
        spread = "\(hundredths(memory.anonymous)) anonymous"
    }

    private init(_ what: String, _ unit: String, _ figure: Double, floor: Double? = nil, target: String) {
        (self.what, self.unit, self.figure, self.floor, self.target) = (what, unit, figure, floor, target)
        ratio = floor.flatMap { $0 > 0 ? figure / $0 : nil }
        (repetitions, spread) = (1, "")
    }
}

/// Prints each row as soon as it is known, and writes it to the file behind those of an earlier part of the run.
struct Table {
    private var rows: [Row] = []
    private let path: String?

    init(appendingTo path: String?) throws {
        self.path = path
        if let path, FileManager.default.fileExists(atPath: path) {
            rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: URL(filePath: path)))
        }
        guard rows.isEmpty else { return }
        say("| what | measured | floor | ratio | target | repetitions | 10 to 90 % |")
        say("|---|---|---|---|---|---|---|")
    }

    mutating func add(_ row: Row) throws {
        rows.append(row)
        let floor = row.floor.map { "\(hundredths($0)) \(row.unit)" } ?? ""
        let ratio = row.ratio.map(hundredths) ?? ""
        say(
            "| \(row.what) | \(hundredths(row.figure)) \(row.unit) | \(floor) | \(ratio) | \(row.target) | \(row.repetitions) | \(row.spread) |"
        )
        guard let path else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(filePath: path))
    }
}

/// Prints a line at once, also into a file or a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
