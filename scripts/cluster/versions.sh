# shellcheck shell=bash
# How Kubernetes 1.20 to 1.36 want to be started: every difference between the versions that matters to these scripts stands here.
# A function takes a minor version and prints flags, one a line, or lines of configuration. scripts/cluster/test-versions tests them.
#
# What is the same in all of these versions, and therefore has no function:
# - kube-apiserver: every flag in control-plane.sh. --insecure-port, which 1.24 removed, is not used: it does nothing since 1.20.
#   --service-account-issuer and --service-account-signing-key-file, which 1.20 made mandatory, are. No admission plugin and no
#   feature gate is named, so that the removal of one (PodSecurityPolicy in 1.25) changes nothing.
# - kube-controller-manager: the names in --controllers. 1.28 gave the controllers longer names and kept these as aliases.
# - kube-proxy: every flag in node-init. The mode iptables stays, and the flags need no configuration file.
# - kubelet: --container-runtime-endpoint and --volume-plugin-dir are deprecated in later ones, and still accepted.
# - etcd: no flag in control-plane.sh is among those that 3.5 or 3.6 removed.
# Sources are Kubernetes' pull requests; CHANGELOG-1.N.md of the version names most of them.

readonly OLDEST_MINOR=20 NEWEST_MINOR=36

# minor_version PROGRAM: 27 for one that prints "Kubernetes v1.27.3".
minor_version() {
    local printed
    printed=$("$1" --version) || fail "$1 --version fails"
    [[ $printed =~ ^Kubernetes\ v1\.([0-9]+)\. ]] || fail "$1 --version must print \"Kubernetes v1.N.N\"; it prints: $printed"
    ((10#${BASH_REMATCH[1]} >= OLDEST_MINOR)) ||
        fail "$1 is of version 1.${BASH_REMATCH[1]}; these scripts start 1.$OLDEST_MINOR to 1.$NEWEST_MINOR"
    echo "$((10#${BASH_REMATCH[1]}))"
}

# For kube-controller-manager and kube-scheduler. The oldest serve unencrypted HTTP unless told not to. Later ones take the flag and do
# nothing (#96216, #96345); in 1.24 it is gone (#106860, #106865).
insecure_port_flags() {
    (($1 >= 24)) || printf '%s\n' --port 0
}

# For kubemark as a kubelet.
hollow_node_flags() {
    # Else it asks a containerd of the machine for images (#101145).
    (($1 < 22)) || echo --use-host-image-service=false
    # The pretended machine has no scratch space. What is named here replaces what the kubelet measured (#100267).
    (($1 < 22)) || printf '%s\n' --extended-resources ephemeral-storage=64Gi
}

# One sentence when kubemark cannot be a hollow node here; nothing when it can.
why_no_hollow_nodes() {
    # #97858 came in 1.21, the flag against it (#101145) in 1.22.
    (($1 != 21)) || echo "kubemark 1.21 asks a containerd of the machine for images and cannot be told not to"
}

# For the real kubelet: the only runtimes left since 1.24 are remote ones, and the flag is gone in 1.27 (#114017).
kubelet_flags() {
    (($1 >= 27)) || printf '%s\n' --container-runtime remote
}

# kubelet_configuration MINOR CGROUP-VERSION: lines of a KubeletConfiguration.
kubelet_configuration() {
    # The file system of the node's namespace cannot be measured. Since 1.25 a field says so, and the gate cannot be closed (#111513).
    if (($1 < 25)); then
        echo 'featureGates: {LocalStorageCapacityIsolation: false}'
    else
        echo 'localStorageCapacityIsolation: false'
    fi
    # The field came in 1.31 (#126031). Since 1.35 it is true where it is absent (#134298): the kubelet refuses to start.
    if (($1 >= 31 && $2 == 1)); then echo 'failCgroupV1: false'; fi
}

# 2 where the machine has the unified hierarchy alone, else 1: the kubelet's own test.
cgroup_version() {
    if [[ $(stat --file-system --format %T /sys/fs/cgroup) == cgroup2fs ]]; then echo 2; else echo 1; fi
}

# The changes to the kubelet's source without which its nodes do not serve the tests well; docs/local-cluster.md says what each is for.
kubelet_source_changes() {
    (($1 >= 22)) || echo scratch_space   # --extended-resources does it since (#100267)
    (($1 >= 28)) || echo pretended_files # have a lock since (#115576); 1.27 may have it too
    (($1 >= 21)) || echo runtime_socket  # has a random name since (#96978)
    (($1 >= 22)) || echo sandbox_removal # is part of ending a Pod since (#102344)
    (($1 >= 22)) || echo status_period   # the status is told when the Pod has ended since (#102344)
    (($1 >= 22)) || echo relist_period   # an end no longer waits for three lists of containers since (#102344)
}

# etcd_too_old MINOR ETCD-VERSION: whether this etcd lacks the progress requests of watches, which the API server asks for since 1.31
# (#124612): 3.4.31 and 3.5.13 are the first that answer them reliably.
etcd_too_old() {
    local oldest=3.5.13
    (($1 >= 31)) || return 1
    [[ $2 != 3.4.* ]] || oldest=3.4.31
    [[ $(printf '%s\n' "$oldest" "$2" | sort --version-sort | head -n 1) != "$oldest" ]]
}
