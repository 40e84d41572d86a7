import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct JSONTreeTests {
    @Test func `a response becomes YAML with the same values`() throws {
        let json = """
            {"stack_id":"stack-82c2199c92d32586","user_id":9223372036854775807,"node_public_ip":null,"ready":false,"ratio":0.5,
            "ports":[{"container_port":8080,"protocol":"TCP"}],"empty":[],"none":{},"pod_spec":"kind: Pod\\nspec: {}\\n",
            "words":["true","y","1","null","","~","a: b","- x","\\u001b[31m"]}
            """
        let yaml = try JSONDecoder().decode(JSONTree.self, from: Data(json.utf8)).yaml
        #expect(
            yaml == """
                empty: []
                node_public_ip: null
                none: {}
                pod_spec: |
                  kind: Pod
                  spec: {}
                ports:
                - container_port: 8080
                  protocol: TCP
                ratio: 0.5
                ready: false
                stack_id: stack-82c2199c92d32586
                user_id: 9223372036854775807
                words:
                - 'true'
                - 'y'
                - '1'
                - 'null'
                - ''
                - '~'
                - 'a: b'
                - '- x'
                - "\\e[31m"

                """
        )
    }

    @Test(arguments: [#"{"a":[1,-2,0.25,true,null,"x/y"],"b":{}}"#, "[]", #""""#, "9223372036854775807"])
    func `a value is written as JSON as the server does`(json: String) throws {
        #expect(try JSONDecoder().decode(JSONTree.self, from: Data(json.utf8)).json == json)
    }
}
