/// A volume that was read, with what the Pod's totals need of it.
struct CheckedVolume {
    var manifest: PodManifest.Volume
    var bytes: Int64
    var isInMemory: Bool
}

extension Checker {
    func volumes(_ element: Element) -> [CheckedVolume] {
        var names: Set<String> = []
        return list(element, "spec.volumes", maximum: 16).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = fields.take("name").flatMap { text($0, path + ".name", Grammar.isDNSLabel, "a DNS label") }
            let source = fields.take("emptyDir")
            finish(fields)
            guard let name else {
                report(path + ".name", .required, "is missing or invalid", fields.position)
                return nil
            }
            if !names.insert(name).inserted { report(path + ".name", .invalidValue, "is \"\(name)\", as another volume's", fields.position) }
            guard let source else {
                report(path + ".emptyDir", .required, "is missing; the only volumes allowed are emptyDir: {}", fields.position)
                return nil
            }
            return emptyDir(source, path + ".emptyDir", name: name)
        }
    }

    private func emptyDir(_ element: Element, _ path: String, name: String) -> CheckedVolume? {
        guard var fields = fields(element, path) else { return nil }
        let medium = fields.take("medium").flatMap { choice($0, path + ".medium", of: ["", "Memory"]) }
        let isInMemory = medium == "Memory"
        let sizeLimit = fields.take("sizeLimit")
        finish(fields)
        let bytes = sizeLimit.map { quantity($0, path + ".sizeLimit")?.value() ?? 0 } ?? settings.defaultEmptyDirBytes
        let maximum = isInMemory ? settings.maximumMemoryBytes : settings.maximumEphemeralStorageBytes
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
        var mountPaths: Set<String> = []
        return list(element, path, maximum: 32).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = fields.take("name").flatMap { text($0, path + ".name", volumes.contains, "the name of a volume of the Pod") }
            let mountPath = fields.take("mountPath").flatMap {
                text($0, path + ".mountPath", Self.isMountPath, "an absolute path without '..' and ':', not within /proc or /sys")
            }
            let readOnly = fields.take("readOnly").flatMap { bool($0, path + ".readOnly") }
            let subPath = fields.take("subPath").flatMap { text($0, path + ".subPath", Grammar.isRelativePath, "a relative path without '..'") }
            finish(fields)
            guard let name, let mountPath else {
                if name == nil { report(path + ".name", .required, "is missing or invalid", fields.position) }
                if mountPath == nil { report(path + ".mountPath", .required, "is missing or invalid", fields.position) }
                return nil
            }
            if !mountPaths.insert(mountPath).inserted {
                report(path + ".mountPath", .invalidValue, "is \(mountPath), as another mount's", fields.position)
            }
            return PodManifest.VolumeMount(name: name, mountPath: mountPath, readOnly: readOnly, subPath: subPath)
        }
    }

    private static func isMountPath(_ text: String) -> Bool {
        guard Grammar.isAbsolutePath(text) else { return false }
        let first = text.split(separator: "/").first
        return first != nil && first != "proc" && first != "sys"
    }
}
