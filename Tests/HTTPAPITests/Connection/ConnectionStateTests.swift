import NIOCore
import TestBasics
import Testing

@testable import HTTPAPI

@Suite struct ConnectionStateTests {
    private enum Event: CaseIterable {
        case bytes, head, lastHead, end, failure, inputClosed, quiesce, answerBegun, answerEnded, writeBegun, writeEnded
    }

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func apply(_ event: Event, to state: inout ConnectionState, at now: NIODeadline) {
        switch event {
        case .bytes: state.bytesRead(now: now)
        case .head: state.headRead(keepsAlive: true, now: now)
        case .lastHead: state.headRead(keepsAlive: false, now: now)
        case .end: state.endRead(now: now)
        case .failure: state.inputFailed(now: now)
        case .inputClosed: state.inputClosed(now: now)
        case .quiesce: state.quiesce(now: now)
        case .answerBegun: _ = state.answerBegun(now: now)
        case .answerEnded: state.answerEnded(now: now)
        case .writeBegun: state.writeBegun(now: now)
        case .writeEnded: state.writeEnded(now: now)
        }
    }

    /// The state after these events, one a second.
    private static func state(_ events: [Event]) -> (ConnectionState, NIODeadline) {
        var (state, now) = (ConnectionState(limits: ConnectionState.TimeLimits(), now: start), start)
        for event in events {
            now = now + .seconds(1)
            apply(event, to: &state, at: now)
        }
        return (state, now)
    }

    private static let request: [Event] = [.head, .end, .answerBegun, .writeBegun, .answerEnded, .writeEnded]

    @Test(
        arguments: [
            ([], .request, 180), ([.bytes], .head, 10), ([.head], .body, 30), ([.head, .end], .answer, nil),
            ([.head, .end, .answerBegun, .writeBegun], .reader, 30), ([.head, .end, .answerBegun, .writeBegun, .writeEnded], .answer, nil),
            (request, .request, 180), (request + [.bytes], .head, 10), (request + request, .request, 180),
            // Where another request has been read before the first is answered, the service is waited for, not the client.
            ([.head, .end, .bytes], .answer, nil), ([.head, .end, .head], .answer, nil),
            ([.head, .end, .head, .answerBegun, .answerEnded], .body, 30), ([.head, .end, .bytes, .answerBegun, .answerEnded], .head, 10),
            ([.lastHead, .end, .answerBegun, .answerEnded], .close, 5), ([.head, .answerBegun, .answerEnded], .close, 5),
            ([.bytes, .failure], .answer, nil), ([.bytes, .failure, .answerBegun, .answerEnded], .close, 5),
            ([.head, .failure], .answer, nil), ([.head, .failure, .answerBegun, .answerEnded], .close, 5),
            ([.head, .end, .failure, .answerBegun, .answerEnded], .answer, nil), ([.bytes, .inputClosed], .request, 180),
            ([.quiesce], .close, 5), ([.bytes, .quiesce], .close, 5), ([.head, .quiesce], .body, 29),
            ([.head, .end, .quiesce], .answer, nil), ([.head, .end, .quiesce, .answerBegun, .answerEnded], .close, 5),
        ] as [([Event], ConnectionState.Wait, Int64?)]
    )
    private func `after these events it waits for this, so long`(events: [Event], wait: ConnectionState.Wait, seconds: Int64?) {
        let (state, now) = Self.state(events)
        #expect(state.wait == wait)
        #expect(state.deadline == seconds.map { now + .seconds($0) })
    }

    @Test func `a deadline stands, however often bytes come`() {
        for events in [[.bytes], [.head]] as [[Event]] {
            var (state, now) = Self.state(events)
            let deadline = state.deadline
            for _ in 0..<100 {
                now = now + .milliseconds(50)
                state.bytesRead(now: now)
            }
            #expect(state.deadline == deadline)
        }
    }

    @Test func `a client that reads gets more time with each piece`() {
        var (state, now) = Self.state([.head, .end, .answerBegun, .writeBegun, .writeBegun, .writeBegun])
        for _ in 0..<2 {
            now = now + .seconds(20)
            state.writeEnded(now: now)
            #expect(state.deadline == now + .seconds(30))
        }
    }

    @Test func `an answer is the last when no request may follow it`() {
        for (events, isLast) in [
            ([.head, .end], false), ([.head], true), ([.lastHead, .end], true), ([.head, .end, .lastHead, .end], false),
            ([.head, .end, .lastHead, .end, .answerBegun, .answerEnded], true), ([.bytes, .failure], true),
            ([.head, .end, .failure], false), ([.head, .end, .quiesce], true), ([.head, .end, .head, .quiesce], false),
        ] as [([Event], Bool)] {
            var (state, now) = Self.state(events)
            #expect(state.answerBegun(now: now) == isLast, "\(events)")
        }
    }

    @Test func `whatever comes, a connection without a request has a deadline, and one that is over stays over`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var (state, now) = Self.state([])
            for _ in 0..<40 {
                guard let event = Event.allCases.randomElement(using: &generator) else { continue }
                let wasOver = state.isOver
                // The handler passes on a head only when one is wanted.
                if event == .head || event == .lastHead, !state.takesRequests || state.takesBody { continue }
                if event == .failure, !state.takesRequests && !state.takesBody { continue }
                now = now + .milliseconds(Int64.random(in: 0...5000, using: &generator))
                Self.apply(event, to: &state, at: now)
                #expect(state.hasRequest || state.deadline != nil, "seed \(seed)")
                #expect(!wasOver || state.isOver, "seed \(seed)")
            }
        }
    }
}
