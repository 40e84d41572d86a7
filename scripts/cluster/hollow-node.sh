# shellcheck shell=bash
# Hollow nodes: the kubelet's real code over a container runtime that only pretends. They need no privileges; no container runs.

# Fails early where kubemark cannot do what is asked of it, and warns where it does so badly.
check_hollow_nodes() {
    local minor reason changes
    ((hollow_nodes > 0)) || return 0
    minor=$(minor_version "$binaries/kubemark")
    reason=$(why_no_hollow_nodes "$minor")
    [[ -z $reason ]] || fail "a hollow node cannot run here: $reason; use --node real, or binaries of another version"
    changes=$(kubelet_source_changes "$minor" | paste -s -d ' ')
    # Our own build has them.
    [[ -z $changes || -z ${KUBEBUILDER_ASSETS:-} || $binaries != "$(realpath -m "$KUBEBUILDER_ASSETS")" ]] ||
        say "hollow nodes of Kubernetes 1.$minor need changes to its source ($changes); docs/local-cluster.md tells which and why"
}

start_hollow_nodes() {
    local number name flags=()
    ((hollow_nodes > 0)) || return 0
    flags_for hollow_node_flags kubemark
    for ((number = 1; number <= hollow_nodes; number++)); do
        name=hollow-$number
        is_running "$name" && continue
        # With what it left behind, if it ended by itself.
        [[ ! -e $dir/run/$name ]] || stop_hollow_node "$name"
        # What an earlier node of this name last reported would pass for this one's state.
        kubectl delete node "$name" --ignore-not-found >/dev/null
        # Without a PATH it finds no iptables: started by root it would leave a chain in the machine's own tables.
        start "$name" env PATH=/nonexistent "$binaries/kubemark" --morph kubelet --name "$name" --kubeconfig "$dir/kubeconfig" \
            --kubelet-port "$(free_port)" --kubelet-read-only-port "$(free_port)" "${flags[@]}"
    done
    for ((number = 1; number <= hollow_nodes; number++)); do
        name=hollow-$number
        wait_for "node $name" 90 "$name" kubectl get node "$name"
        kubectl label --overwrite node "$name" role=stack node-kind=hollow >/dev/null
        kubectl wait --for condition=Ready --timeout 90s "node/$name" >/dev/null || fail "node $name does not become ready"
        say "  node $name is ready (hollow: Pods are marked running, no container runs)"
    done
}

# stop_hollow_node NAME: with the folder and the socket that it leaves in /tmp.
stop_hollow_node() {
    local folder
    stop "$1"
    remove_abandoned_sockets
    folder=$(sed -n 's|.*Using \(.*/hollow-kubelet\.[0-9]*\) as root dir.*|\1|p' "$dir/log/$1.log" | tail -n 1)
    [[ -z $folder ]] || rm -rf "$folder"
}

# The socket of a node that has ended is told by nobody listening on it: its name has a random part. A node that starts gives the name
# only when it listens, so that this takes nothing from other clusters.
remove_abandoned_sockets() {
    local file result
    for file in /tmp/kubelet_remote*.sock; do
        [[ -S $file && -O $file ]] || continue
        result=0
        curl --silent --max-time 2 --output /dev/null --unix-socket "$file" http://localhost/ || result=$?
        # It could not connect.
        ((result != 7)) || rm -f "$file"
    done
}
