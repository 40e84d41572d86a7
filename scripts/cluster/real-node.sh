# shellcheck shell=bash
# A node that runs containers: containerd, kubelet and kube-proxy in process, network and mount namespaces of their own, joined to
# the machine by one veth pair. Everything that they make (bridges, rules, mounts, containers) ends with the namespaces.

# One sentence when containers cannot run here; nothing when they can.
why_no_containers() {
    [[ $(id -u) == 0 ]] || {
        echo "containers need root"
        return
    }
    local program
    for program in containerd runc ip iptables conntrack nsenter; do
        command -v "$program" >/dev/null || {
            echo "the program $program is missing"
            return
        }
    done
    [[ -x /usr/lib/cni/ptp ]] || {
        echo "the package containernetworking-plugins is missing"
        return
    }
    unshare --mount --net --pid --fork --mount-proc sh -c '
        mount --make-rshared / && mount -t tmpfs tmpfs /run && echo 1 >/proc/sys/net/ipv4/ip_forward &&
        ip link add probe0 type veth peer name probe1 && iptables -t nat -L -n' >/dev/null 2>&1 ||
        echo "this machine does not allow namespaces, mounts or packet filter rules"
}

# The /30 network between machine and node: the first of 10.231.0.0/16 that the machine does not know.
choose_node_network() {
    local number
    [[ -s $dir/run/network ]] || {
        for number in $(shuf -i 0-255 -n 256); do
            [[ -n $(ip -o address show to "10.231.$number.0/30") ]] || break
        done
        echo "$number" >"$dir/run/network"
    }
    number=$(cat "$dir/run/network")
    host_address=10.231.$number.1 node_address=10.231.$number.2 host_interface=ctf-node-$number
}

# The kubelet's configuration, for node-init.
write_kubelet_configuration() {
    local minor
    minor=$(minor_version "$binaries/kubelet")
    cat >"$dir/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
failSwapOn: false
cgroupsPerQOS: false
enforceNodeAllocatable: []
$(kubelet_configuration "$minor" "$(cgroup_version)")
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}, x509: {clientCAFile: "$dir/pki/ca.crt"}}
authorization: {mode: AlwaysAllow}
YAML
}

start_real_node() {
    local flags=()
    make_images
    write_kubeconfig "$dir/node-kubeconfig" "$host_address"
    if ! is_running node; then
        ip link delete "$host_interface" 2>/dev/null || true
        # What an earlier node of this name last reported would pass for this one's state.
        kubectl delete node ctf-node --ignore-not-found >/dev/null
        write_kubelet_configuration
        flags_for kubelet_flags kubelet
        start node unshare --mount --net --pid --fork --mount-proc --kill-child \
            "$here/node-init" "$dir" "$binaries" "$node_address" "${flags[@]}"
        wait_for "the node's network namespace" 10 node child_of node
        ip link add "$host_interface" type veth peer name eth0 netns "$(child_of node)"
        ip address add "$host_address/30" dev "$host_interface"
        ip link set "$host_interface" up
    fi
    wait_for "node ctf-node" 90 node kubectl get node ctf-node
    kubectl wait --for condition=Ready --timeout 90s node/ctf-node >/dev/null || {
        tail -n 15 "$dir/log/kubelet.log" >&2
        fail "node ctf-node does not become ready; the lines above are the end of the kubelet's log"
    }
    advertise_scratch_space ctf-node
    say "  node ctf-node is ready at $node_address (containers really run)"
}

# A kubelet that does not measure its disk says nothing of it, and no Pod that asks for scratch space would be placed. What is written
# here the kubelet keeps. kubectl 1.20 cannot write a status. (To a client named curl the API server answers in pretty JSON, and the
# code for that crashes when it is compiled by a Go of this decade.)
advertise_scratch_space() {
    curl -fsS --user-agent cluster --cacert "$dir/pki/ca.crt" --cert "$dir/pki/admin.crt" --key "$dir/pki/admin.key" -X PATCH -o /dev/null \
        -H 'Content-Type: application/strategic-merge-patch+json' "https://127.0.0.1:$api_port/api/v1/nodes/$1/status" \
        -d '{"status": {"capacity": {"ephemeral-storage": "64Gi"}, "allocatable": {"ephemeral-storage": "64Gi"}}}' ||
        fail "the scratch space of node $1 cannot be set"
}

# The process that unshare started: the first one inside the namespaces.
child_of() { pgrep -P "$(pid_of "$1")"; }

stop_real_node() {
    local container containers=() first=''
    [[ -r $dir/run/node ]] || return 0
    # The names of the control groups that the containers leave behind, empty.
    if is_running node; then
        first=$(child_of node) || true
        mapfile -t containers < <(nsenter --target "$first" --mount \
            ctr --address /run/containerd.sock --namespace k8s.io containers list --quiet 2>/dev/null)
    fi
    is_running node && kill -9 "$(pid_of node)" 2>/dev/null
    stop node
    # The first process of the namespaces is the last one to go.
    for _ in $(seq 100); do
        [[ -n $first && -n $(start_time "$first") ]] || break
        sleep 0.1
    done
    for container in "${containers[@]}"; do
        find /sys/fs/cgroup -depth -type d -name "$container" -exec rmdir {} + 2>/dev/null || true
    done
    # Goes only when it is empty: another cluster may use it.
    rmdir /sys/fs/cgroup/k8s.io /sys/fs/cgroup/*/k8s.io 2>/dev/null || true
    choose_node_network
    ip link delete "$host_interface" 2>/dev/null || true
    rm -f "$dir/run/network"
}
