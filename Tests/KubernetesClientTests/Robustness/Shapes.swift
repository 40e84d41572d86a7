extension Shape {
    private static let name = Shape.text(["a", "b", "ctf-provisioner"])
    private static let quantities = Shape.map(.text(["500m", "1", "64Mi", "1e3", "7Ei"]))

    private static let metadata = Shape.object([
        "name": name, "namespace": name, "uid": name, "resourceVersion": .text(["1", "2", "99", "18446744073709551615"]),
        "labels": .map(name), "annotations": .map(name), "creationTimestamp": .text(["2026-01-02T03:04:05Z"]), "deletionTimestamp": .time,
        "ownerReferences": .list(.object(["apiVersion": name, "kind": name, "name": name, "uid": name])), "finalizers": .list(name),
    ])

    private static let condition = Shape.object([
        "type": .text(["Ready", "PodScheduled"]), "status": .text(["True", "False", "Unknown"]), "reason": name, "message": name,
    ])

    private static let resources = Shape.object(["requests": quantities, "limits": quantities])
    private static let container = Shape.object(["name": name, "image": name, "restartPolicy": name, "resources": resources])

    private static let containerStatus = Shape.object([
        "name": name, "ready": .bool, "restartCount": .number,
        "state": .object([
            "waiting": .object(["reason": name, "message": name]), "running": .object(["startedAt": .time]),
            "terminated": .object(["exitCode": .number, "reason": name, "message": name]),
        ]),
    ])

    static let pod = Shape.object([
        "metadata": metadata,
        "spec": .object([
            "nodeName": name, "containers": .list(container), "initContainers": .list(container), "overhead": quantities,
            "resources": resources, "activeDeadlineSeconds": .number, "terminationGracePeriodSeconds": .number,
        ]),
        "status": .object([
            "phase": name, "reason": name, "message": name, "conditions": .list(condition), "containerStatuses": .list(containerStatus),
            "initContainerStatuses": .list(containerStatus), "podIP": name, "hostIP": name,
        ]),
    ])

    static let node = Shape.object([
        "metadata": metadata,
        "spec": .object([
            "unschedulable": .bool, "taints": .list(.object(["key": name, "value": name, "effect": name])),
        ]),
        "status": .object([
            "allocatable": quantities, "conditions": .list(condition), "addresses": .list(.object(["type": name, "address": name])),
        ]),
    ])

    static let service = Shape.object([
        "metadata": metadata,
        "spec": .object([
            "type": name, "selector": .map(name), "clusterIP": name, "healthCheckNodePort": .number,
            "ports": .list(.object(["name": name, "protocol": name, "port": .number, "targetPort": .number, "nodePort": .number])),
        ]),
    ])

    static let runtimeClass = Shape.object([
        "metadata": metadata, "overhead": .object(["podFixed": quantities]),
        "scheduling": .object([
            "nodeSelector": .map(name),
            "tolerations": .list(.object(["key": name, "operator": name, "value": name, "effect": name])),
        ]),
    ])

    static let namespace = Shape.object(["metadata": metadata, "status": .object(["phase": name])])

    static let lease = Shape.object([
        "metadata": metadata,
        "spec": .object([
            "holderIdentity": .text(["me", "other", ""]), "leaseDurationSeconds": .number, "acquireTime": .time, "renewTime": .time,
            "leaseTransitions": .number,
        ]),
    ])

    static let status = Shape.object([
        "kind": .text(["Status"]), "status": name, "message": name, "reason": .text(["NotFound", "Expired"]), "code": .number,
        "details": .object([
            "name": name, "kind": name, "retryAfterSeconds": .number,
            "causes": .list(.object(["reason": name, "message": name, "field": name])),
        ]),
    ])

    static func event(_ object: Shape) -> Shape {
        .object(["type": .text(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]), "object": object])
    }

    static func list(of object: Shape) -> Shape {
        .object(["metadata": .object(["resourceVersion": name, "continue": name]), "items": .list(object)])
    }

    static let kubeconfig = Shape.object([
        "current-context": .text(["x"]),
        "contexts": .list(
            .object(["name": .text(["x"]), "context": .object(["cluster": .text(["c"]), "user": .text(["u"]), "namespace": name])])
        ),
        "clusters": .list(
            .object([
                "name": .text(["c"]),
                "cluster": .object([
                    "server": .text([
                        "https://a", "http://[::1]:8080/x/", "https://10.0.0.1:6443", "https://a:99999999999999999999", "https://a:-1",
                        "https://%",
                        "https://[", "//a", "https://ä.example", "HTTPS://a//",
                    ]),
                    "tls-server-name": .text(["b", "", "", "1.2.3.4"]), "insecure-skip-tls-verify": .bool,
                    "certificate-authority": .text(["ca.crt", "\u{0}", ""]), "certificate-authority-data": .text(["", "YWJj"]),
                    "proxy-url": .text([""]),
                    "extensions": .list(
                        .object(["name": .text(["client.authentication.k8s.io/exec"]), "extension": .map(.number)])
                    ),
                ]),
            ])
        ),
        "users": .list(
            .object([
                "name": .text(["u"]),
                "user": .object([
                    "token": .text(["", "t"]), "tokenFile": .text(["", "t"]), "client-certificate-data": .text([""]),
                    "client-key-data": .text([""]),
                    "exec": .object([
                        "apiVersion": .text(["client.authentication.k8s.io/v1"]), "command": .text(["get", "./get"]), "args": .list(name),
                        "env": .list(.object(["name": name, "value": name])), "installHint": name, "provideClusterInfo": .bool,
                        "interactiveMode": .text(["Never"]),
                    ]),
                ]),
            ])
        ),
    ])
}
