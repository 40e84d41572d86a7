# shellcheck shell=bash
# What demo, run and benchmark share: the packages, a cluster, and the built service.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 1
}

# Uses the cluster that is configured, else brings up the local one.
choose_cluster() {
    if [[ -n ${K8S_KUBECONFIG:-}${KUBECONFIG:-}${KUBERNETES_SERVICE_HOST:-} ]]; then
        say "using the configured cluster"
        return
    fi
    scripts/cluster/cluster up
    KUBECONFIG=$PWD/var/cluster/kubeconfig
    export KUBECONFIG
    # Its nodes state no podCIDRs.
    export STACK_POD_CIDRS=${STACK_POD_CIDRS:-10.244.0.0/16}
    local_cluster=yes
}

# Builds the service in release mode; sets $service.
build_service() {
    command -v swift >/dev/null || fail "Swift 6.3 is missing; see https://www.swift.org/install/linux/"
    scripts/install-packages libsqlite3-dev
    say "building the service (about 6 minutes the first time)"
    swift build --configuration release --product provisioner >&2
    service=$(swift build --configuration release --show-bin-path)/provisioner
}
