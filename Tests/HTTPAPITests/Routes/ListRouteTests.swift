import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

@Suite struct ListRouteTests {
    @Test func `a list has filters, and with a limit it has pages`() async throws {
        try await withAPI { api async throws in
            for user in 1...2 {
                for problem in 1...2 {
                    #expect(try await api.create(user: user, problem: problem).status == 201)
                    api.service.time.advance(by: .milliseconds(1))
                }
            }
            func listed(_ query: String) async throws -> [JSON?] {
                try await api.get("/stacks?" + query).body["stacks"]?.array.map { $0["problem_id"] } ?? []
            }
            #expect(try await listed("user_id=1") == [1, 2])
            #expect(try await listed("problem_id=2&user_id=%32") == [2])
            #expect(try await listed("status=creating").count == 4)
            #expect(try await listed("status=running&unknown=1") == [])
            #expect(try await api.get("/stacks?user_id=9&limit=1000").text == #"{"next_cursor":null,"stacks":[]}"#)
            let first = try await api.get("/stacks?limit=3")
            #expect(first.body["stacks"]?.array.count == 3)
            let cursor = try #require(first.body["next_cursor"]?.string)
            let last = try await api.get("/stacks?limit=3&cursor=\(cursor)")
            #expect(last.body["stacks"]?.array.count == 1 && last.body["next_cursor"] == .some(.null))
            let rest = try await api.get("/stacks?cursor=\(cursor)")
            #expect(rest.body == ["stacks": .array(last.body["stacks"]?.array ?? [])])
            #expect(try await api.send(.head, "/stacks?limit=1").status == 200)
        }
    }

    @Test(arguments: [
        ("user_id=0", "user_id: is \"0\"; must be a positive 64-bit integer"), ("user_id=", "user_id: is \"\"; must be "),
        ("user_id", "user_id: is \"\"; must be "), ("problem_id=-1", "problem_id: is \"-1\"; must be "),
        ("problem_id=+1", "problem_id: is \"+1\""),
        ("user_id=9223372036854775808", "user_id: is \"9223372036854775808\"; must be "),
        ("user_id=1&user_id=1", "user_id: stands 2 times in the query"),
        ("user_id=1&user%5Fid=2", "user_id: stands 2 times"), ("user_id=%zz", "user_id: has an invalid percent-encoding"),
        ("user_id=%ff", "user_id: has an invalid percent-encoding"),
        ("status=Running", "status: is \"Running\"; must be one of creating, running, stopped, failed, node_deleted"),
        ("limit=0", "limit: is \"0\"; must be an integer within 1…1000"), ("limit=1001", "limit: is \"1001\""),
        ("limit=1e2", "limit: is \"1e2\""),
        ("limit=99999999999999999999", "limit: is \"99999999999999999999\""),
        ("cursor=", "cursor: is \"\"; must be the next_cursor of the page before, unchanged"),
        ("cursor=x&limit=1", "cursor: is \"x\""), ("cursor=" + String(repeating: "A", count: 8000), "cursor: is \"AAAAAAAA"),
    ])
    func `a wrong parameter is 400 with its name`(query: String, sentence: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.get("/stacks?" + query)
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error.hasPrefix(sentence), "\(answer.error)")
            #expect(answer.text.utf8.count < 400)
        }
    }

    @Test func `a delete of many answers how many it has marked`() async throws {
        try await withAPI { api async throws in
            for user in 1...3 { #expect(try await api.create(user: user, problem: 7).status == 201) }
            let answer = try await api.send(.delete, "/stacks?problem_id=7")
            #expect(answer.status == 202 && answer.text == #"{"marked":3}"#)
            #expect(try await api.get("/stacks").body == ["stacks": []])
            #expect(try await api.send(.delete, "/stacks?problem_id=7&user_id=1").text == #"{"marked":0}"#)
            await api.service.reconciler.pass()
            #expect(try await api.create(user: 1, problem: 7).status == 201)
        }
    }

    @Test(arguments: [
        ("", "user_id, problem_id: one of them, or both, must say which stacks are to be deleted"),
        ("?user_id=1&problem=7", "problem: is no parameter of this request; allowed: user_id, problem_id"),
        ("?user_id=1&user_id=2", "user_id: stands 2 times in the query"), ("?problem_id=x", "problem_id: is \"x\""),
        ("?user_id=1&status=failed", "status: is no parameter"),
    ])
    func `a delete of many that does not say clearly of which deletes none`(query: String, sentence: String) async throws {
        try await withAPI { api async throws in
            #expect(try await api.create(user: 1, problem: 7).status == 201)
            let answer = try await api.send(.delete, "/stacks" + query)
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error.hasPrefix(sentence), "\(answer.error)")
            #expect(try await api.get("/stacks").body["stacks"]?.array.count == 1)
        }
    }
}
