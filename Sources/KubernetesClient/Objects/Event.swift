/// The used fields of an event. Those written through `events.k8s.io` have `eventTime` and `series`, older ones the other times and `count`.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
public struct Event: KubernetesObject, Equatable {
    /// `events` of the core group.
    public static let resource = APIResource(plural: "events", kind: "Event")

    /// The object that the event is about.
    public struct ObjectReference: Codable, Sendable, Equatable {
        /// The kind of the object.
        public var kind: String?
        /// The name of the object.
        public var name: String?
    }

    /// The repetitions of an event.
    public struct Series: Codable, Sendable, Equatable {
        /// The number of occurrences.
        public var count: Int?
        /// The time of the last occurrence.
        public var lastObservedTime: MicroTime?
    }

    /// Name, namespace and time of creation.
    public var metadata: ObjectMeta
    /// The object that the event is about.
    public var involvedObject: ObjectReference?
    /// The machine-readable reason, such as `Pulled`.
    public var reason: String?
    /// The human-readable sentence.
    public var message: String?
    /// `Normal` or `Warning`.
    public var type: String?
    /// The number of occurrences.
    public var count: Int?
    /// The time of the first occurrence.
    public var firstTimestamp: MicroTime?
    /// The time of the last occurrence.
    public var lastTimestamp: MicroTime?
    /// The time of the first occurrence of a newer event.
    public var eventTime: MicroTime?
    /// The repetitions of a newer event.
    public var series: Series?
}
