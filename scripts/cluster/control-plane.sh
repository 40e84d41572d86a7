# shellcheck shell=bash
# etcd, kube-apiserver, kube-controller-manager and kube-scheduler on free ports, with certificates of their own.

make_certificates() {
    mkdir -p "$dir/pki"
    (
        cd "$dir/pki"
        [[ -s admin.crt ]] || make_authority
        # Anew at each start: the node's network, and with it an address of the API server, may be another.
        is_running kube-apiserver || make_server_certificate
    ) >"$dir/log/openssl.log" 2>&1 || fail "openssl failed; see $dir/log/openssl.log"
}

make_authority() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=local-cluster-ca -keyout ca.key -out ca.crt
    openssl genrsa -out service-accounts.key 2048
    openssl rsa -in service-accounts.key -pubout -out service-accounts.pub
    sign admin /O=system:masters/CN=admin
}

make_server_certificate() {
    printf 'subjectAltName=IP:127.0.0.1,IP:10.96.0.1,%sDNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc' \
        "${host_address:+IP:$host_address,}" >apiserver.ext
    sign apiserver /CN=kube-apiserver -extfile apiserver.ext
}

sign() {
    local name=$1 subject=$2
    shift 2
    openssl req -newkey rsa:2048 -nodes -subj "$subject" -keyout "$name.key" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out "$name.crt" "$@"
}

# write_kubeconfig FILE ADDRESS: the administrator's, with everything embedded.
write_kubeconfig() {
    local pki=$dir/pki
    cat >"$1" <<YAML
apiVersion: v1
kind: Config
current-context: local
contexts:
- name: local
  context: {cluster: local, user: admin}
clusters:
- name: local
  cluster:
    server: https://$2:$api_port
    certificate-authority-data: $(base64 -w 0 "$pki/ca.crt")
users:
- name: admin
  user:
    client-certificate-data: $(base64 -w 0 "$pki/admin.crt")
    client-key-data: $(base64 -w 0 "$pki/admin.key")
YAML
    chmod 600 "$1"
}

start_control_plane() {
    local pki=$dir/pki etcd=etcd etcd_port peer_port durability=() flags=()
    etcd_port=$(remember_port etcd) peer_port=$(remember_port etcd-peer)
    [[ $throw_away == yes ]] && durability=(--unsafe-no-fsync)
    # As in envtest's folders: an etcd beside the other binaries is the one that belongs to them.
    [[ ! -x $binaries/etcd ]] || etcd=$binaries/etcd
    check_etcd "$etcd"
    if ! is_running etcd; then
        start etcd "$etcd" --name local --data-dir "$dir/etcd" "${durability[@]}" \
            --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
            --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
            --initial-cluster "local=http://127.0.0.1:$peer_port"
    fi
    wait_for etcd 30 etcd curl -fsS "http://127.0.0.1:$etcd_port/health"
    say "  etcd is up"

    if ! is_running kube-apiserver; then
        start kube-apiserver "$binaries/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" \
            --bind-address "$bind_address" --secure-port "$api_port" \
            --advertise-address "${host_address:-127.0.0.1}" --endpoint-reconciler-type none \
            --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
            --service-account-key-file "$pki/service-accounts.pub" \
            --service-account-signing-key-file "$pki/service-accounts.key" \
            --service-account-issuer https://kubernetes.default.svc --authorization-mode Node,RBAC \
            --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
            --kubelet-preferred-address-types InternalIP \
            --service-cluster-ip-range 10.96.0.0/16 --service-node-port-range "$node_port_range" --allow-privileged=true
    fi
    wait_for kube-apiserver 60 kube-apiserver kubectl get --raw /readyz
    say "  kube-apiserver is up on 127.0.0.1:$api_port"

    if ! is_running kube-controller-manager; then
        flags_for insecure_port_flags kube-controller-manager
        start kube-controller-manager "$binaries/kube-controller-manager" --kubeconfig "$dir/kubeconfig" --leader-elect=false \
            --service-account-private-key-file "$pki/service-accounts.key" --root-ca-file "$pki/ca.crt" \
            --controllers '*,-nodeipam,-ttl,-cloud-node-lifecycle' --secure-port "$(remember_port controller-manager)" "${flags[@]}"
    fi
    if ! is_running kube-scheduler; then
        flags_for insecure_port_flags kube-scheduler
        start kube-scheduler "$binaries/kube-scheduler" --kubeconfig "$dir/kubeconfig" --leader-elect=false \
            --secure-port "$(remember_port scheduler)" "${flags[@]}"
    fi
    kubectl create namespace stacks >/dev/null 2>&1 || kubectl get namespace stacks >/dev/null
    wait_for "the service account of namespace stacks" 30 kube-controller-manager kubectl -n stacks get serviceaccount default
    # By which policies name the namespace of the name server. Every namespace has this label by itself since 1.21 (#96968).
    kubectl label --overwrite namespace kube-system kubernetes.io/metadata.name=kube-system >/dev/null
    say "  kube-controller-manager and kube-scheduler are up; namespace stacks exists"
}

# check_etcd PROGRAM: warns of an etcd with which this API server works, but not in all.
check_etcd() {
    local version minor
    version=$("$1" --version | sed -n 's/^etcd Version: //p')
    minor=$(minor_version "$binaries/kube-apiserver")
    ! etcd_too_old "$minor" "$version" ||
        say "warning: Kubernetes 1.$minor asks for etcd 3.5.13 or newer, or 3.4.31, and $1 is $version: some watches fail." \
            "An etcd in the folder KUBEBUILDER_ASSETS is used instead"
}

# The port that a component was given, the same at every start.
remember_port() {
    [[ -s $dir/run/port-$1 ]] || free_port >"$dir/run/port-$1"
    cat "$dir/run/port-$1"
}
