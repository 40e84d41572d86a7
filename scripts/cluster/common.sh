# shellcheck shell=bash
# What every part of the cluster script uses: words to the user, processes that are started and ended by identity, free ports.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 1
}

# flags_for FUNCTION PROGRAM: sets flags to what the function of versions.sh prints for the version of this program.
flags_for() {
    local minor
    minor=$(minor_version "$binaries/$2")
    mapfile -t flags < <("$1" "$minor")
}

# start NAME COMMAND…: in the background, output to a log, remembered by pid and start time.
start() {
    local name=$1
    shift
    setsid "$@" >"$dir/log/$name.log" 2>&1 </dev/null &
    printf '%s %s\n' "$!" "$(start_time "$!")" >"$dir/run/$name"
}

# When a process was started, in clock ticks since boot; together with the pid it names one process for ever. Nothing for one that has
# ended, also if its parent has yet to collect it (state Z or X, and no other thread left): the first process of a container does so
# late or never.
start_time() { awk '{ sub(/.*\) /, "") } !($1 ~ /[ZX]/ && $18 <= 1) { print $20 }' "/proc/$1/stat" 2>/dev/null; }

is_running() {
    local pid started
    [[ -r $dir/run/$1 ]] || return 1
    read -r pid started <"$dir/run/$1"
    [[ -n $started && $(start_time "$pid") == "$started" ]]
}

pid_of() { cut -d ' ' -f 1 "$dir/run/$1"; }

# stop NAME: asks it to end, insists after three seconds, and forgets it once it is gone.
stop() {
    local name=$1 tries=0
    if is_running "$name"; then
        kill "$(pid_of "$name")" 2>/dev/null || true
        while is_running "$name"; do
            tries=$((tries + 1))
            ((tries == 30)) && kill -9 "$(pid_of "$name")" 2>/dev/null
            ((tries > 100)) && fail "$name (pid $(pid_of "$name")) does not end"
            sleep 0.1
        done
    fi
    rm -f "$dir/run/$name"
}

# wait_for WHAT SECONDS NAME COMMAND…: until the command succeeds; fails at once when the process NAME has ended.
wait_for() {
    local what=$1 limit=$2 name=$3 started=$SECONDS
    shift 3
    until "$@" >/dev/null 2>&1; do
        if ! is_running "$name" || ((SECONDS - started > limit)); then
            tail -n 15 "$dir/log/$name.log" >&2
            fail "$what is not ready after $((SECONDS - started)) s; the lines above are the end of the log of $name"
        fi
        sleep 0.2
    done
}

# A TCP port of the loopback interface that nobody listens on, outside the NodePort and the ephemeral range.
free_port() {
    local port
    while true; do
        port=$((10000 + RANDOM % 18000))
        [[ -e $dir/ports/$port ]] && continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        : >"$dir/ports/$port"
        echo "$port"
        return
    done
}

kubectl() { "$binaries/kubectl" --kubeconfig "$dir/kubeconfig" "$@"; }
