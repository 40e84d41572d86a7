# shellcheck shell=bash
# Two images made from the static busybox, without a registry: the sandbox of every Pod, and a challenge.

# make_image FILE NAME COMMAND…: an archive as `docker save` writes it, with one layer.
make_image() {
    local file=$1 name=$2 work command layer_digest config_digest
    shift 2
    work=$(mktemp -d "$dir/image.XXXXXX")
    mkdir -p "$work/layer/bin" "$work/layer/tmp" "$work/layer/etc"
    chmod 1777 "$work/layer/tmp"
    cp "$(command -v busybox)" "$work/layer/bin/busybox"
    local applet
    for applet in sh httpd sleep cat echo ls id wget nc printf mkdir; do ln -s busybox "$work/layer/bin/$applet"; done
    printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$work/layer/etc/passwd"
    tar -C "$work/layer" --owner 0 --group 0 --numeric-owner -cf "$work/layer.tar" .
    layer_digest=$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)
    command=$(printf '%s\n' "$@" | jq -R . | jq -s -c .)
    jq -n -c --argjson command "$command" --arg layer "sha256:$layer_digest" --arg architecture "$(dpkg --print-architecture)" \
        '{architecture: $architecture, os: "linux", config: {Env: ["PATH=/bin"], Cmd: $command},
          rootfs: {type: "layers", diff_ids: [$layer]}}' >"$work/config"
    config_digest=$(sha256sum "$work/config" | cut -d ' ' -f 1)
    mv "$work/config" "$work/$config_digest.json"
    jq -n -c --arg config "$config_digest.json" --arg name "$name" '[{Config: $config, RepoTags: [$name], Layers: ["layer.tar"]}]' \
        >"$work/manifest.json"
    tar -C "$work" -cf "$file" manifest.json "$config_digest.json" layer.tar
    rm -rf "$work"
}

make_images() {
    [[ -s $dir/images/challenge.tar ]] && return
    mkdir -p "$dir/images"
    # Process 1 ignores signals that it does not handle; the traps make both end at once when asked.
    make_image "$dir/images/pause.tar" ctf.local/pause:1 \
        sh -c 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'
    make_image "$dir/images/challenge.tar" ctf.local/challenge:1 \
        sh -c 'trap "exit 0" TERM INT; mkdir -p /tmp/www; echo "${FLAG:-this instance has no flag}" >/tmp/www/index.html; httpd -f -p 8080 -h /tmp/www & wait'
}
