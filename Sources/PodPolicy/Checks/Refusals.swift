/// The reasons for which known Kubernetes fields are rejected, for better messages. Fields missing here are rejected as well.
enum Refusals {
    /// Returns the reason for a path, with any indices.
    static func reason(for path: String) -> String? {
        let pattern = String(pattern(path))
        if let reason = reasons[pattern] { return reason }
        return pattern.hasPrefix("spec.volumes[].") && !pattern.contains("emptyDir") ? "the only volumes allowed are emptyDir" : nil
    }

    /// Returns `containers[].ports` for `spec.initContainers[3].ports`, since a reason applies to every kind of container.
    private static func pattern(_ path: String) -> Substring {
        var pattern = ""
        var isIndex = false
        for character in path {
            if character == "]" { isIndex = false }
            if !isIndex { pattern.append(character) }
            if character == "[" { isIndex = true }
        }
        for kind in ["spec.containers[].", "spec.initContainers[]."] where pattern.hasPrefix(kind) {
            let field = "container." + pattern.dropFirst(kind.count)
            if kind == "spec.initContainers[].", reasons["init" + field] != nil { return "init" + field[...] }
            return field[...]
        }
        return pattern[...]
    }

    private static let isolation = "it weakens the isolation from the node"
    private static let placement = "where Pods run is the operator's choice"
    private static let identity = "the Pod must have no access to the cluster's API"
    static let ours = "it is set by the provisioner"
    private static let securityContext = "it is set by the provisioner, whatever it contains"
    private static let secrets = "it would read Secrets or ConfigMaps of the cluster"

    private static let toTheEnd = "an init container runs to its end"
    private static let exec = "hooks may only run a program in their container (exec)"

    private static let reasons: [String: String] = [
        "status": "it is written by Kubernetes",
        "metadata.generateName": ours,
        "metadata.finalizers": "they would keep the Pod from being removed",
        "metadata.ownerReferences": "they would let the garbage collector act on the Pod",
        "spec.hostNetwork": isolation,
        "spec.hostPID": isolation,
        "spec.hostIPC": isolation,
        "spec.hostUsers": isolation,
        "spec.shareProcessNamespace": "containers of a Pod stay apart",
        "spec.securityContext": securityContext,
        "spec.serviceAccountName": identity,
        "spec.serviceAccount": identity,
        "spec.nodeName": placement,
        "spec.nodeSelector": placement,
        "spec.affinity": placement,
        "spec.tolerations": placement,
        "spec.topologySpreadConstraints": placement,
        "spec.schedulerName": placement,
        "spec.schedulingGates": placement,
        "spec.priority": "a stack must not evict others",
        "spec.priorityClassName": "a stack must not evict others",
        "spec.preemptionPolicy": "a stack must not evict others",
        "spec.runtimeClassName": placement,
        "spec.overhead": ours,
        "spec.os": placement,
        "spec.activeDeadlineSeconds": ours,
        "spec.imagePullSecrets": "they are set by the operator (STACK_IMAGE_PULL_SECRETS)",
        "spec.ephemeralContainers": "they are for debugging by operators",
        "spec.hostAliases": "the Pod's name resolution is not to be changed",
        "spec.dnsPolicy": "the Pod's name resolution is not to be changed",
        "spec.dnsConfig": "the Pod's name resolution is not to be changed",
        "spec.subdomain": "it would put the Pod into the cluster's name service",
        "spec.resourceClaims": "devices are not for stacks",
        "spec.resources": "what the containers ask for is added up instead",
        "spec.readinessGates": "the Pod would never get ready",
        "spec.hostnameOverride": "use hostname",
        "spec.setHostnameAsFQDN": "use hostname",
        "container.securityContext": securityContext,
        "container.envFrom": secrets,
        "container.env[].valueFrom.secretKeyRef": secrets,
        "container.env[].valueFrom.configMapKeyRef": secrets,
        "container.env[].valueFrom.fileKeyRef": "use value, or fieldRef to metadata.name or status.podIP",
        "container.env[].valueFrom.resourceFieldRef": "use value, or fieldRef to metadata.name or status.podIP",
        "container.ports[].hostPort": isolation,
        "container.ports[].hostIP": isolation,
        "container.volumeDevices": isolation,
        "container.resizePolicy": "resources do not change",
        "container.restartPolicy": "containers are not restarted",
        "container.restartPolicyRules": "containers are not restarted",
        "container.resources.claims": "devices are not for stacks",
        "container.stdinOnce": "nobody attaches to a stack",
        "container.terminationMessagePath": "the default is enough",
        "container.livenessProbe.httpGet.host": "probes go to the Pod itself",
        "container.readinessProbe.httpGet.host": "probes go to the Pod itself",
        "container.startupProbe.httpGet.host": "probes go to the Pod itself",
        "container.livenessProbe.tcpSocket.host": "probes go to the Pod itself",
        "container.readinessProbe.tcpSocket.host": "probes go to the Pod itself",
        "container.startupProbe.tcpSocket.host": "probes go to the Pod itself",
        "container.readinessProbe.terminationGracePeriodSeconds": "a readiness probe does not end its container",
        "container.lifecycle.preStop.httpGet": exec,
        "container.lifecycle.postStart.httpGet": exec,
        "container.lifecycle.preStop.tcpSocket": exec,
        "container.lifecycle.postStart.tcpSocket": exec,
        "container.lifecycle.preStop.sleep": exec,
        "container.lifecycle.postStart.sleep": exec,
        "container.volumeMounts[].mountPropagation": isolation,
        "container.volumeMounts[].subPathExpr": "only fixed paths are allowed",
        "initcontainer.ports": "only a container that serves may expose a port",
        "initcontainer.livenessProbe": toTheEnd,
        "initcontainer.readinessProbe": toTheEnd,
        "initcontainer.startupProbe": toTheEnd,
        "initcontainer.lifecycle": toTheEnd,
        "spec.volumes[].hostPath": isolation,
        "spec.volumes[].secret": secrets,
        "spec.volumes[].configMap": secrets,
        "spec.volumes[].projected": secrets,
        "spec.volumes[].downwardAPI": "use env with fieldRef",
    ]
}
