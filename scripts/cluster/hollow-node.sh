# shellcheck shell=bash
# Hollow nodes: the kubelet's real code over a container runtime that only pretends. They need no privileges; no container runs.

start_hollow_nodes() {
    local number name
    for ((number = 1; number <= ${hollow_nodes:-0}; number++)); do
        name=hollow-$number
        is_running "$name" && continue
        # What an earlier node of this name last reported would pass for this one's state.
        kubectl delete node "$name" --ignore-not-found >/dev/null
        # Without a PATH it finds no iptables: started by root it would leave a chain in the machine's own tables.
        start "$name" env PATH=/nonexistent "$binaries/kubemark" --morph kubelet --name "$name" --kubeconfig "$dir/kubeconfig" \
            --kubelet-port "$(free_port)" --kubelet-read-only-port "$(free_port)"
    done
    for ((number = 1; number <= ${hollow_nodes:-0}; number++)); do
        name=hollow-$number
        wait_for "node $name" 90 "$name" kubectl get node "$name"
        kubectl label --overwrite node "$name" role=stack node-kind=hollow >/dev/null
        kubectl wait --for condition=Ready --timeout 90s "node/$name" >/dev/null || fail "node $name does not become ready"
        advertise_scratch_space "$name"
        say "  node $name is ready (hollow: Pods are marked running, no container runs)"
    done
}

# stop_hollow_node NAME: with the folder and the socket that it leaves in /tmp.
stop_hollow_node() {
    local pid folder
    pid=$(pid_of "$1")
    stop "$1"
    rm -f "/tmp/kubelet_remote.$pid.sock"
    folder=$(sed -n 's|.*Using \(.*/hollow-kubelet\.[0-9]*\) as root dir.*|\1|p' "$dir/log/$1.log" | tail -n 1)
    [[ -z $folder ]] || rm -rf "$folder"
}
