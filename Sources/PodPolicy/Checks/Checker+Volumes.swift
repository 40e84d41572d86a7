/// A volume that was read, with the values that the Pod's totals need.
struct CheckedVolume {
    var manifest: PodManifest.Volume
    var bytes: Int64
    var isInMemory: Bool
}

extension Checker {
    /// Returns the accepted volumes, and the names of all volumes, so that mounts of a rejected volume are not rejected as well.
    func volumes(_ element: Element) -> (allowed: [CheckedVolume], names: Set<String>) {
        var names: Set<String> = []
        let allowed = list(element, "spec.volumes", maximum: 16).compactMap { element, path -> CheckedVolume? in
            guard var fields = fields(element, path) else { return nil }
            let name = required("name", &fields).flatMap { text($0, path + ".name", Grammar.isDNSLabel, "a DNS label") }
            let isNamed = fields.names("emptyDir")
            let source = fields.take("emptyDir")
            let isOnly = finish(fields)
            if let name, !names.insert(name).inserted {
                report(path + ".name", .invalidValue, "is \"\(name)\", as another volume's", fields.position)
            }
            // Kubernetes, too, makes a volume without a source an emptyDir.
            guard isOnly || source != nil else { return nil }
            if !isNamed { warn(path, "names no source and becomes an emptyDir", fields.position) }
            let empty = Element.mapping([], fields.position)
            return emptyDir(source ?? empty, path + ".emptyDir", name: name ?? "")
        }
        return (allowed, names)
    }

    private func emptyDir(_ element: Element, _ path: String, name: String) -> CheckedVolume? {
        guard var fields = fields(element, path) else { return nil }
        let medium = fields.take("medium").flatMap { choice($0, path + ".medium", of: ["", "Memory"]) }
        let isInMemory = medium == "Memory"
        let sizeLimit = fields.take("sizeLimit")
        finish(fields)
        let maximum = isInMemory ? settings.maximumMemoryBytes : settings.maximumEphemeralStorageBytes
        let amount = sizeLimit.map { self.amount($0, path + ".sizeLimit") }
        let bytes: Int64 =
            switch amount {
            case nil: settings.defaultEmptyDirBytes
            case .some(nil): 0
            case .some(.some(let amount)): self.bytes(amount, atLeast: Self.minimumStorageBytes, hintAtMost: maximum)
            }
        if bytes > maximum {
            report(
                path + ".sizeLimit",
                .overMaximum,
                "is \(Quantity.bytes(bytes)); at most \(Quantity.bytes(maximum)) are allowed",
                sizeLimit?.position ?? fields.position
            )
        }
        let manifest = PodManifest.EmptyDir(medium: isInMemory ? "Memory" : nil, sizeLimit: Quantity.bytes(bytes))
        return CheckedVolume(manifest: PodManifest.Volume(name: name, emptyDir: manifest), bytes: bytes, isInMemory: isInMemory)
    }

    func volumeMounts(_ element: Element, _ path: String, _ volumes: Set<String>) -> [PodManifest.VolumeMount] {
        var mountPaths: Set<[String]> = []
        return list(element, path, maximum: 32).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = required("name", &fields).flatMap { text($0, path + ".name", volumes.contains, "the name of a volume of the Pod") }
            let mountPath = required("mountPath", &fields).flatMap {
                text(
                    $0,
                    path + ".mountPath",
                    Grammar.isMountPath,
                    "an absolute path without '..' and ':', not /, and not within /proc, /sys or /dev but /dev/shm"
                )
            }
            let readOnly = fields.take("readOnly").flatMap { bool($0, path + ".readOnly") }
            let subPath = fields.take("subPath").flatMap { text($0, path + ".subPath", Grammar.isSubPath, "a relative path without '..'") }
            finish(fields)
            guard let name, let mountPath, let steps = Grammar.steps(of: mountPath) else { return nil }
            if !mountPaths.insert(steps).inserted {
                report(path + ".mountPath", .invalidValue, "is \(Excerpt.of(mountPath)), as another mount's", fields.position)
            }
            return PodManifest.VolumeMount(name: name, mountPath: mountPath, readOnly: readOnly, subPath: subPath)
        }
    }
}
