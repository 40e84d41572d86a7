extension Setting {
    static let pods = [
        Setting(
            "STACK_MAX_CPU",
            .value("2"),
            "a quantity of CPU within 1m…1024, written as 2 or 500m",
            "the most CPU that one stack may request"
        ),
        Setting(
            "STACK_MAX_MEMORY",
            .value("512Mi"),
            "a quantity of memory within 4Mi…16Ti, written as 512Mi",
            "the most memory that one stack may request"
        ),
        Setting(
            "STACK_SECURITY_PROFILE",
            .value("baseline"),
            "one of baseline, restricted",
            "`restricted`: no root, no capabilities; see [Security profiles](security-profiles.md#security-profiles)"
        ),
        Setting(
            "STACK_RUN_AS_USER",
            .unset,
            "the number of a user within 1…2147483647",
            "numeric user of every container. For `restricted` with images whose `USER` is a name"
        ),
        Setting(
            "STACK_EPHEMERAL_STORAGE",
            .value("256Mi"),
            "a quantity of storage within 1Mi…2Gi, written as 256Mi, or 0",
            "scratch space of a container that names none. `0`: none is requested, for nodes that report none"
        ),
        Setting(
            "STACK_TERMINATION_GRACE",
            .value("1s"),
            "a duration of whole seconds within 1s…30s, written as 5s",
            "grace period of a Pod that names none"
        ),
        Setting(
            "STACK_IMAGE_PULL_SECRETS",
            .unset,
            "names of Kubernetes objects, written as one,another",
            "names of Secrets in the namespace, separated by commas, for every Pod"
        ),
        Setting(
            "STACK_NODE_SELECTOR",
            .unset,
            "labels as Kubernetes knows them, each key once, written as role=stack,zone=a",
            "`role=stack,zone=a`: labels of the nodes that may carry stacks"
        ),
        Setting(
            "STACK_TOLERATIONS",
            .unset,
            "tolerations written as key=value:Effect or key:Effect, separated by commas, with one of NoSchedule, PreferNoSchedule, NoExecute",
            "`ctf=stacks:NoSchedule,spot:NoExecute`: tolerations of every Pod; `key:Effect` is for any value. Nodes whose taints are all "
                + "tolerated carry stacks and count as capacity"
        ),
        Setting(
            "STACK_RUNTIME_CLASS",
            .unset,
            "the name of a Kubernetes object, such as gvisor",
            "RuntimeClass of every Pod. Its overhead counts in each stack's request. While it does not exist, `/readyz` and creates are "
                + "503. Needs the right to watch RuntimeClasses, see `deploy/base/rbac.yaml`"
        ),
        Setting(
            "STACK_USER_NAMESPACES",
            .value("false"),
            "true or false",
            "`true`: each Pod gets a user namespace of its own (`hostUsers: false`)"
        ),
    ]

    static let network = [
        Setting(
            "STACK_NETWORK_POLICY",
            .value("create"),
            "one of create, require, off",
            "`create`: NetworkPolicies that isolate the stacks are made and kept; without the rights for it a warning. `require`: not ready "
                + "without them"
        ),
        Setting(
            "STACK_POD_CIDRS",
            .unset,
            "at most 64 ranges of /8 (IPv6: /16) or longer without bits after the prefix, written as 10.244.0.0/16,fd00::/48",
            "`10.244.0.0/16,fd00:10:244::/56`: the networks of the cluster's Pods. Unset: the `podCIDRs` of the nodes"
        ),
        Setting(
            "STACK_EGRESS",
            .value("none"),
            "one of none, internet",
            "destinations open to a stack; `internet` opens DNS and public addresses"
        ),
    ]

    static let capacity = [
        Setting(
            "STACK_RESOURCE_RESERVE_RATIO",
            .value("0.20"),
            "a number from 0 to below 1 such as 0.20, with six decimals at most",
            "share of the cluster's cpu and memory that creates must leave free"
        ),
        Setting(
            "CLUSTER_TOTAL_CPU",
            .unset,
            "a quantity of CPU within 1m…1000000, written as 2 or 500m",
            "the cluster's CPU. Unset: the sum over ready, schedulable nodes without taints that stacks do not tolerate"
        ),
        Setting(
            "CLUSTER_TOTAL_MEMORY",
            .unset,
            "a quantity of memory within 4Mi…1Ei, written as 512Mi",
            "the cluster's memory, likewise"
        ),
        Setting(
            "STACK_MAX_CONCURRENT_CREATES",
            .value("64"),
            "an integer within 1…10000",
            "creates that run at once; 16 times as many may wait. The same number of deletes may run at once, and 64 times as many may wait"
        ),
    ]
}
