import Foundation
import Glibc

/// The metrics of the process that every Prometheus client has, read from `/proc`.
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
struct ProcessMetrics {
    /// In seconds since 1970.
    var startTime: Double?
    var cpuSeconds: Double?
    var residentBytes: Double?
    var virtualBytes: Double?
    var openDescriptors: Double?
    var maximumDescriptors: Double?

    /// Reads the metrics; a value that cannot be read is nil.
    static func current() -> ProcessMetrics {
        var metrics = ProcessMetrics()
        if let stat = text("/proc/self/stat") { metrics.read(stat: stat, system: text("/proc/stat")) }
        // The folder of descriptors has one more entry while it is read.
        do {
            metrics.openDescriptors = Double(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1)
        } catch { /* no /proc */  }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(7), &limit) == 0 { metrics.maximumDescriptors = Double(limit.rlim_cur) }
        return metrics
    }

    /// Reads the fields of `/proc/self/stat`, counted from behind the command's name, which may hold spaces.
    /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    mutating func read(stat: String, system: String?) {
        guard let end = stat.lastIndex(of: ")") else { return }
        // The first field here is number 3, the state.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil }
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        if let user = field(14), let kernel = field(15) { cpuSeconds = (user + kernel) / ticks }
        virtualBytes = field(23)
        residentBytes = field(24).map { $0 * Double(max(1, sysconf(Int32(_SC_PAGESIZE)))) }
        let boot = system?.split(separator: "\n").first { $0.hasPrefix("btime ") }?.split(separator: " ").last.flatMap { Double($0) }
        if let started = field(22), let boot { startTime = boot + started / ticks }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
