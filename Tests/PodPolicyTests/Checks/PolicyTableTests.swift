import Testing

@testable import PodPolicy

/// Holds the documented table and the code together, in both directions.
@Suite struct PolicyTableTests {
    private static let base = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          initContainers:
            - name: prepare
              image: busybox
              env: [{name: A, value: a}]
              resources: {limits: {cpu: 10m, memory: 8Mi, ephemeral-storage: 10Mi}}
              volumeMounts: [{name: data, mountPath: /data}]
          containers:
            - name: web
              image: nginx
              env: [{name: A, value: a}]
              ports: [{name: http, containerPort: 8080}]
              resources: {limits: {cpu: 10m, memory: 8Mi, ephemeral-storage: 10Mi}}
              volumeMounts: [{name: data, mountPath: /data}]
              livenessProbe: {httpGet: {port: 8080, httpHeaders: [{name: X-A, value: a}]}}
              readinessProbe: {httpGet: {port: 8080, httpHeaders: [{name: X-A, value: a}]}}
              startupProbe: {httpGet: {port: 8080, httpHeaders: [{name: X-A, value: a}]}}
          volumes: [{name: data, emptyDir: {medium: Memory}}, {name: shm, emptyDir: {medium: Memory}}]
        """
    private static let labels = ["ctf-provisioner.dev/stack-id": "stack-0123456789abcdef"]

    private static func policy(_ profile: SecurityProfile = .baseline) -> PodPolicy {
        var settings = PodPolicySettings()
        settings.securityProfile = profile
        settings.imagePullSecrets = ["registry"]
        settings.nodeSelector = ["role": "stack"]
        settings.runAsUser = 1000
        settings.runtimeClassName = "gvisor"
        settings.tolerations = [PodToleration(key: "ctf", value: "stacks", effect: .noSchedule)]
        settings.usesUserNamespaces = true
        return PodPolicy(settings: settings)
    }

    private static func manifest(_ tree: Tree, _ profile: SecurityProfile = .baseline) throws -> Tree {
        let pod = try policy(profile).check(tree.json)
        let manifest = pod.manifest(
            name: "stack-0",
            namespace: "stacks",
            labels: labels,
            annotations: ["ctf-provisioner.dev/containers": "db,web"],
            activeDeadlineSeconds: 21_720
        )
        return try Tree(encoding: manifest)
    }

    private static func problems(_ tree: Tree) -> [String] {
        do throws(PodSpecRefusal) {
            _ = try policy().check(tree.json)
            return []
        } catch {
            return error.problems.map(\.path)
        }
    }

    private static func warnings(_ tree: Tree) throws -> [String] {
        try policy().check(tree.json).warnings.map(\.path)
    }

    private static func isWithin(_ path: FieldPath, _ problem: String) -> Bool {
        path.concrete == problem || path.concrete.hasPrefix(problem + ".") || path.concrete.hasPrefix(problem + "[")
    }

    @Test func `every row says what the code does`() throws {
        let base = try Tree(parsing: Self.base)
        let table = try PolicyTable()
        #expect(table.rowCount > 150)
        for row in table.rows {
            let steps = row.path.steps[...]
            let example = try Tree(parsing: row.example)
            let spec = base.setting(example, at: steps)
            switch row.verdict {
            case .allowed:
                #expect(Self.problems(spec) == [], "\(row)")
                let kept = try Self.manifest(spec)[steps]
                #expect(kept?.contains(example) == true, "\(row): \(kept?.json ?? "nothing")")
            case .ignored:
                #expect(Self.problems(spec) == [], "\(row)")
                #expect(try Self.manifest(spec)[steps] != example, "\(row)")
            case .refused:
                let problems = Self.problems(spec)
                #expect(
                    problems.count == 1 && (problems == [row.path.concrete] || row.path.text.contains("securityContext")),
                    "\(row): \(problems)"
                )
                #expect(problems.allSatisfy { Self.isWithin(row.path, $0) }, "\(row): \(problems)")
            case .forced:
                let profile: SecurityProfile = row.path.text.hasSuffix("runAsNonRoot") ? .restricted : .baseline
                let given = Self.problems(spec)
                #expect(given.allSatisfy { Self.isWithin(row.path, $0) }, "\(row): \(given)")
                let other = base.setting(.string("other"), at: steps)
                let refused = Self.problems(other)
                let others = try refused.isEmpty ? Self.warnings(other) : refused
                #expect(!others.isEmpty && others.allSatisfy { Self.isWithin(row.path, $0) }, "\(row): \(others)")
                #expect(try Self.manifest(base, profile)[steps]?.contains(example) == true, "\(row)")
            }
        }
    }

    @Test func `no field stands in the table twice`() throws {
        let paths = try PolicyTable().rows.map(\.path)
        #expect(Dictionary(grouping: paths) { $0 }.filter { $1.count > 1 }.keys.map(\.text) == [])
    }

    @Test func `every field that a manifest can have stands in the table`() throws {
        let paths = Set(try PolicyTable().rows.map(\.path.text))
        let allowed = try PolicyTable().rows.filter { $0.verdict == .allowed }
        let base = try Tree(parsing: Self.base)
        var manifests = [try Self.manifest(base), try Self.manifest(base, .restricted)]
        for row in allowed where row.path.steps.count > 1 {
            manifests.append(try Self.manifest(base.setting(try Tree(parsing: row.example), at: row.path.steps[...])))
        }
        let fields = manifests.reduce(into: Set<String>()) { $0.formUnion($1.fieldPaths()) }
        #expect(fields.subtracting(paths) == [])
        // What no example reaches would not be looked at: each property of each type must have been there once.
        let names = Set(fields.map { String($0.split(separator: ".").last ?? "") })
        #expect(Set(Self.codingKeys).subtracting(names) == [])
    }

    /// The stored properties of every type of the manifest, found by reflection.
    private static let codingKeys: [String] = {
        var keys: Set<String> = []
        func visit(_ value: Any) {
            let mirror = Mirror(reflecting: value)
            for child in mirror.children {
                if mirror.displayStyle == .struct, let label = child.label {
                    keys.insert(label == "ephemeralStorage" ? "ephemeral-storage" : label)
                }
                visit(child.value)
            }
        }
        let probe = PodManifest.Probe(
            exec: PodManifest.ExecAction(command: []),
            httpGet: PodManifest.HTTPGetAction(port: .number(1), httpHeaders: [PodManifest.HTTPHeader(name: "", value: "")]),
            tcpSocket: PodManifest.TCPSocketAction(port: .number(1)),
            grpc: PodManifest.GRPCAction(port: 1)
        )
        let container = PodManifest.Container(
            name: "",
            image: "",
            env: [
                PodManifest.EnvironmentVariable(
                    name: "",
                    valueFrom: PodManifest.ValueFrom(fieldRef: PodManifest.FieldReference(fieldPath: ""))
                )
            ],
            ports: [PodManifest.Port(containerPort: 1, protocol: "TCP")],
            resources: PodManifest.Resources(ResourceRequest()),
            securityContext: PodManifest.SecurityContext(capabilities: PodManifest.Capabilities()),
            livenessProbe: probe,
            lifecycle: PodManifest.Lifecycle(preStop: PodManifest.LifecycleHandler(exec: PodManifest.ExecAction(command: []))),
            volumeMounts: [PodManifest.VolumeMount(name: "", mountPath: "")]
        )
        let spec = PodManifest.Spec(
            activeDeadlineSeconds: 1,
            terminationGracePeriodSeconds: 1,
            securityContext: PodManifest.PodSecurityContext(),
            imagePullSecrets: [PodManifest.LocalObjectReference(name: "")],
            tolerations: [PodToleration(key: "", value: "", effect: .noSchedule)],
            containers: [container],
            volumes: [PodManifest.Volume(name: "", emptyDir: PodManifest.EmptyDir(sizeLimit: ""))]
        )
        visit(PodManifest(metadata: PodManifest.Metadata(name: "", namespace: "", labels: [:]), spec: spec))
        // Beside the manifest, not a field of it.
        keys.remove("environment")
        return keys.sorted()
    }()

    /// The Pod reference of Kubernetes 1.34, type by type.
    @Test(arguments: [
        ("Pod", "apiVersion kind metadata spec status"),
        (
            "ObjectMeta",
            "name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields"
        ),
        (
            "PodSpec",
            "volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates resourceClaims resources hostnameOverride"
        ),
        (
            "Container",
            "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty targetContainerName"
        ),
        (
            "parts of Container",
            "hostPort containerPort protocol hostIP value valueFrom fieldRef resourceFieldRef configMapKeyRef secretKeyRef fileKeyRef fieldPath containerName resource divisor key optional volumeName path prefix configMapRef secretRef limits requests claims request resourceName action exitCodes operator values readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr devicePath"
        ),
        (
            "Probe and Lifecycle",
            "exec httpGet tcpSocket grpc port host scheme httpHeaders service initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds postStart preStop sleep seconds stopSignal"
        ),
        (
            "SecurityContext",
            "capabilities add drop privileged seLinuxOptions user role type level windowsOptions gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile localhostProfile appArmorProfile supplementalGroups supplementalGroupsPolicy fsGroup sysctls fsGroupChangePolicy seLinuxChangePolicy"
        ),
        (
            "Volume",
            "hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs persistentVolumeClaim rbd flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume quobyte azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi ephemeral image medium sizeLimit sources serviceAccountToken clusterTrustBundle podCertificate audience expirationSeconds"
        ),
        (
            "scheduling and names",
            "nodeAffinity podAffinity podAntiAffinity effect tolerationSeconds maxSkew topologyKey whenUnsatisfiable labelSelector minDomains nodeAffinityPolicy nodeTaintsPolicy matchLabelKeys resourceClaimName resourceClaimTemplateName conditionType ip hostnames nameservers searches options controller blockOwnerDeletion"
        ),
    ])
    func `every field of Kubernetes is named`(type: String, fields: String) throws {
        let text = try PolicyTable().text
        var words: Set<Substring> = []
        for span in text.split(separator: "`") { words.formUnion(span.split { !$0.isLetter }) }
        for field in fields.split(separator: " ") { #expect(words.contains(field), "\(type).\(field)") }
    }
}
