import Synchronization
import TestBasics

/// Several processes in simulated time on one thread: everything that happens follows from the seed.
///
/// Each process has its own executor, which runs one job at a time when the simulation says so. Time moves on only when no process
/// has anything left to do. A process may be stopped before any of its jobs, as by SIGSTOP: its clock goes on meanwhile.
final class Simulation: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Timer {
        var id: Int
        var due: Instant
        var fire: @Sendable () -> Void
        var cancel: @Sendable () -> Void
    }

    private struct State {
        var now: Instant
        var random: SeededGenerator
        var timers: [Timer] = []
        var nextID = 0
        var stoppedUntil: [Instant]
    }

    let start: Instant
    let executors: [JobQueue]
    /// How likely a process is stopped before a job.
    private let stopProbability: Double
    private let state: Mutex<State>

    init(processes: Int, seed: UInt64, stopProbability: Double) {
        start = .now
        executors = (0..<processes).map { _ in JobQueue() }
        self.stopProbability = stopProbability
        state = Mutex(State(now: start, random: SeededGenerator(seed: seed), stoppedUntil: Array(repeating: start, count: processes)))
    }

    var now: Instant { state.withLock { $0.now } }

    /// In 0..<1.
    func random() -> Double { state.withLock { .random(in: 0..<1, using: &$0.random) } }

    /// Mostly milliseconds, now and then up to a minute.
    func delay() -> Duration {
        switch random() {
        case ..<0.95: .milliseconds(1 + Int(random() * 100))
        case ..<0.99: .milliseconds(Int(random() * 8000))
        default: .milliseconds(Int(random() * 60_000))
        }
    }

    func at(_ due: Instant, _ fire: @escaping @Sendable () -> Void) {
        _ = add(due: due, fire: fire, cancel: {})
    }

    func sleep(_ duration: Duration) async throws {
        let due = now + duration
        let id = Mutex<Int?>(nil)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                let own = add(due: due, fire: { continuation.resume() }, cancel: { continuation.resume(throwing: CancellationError()) })
                id.withLock { $0 = own }
            }
        } onCancel: {
            // On the same thread as everything else: the sleep has either begun or will see that it is cancelled.
            if let id = id.withLock({ $0 }) { cancel(id) }
        }
    }

    /// As ``sleep(_:)``, but deaf to cancellation.
    func sleepThrough(_ duration: Duration) async {
        let due = now + duration
        await withCheckedContinuation { continuation in _ = add(due: due, fire: { continuation.resume() }, cancel: {}) }
    }

    private func add(due: Instant, fire: @escaping @Sendable () -> Void, cancel: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.timers.append(Timer(id: state.nextID, due: due, fire: fire, cancel: cancel))
            return state.nextID
        }
    }

    private func cancel(_ id: Int) {
        let timer = state.withLock { state in
            state.timers.firstIndex { $0.id == id }.map { state.timers.remove(at: $0) }
        }
        timer?.cancel()
    }

    /// Runs everything up to a moment.
    /// - Parameter observe: called after each step.
    func run(for duration: Duration, observe: () -> Void) {
        let end = start + duration
        while true {
            if let process = nextProcess() {
                executors[process].runOne()
            } else {
                guard advance(until: end) else { return }
            }
            observe()
        }
    }

    private func nextProcess() -> Int? {
        let busy = executors.indices.filter { executors[$0].isBusy }
        return state.withLock { state in
            let ready = busy.filter { state.stoppedUntil[$0] <= state.now }
            guard let process = ready.randomElement(using: &state.random) else { return nil }
            guard Double.random(in: 0..<1, using: &state.random) < stopProbability else { return process }
            state.stoppedUntil[process] = state.now + .milliseconds(Int.random(in: 0...60_000, using: &state.random))
            return ready.first { $0 != process }
        }
    }

    private func advance(until end: Instant) -> Bool {
        let busy = executors.indices.filter { executors[$0].isBusy }
        let due = state.withLock { state -> Timer? in
            let wakeUps = busy.map { state.stoppedUntil[$0] }
            let index = state.timers.indices.min {
                (state.timers[$0].due, state.timers[$0].id) < (state.timers[$1].due, state.timers[$1].id)
            }
            let next = [index.map { state.timers[$0].due }, wakeUps.min()].compactMap { $0 }.min() ?? end
            state.now = max(state.now, min(next, end))
            guard let index, state.timers[index].due <= state.now else { return nil }
            return state.timers.remove(at: index)
        }
        due?.fire()
        return now < end
    }
}

/// Jobs that wait to be run, one at a time, by whoever drives the simulation.
final class JobQueue: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    var isBusy: Bool { jobs.withLock { !$0.isEmpty } }

    func runOne() {
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        job?.runSynchronously(on: asUnownedTaskExecutor())
    }
}
