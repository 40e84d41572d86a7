import Foundation
import PodPolicy
import Synchronization
import Yams

/// What a run has seen.
private struct Statistics {
    var executions = 0
    var accepted = 0
    var slowest = (accepted: Slowest(), refused: Slowest())
}

private struct Slowest {
    var duration = Duration.zero
    var bytes = 0

    mutating func note(_ duration: Duration, _ text: String) {
        guard duration > self.duration else { return }
        self = Slowest(duration: duration, bytes: text.utf8.count)
    }
}

private let statistics = Mutex(Statistics())

/// Called by libFuzzer once, before the first input.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutablePointer<CInt>, _: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>) -> CInt {
    atexit {
        let seen = statistics.withLock { $0 }
        print("executions: \(seen.executions), of which accepted: \(seen.accepted)")
        print("slowest accepted: \(seen.slowest.accepted.duration) for \(seen.slowest.accepted.bytes) bytes")
        print("slowest refused: \(seen.slowest.refused.duration) for \(seen.slowest.refused.bytes) bytes")
    }
    return 0
}

/// Called by libFuzzer with every input. What must never happen ends the process, and libFuzzer keeps the input.
/// https://llvm.org/docs/LibFuzzer.html
@_cdecl("LLVMFuzzerTestOneInput")
public func check(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    var pod: CheckedPod?
    var refusal: PodSpecRefusal?
    let started = processorTime()
    do throws(PodSpecRefusal) { pod = try PodPolicy().check(text) } catch { refusal = error }
    let duration = processorTime() - started
    statistics.withLock {
        $0.executions += 1
        if pod == nil { $0.slowest.refused.note(duration, text) } else { $0.slowest.accepted.note(duration, text) }
        if pod != nil { $0.accepted += 1 }
    }
    var violations = refusal.map { Invariants.violations(of: $0) } ?? []
    if let refusal { _ = Diagnostics.render(refusal.problems, of: text, file: "input") }
    if let pod {
        _ = Diagnostics.render(pod.warnings, of: text, file: "input")
        violations += Invariants.violations(of: pod) + violationsOfYAML(pod)
    }
    guard violations.isEmpty else { fatalError("violated: \(violations)") }
    return 0
}

/// What this thread has used: on a machine that is busy otherwise, the time that passes says little.
private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// The YAML that people are shown says what is sent.
private func violationsOfYAML(_ pod: CheckedPod) -> [String] {
    let manifest = pod.manifest(name: "stack-0", namespace: "stacks", labels: [:], activeDeadlineSeconds: 60)
    do {
        return try YAMLDecoder().decode(PodManifest.self, from: try manifest.yaml) == manifest ? [] : ["YAML differs"]
    } catch {
        return ["YAML cannot be read: \(error)"]
    }
}
