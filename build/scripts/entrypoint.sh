#!/usr/bin/env bash
# Manages a Docker daemon in the container, or finds the host's.
#
#   builder-dockerd start [auto|host|dind|none]    make an engine answer, or say why none can
#   builder-dockerd stop                           end the daemon that start began, and clean up
#   builder-dockerd status                         which engine answers; 69 where none does
#   builder-dockerd [COMMAND...]                   as the image's entrypoint: start, COMMAND, stop
#
# auto  the engine of a mounted socket or of DOCKER_HOST; else a daemon here, where the container may run one
# host  the engine of the mounted socket or of DOCKER_HOST
# dind  a daemon of its own
# none  no engine
#
# BUILDER_DOCKER            the mode where none is given; auto
# BUILDER_DOCKER_TIMEOUT    seconds for a daemon to answer, or to end; 60
# BUILDER_STORAGE_DRIVER    instead of the one chosen: overlay2 where it works, else vfs
#
# Gitea's runner starts a job's container with an entrypoint of its own: there a step calls `builder-dockerd start`.
# Exit codes: 64 usage, 69 no engine, 77 the container may not do that, else COMMAND's own.
set -euo pipefail

state=/run/builder-dockerd
pidfile=$state/pid
log=/var/log/builder-dockerd.log
data=/var/lib/docker
socket=/var/run/docker.sock
patience=${BUILDER_DOCKER_TIMEOUT:-60}
smallest_mb=256

say() { printf 'builder-dockerd: %s\n' "$*" >&2; }
usage() { sed -n '4,7s/^#   //p' "$0" >&2; exit 64; }

# What is there.

address() { echo "${DOCKER_HOST:-unix://$socket}"; }

# What the engine at address says of itself, or why it does not.
ask() {
    timeout -k 1 10 docker version 2>&1 --format \
        'Docker {{.Server.Version}}, API {{.Server.APIVersion}}; client {{.Client.Version}}, API {{.Client.APIVersion}}'
}

# explain ANSWER: why the engine did not answer, and what to do.
explain() {
    case $1 in
    *"is too old"*)
        say "the docker client of this image is too old for the engine at $(address): $(tail -n 1 <<<"$1")"
        say "next: take a newer builder image, or let the engine accept older clients (DOCKER_MIN_API_VERSION)"
        ;;
    *"is too new"*)
        say "the docker client of this image is too new for the engine at $(address): $(tail -n 1 <<<"$1")"
        say "next: upgrade Docker on the runner's machine"
        ;;
    *"permission denied"*)
        say "the engine at $(address) refuses this user: permission denied"
        say "next: run as root, or as a member of the group that owns the socket"
        ;;
    *)
        say "no engine answers at $(address): $(tail -n 1 <<<"${1:-silence for 10 seconds}")"
        say "next: does Docker run on the host, and is its socket mounted here (-v $socket:$socket)?"
        ;;
    esac
}

# One that has ended stays a zombie where nobody waits for it, as in a job whose first process is the runner's `sleep`.
is_daemon() { [ -n "$1" ] && [[ "$(cat "/proc/$1/stat" 2>/dev/null)" == *" (dockerd) "[!ZX]* ]]; }
own_daemon() { is_daemon "$(cat "$pidfile" 2>/dev/null)"; }

# Says why no daemon can run here, if so.
obstacle() {
    local effective name missing=()
    command -v dockerd >/dev/null || { echo "there is no dockerd in this image"; return; }
    [ "$(id -u)" = 0 ] || { echo "a daemon needs root"; return; }
    effective=$((16#$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status)))
    for name in CHOWN:0 DAC_OVERRIDE:1 FOWNER:3 FSETID:4 KILL:5 SETGID:6 SETUID:7 SETPCAP:8 NET_BIND_SERVICE:10 \
        NET_ADMIN:12 NET_RAW:13 SYS_CHROOT:18 SYS_ADMIN:21 MKNOD:27 AUDIT_WRITE:29 SETFCAP:31; do
        ((effective >> ${name#*:} & 1)) || missing+=("${name%:*}")
    done
    [ ${#missing[@]} = 0 ] || { echo "the container lacks the capabilities ${missing[*]}"; return; }
    [ "$(awk '$1 == "Seccomp:" { print $2 }' /proc/self/status)" = 0 ] ||
        echo "the container's seccomp profile forbids what a daemon does"
}

# Making ready.

# The runtime mounts the kernel's settings and the cgroups read-only; containers within need them.
open_kernel_files() {
    local target
    while read -r _ target _; do
        case $target in
        /proc/sys | /sys/fs/cgroup | /sys/fs/cgroup/*)
            mount -o remount,rw,bind "$target" 2>/dev/null ||
                say "cannot make $target writable: is AppArmor in the way (--security-opt apparmor=unconfined)?"
            ;;
        esac
    done </proc/mounts
}

# With cgroup v2 a group with processes of its own cannot hand controllers on: they move into a group below.
nest_cgroups() {
    local root=/sys/fs/cgroup pids pid
    [ -f $root/cgroup.controllers ] || return 0
    mkdir -p $root/init
    # As long as there are some: while they are moved, others are born.
    for _ in $(seq 50); do
        mapfile -t pids <$root/cgroup.procs
        [ ${#pids[@]} -gt 0 ] || break
        for pid in "${pids[@]}"; do
            echo "$pid" >$root/init/cgroup.procs 2>/dev/null || true # it may have ended
        done
    done
    sed 's/[^ ]*/+&/g' $root/cgroup.controllers >$root/cgroup.subtree_control ||
        say "cannot hand cgroup controllers on: containers get no limits of memory or CPU of their own"
}

# What a daemon leaves that was killed, or whose container was.
clear_stale() {
    local file
    for file in "$pidfile" /var/run/docker.pid /var/run/docker/containerd/containerd.pid; do
        [ ! -e "$file" ] || { say "removing $file, left by a daemon that is gone"; rm -f "$file"; }
    done
    [ ! -S "$socket" ] || rm -f "$socket"
}

# overlay2 where the kernel lays one folder of the data over another, which it does not on another overlay.
storage_driver() {
    if [ -n "${BUILDER_STORAGE_DRIVER:-}" ]; then echo "$BUILDER_STORAGE_DRIVER"; return; fi
    local try driver=vfs
    if ! try=$(mktemp -d "$data/builder-dockerd.XXXXXX"); then
        say "nothing can be written to $data: give it a volume that a daemon may write to"
        return 69
    fi
    mkdir "$try"/{lower,upper,work,merged}
    if mount -t overlay overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" "$try/merged" 2>/dev/null; then
        umount "$try/merged"
        driver=overlay2
    else
        say "$data is on $(stat -fc %T "$data"), where overlay2 does not work: using vfs, which copies each layer whole;" \
            "a volume for $data avoids that"
    fi
    rm -rf "$try"
    echo "$driver"
}

enough_room() {
    local mb
    mb=$(df --output=avail -BM "$data" | tail -n 1 | tr -dc 0-9)
    [ "$mb" -ge $smallest_mb ] && return
    say "$data has $mb MB free; a daemon needs at least $smallest_mb: give it a larger volume, or remove what is in it"
    return 69
}

# Starting and stopping.

start_daemon() {
    local why driver pid answer deadline
    if own_daemon && answer=$(ask); then
        echo "dind: $answer, already there"
        return
    fi
    why=$(obstacle)
    if [ -n "$why" ]; then
        say "cannot run a Docker daemon: $why"
        say "next: docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined" \
            "--security-opt apparmor=unconfined ... (not --privileged), or mount the host's socket instead"
        return 77
    fi
    if [ -S "$socket" ] && { mountpoint -q "$socket" || { [ ! -e "$pidfile" ] && DOCKER_HOST='' ask >/dev/null; }; }; then
        say "$socket is another engine's: a daemon here cannot have that place"
        say "next: builder-dockerd start host, or leave the mount out"
        return 69
    fi
    mkdir -p "$data" "$state"
    enough_room || return
    clear_stale
    open_kernel_files
    nest_cgroups
    driver=$(storage_driver) || return
    # A session of its own: a signal for the container's foreground is not for the daemon.
    setsid dockerd --host "unix://$socket" --data-root "$data" --storage-driver "$driver" \
        --pidfile /var/run/docker.pid >"$log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$pidfile"
    unset DOCKER_HOST
    deadline=$((SECONDS + patience))
    while [ $SECONDS -lt $deadline ]; do
        if answer=$(ask); then
            echo "dind: $answer, $driver"
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.2
    done
    say "the Docker daemon did not answer within $patience seconds or ended; the end of $log:"
    tail -n 20 "$log" >&2
    stop_daemon
    return 69
}

stop_daemon() {
    local pid
    [ -e "$pidfile" ] || return 0
    pid=$(cat "$pidfile")
    if is_daemon "$pid"; then
        kill "$pid" 2>/dev/null || true
        for _ in $(seq $((patience * 5))); do
            is_daemon "$pid" || break
            sleep 0.2
        done
        if is_daemon "$pid"; then
            say "the daemon did not end within $patience seconds; killing it"
            xargs -r kill -KILL "$pid" </var/run/docker/containerd/containerd.pid 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
        fi
    fi
    rm -f "$pidfile" /var/run/docker.pid
    [ ! -S "$socket" ] || mountpoint -q "$socket" || rm -f "$socket"
}

use_host() {
    local answer
    if answer=$(ask); then
        echo "host: $answer"
        return
    fi
    explain "$answer"
    return 69
}

# start MODE
start() {
    local why
    case $1 in
    host) use_host ;;
    dind) start_daemon ;;
    none) echo "none: no Docker engine was asked for" ;;
    auto)
        if [ -n "${DOCKER_HOST:-}" ] || { [ -e "$socket" ] && ! own_daemon && ! [ -e "$pidfile" ]; }; then
            use_host
        else
            why=$(obstacle)
            if [ -n "$why" ] && [ -n "${optional:-}" ]; then
                echo "none: no socket is mounted, and $why"
            else
                start_daemon
            fi
        fi
        ;;
    *) usage ;;
    esac
}

status() {
    local answer kind=host
    ! own_daemon || kind=dind
    if answer=$(ask); then
        echo "$kind: $answer"
        return
    fi
    if [ -z "${DOCKER_HOST:-}" ] && [ ! -e "$socket" ]; then
        say "no engine: nothing is mounted at $socket, and no daemon was started here"
    else
        explain "$answer"
    fi
    return 69
}

# As the entrypoint: the command's signals are the container's, and nothing stays behind it.
run_command() {
    local child code=0 signal optional=1
    trap 'stop_daemon; exit 143' TERM INT HUP
    start "${BUILDER_DOCKER:-auto}" >&2
    own_daemon || exec "$@"
    # A command in the background would not hear SIGINT otherwise.
    env --default-signal=INT,QUIT "$@" <&0 &
    child=$!
    for signal in TERM INT HUP QUIT USR1 USR2; do
        # shellcheck disable=SC2064  # the names as they are now
        trap "kill -$signal $child 2>/dev/null || :" "$signal"
    done
    # A signal ends `wait` too: the child's own end is what counts.
    while :; do
        code=0
        wait "$child" || code=$?
        kill -0 "$child" 2>/dev/null || break
    done
    trap '' TERM INT HUP QUIT USR1 USR2
    stop_daemon
    exit "$code"
}

[[ $patience =~ ^[1-9][0-9]{0,3}$ ]] || { say "BUILDER_DOCKER_TIMEOUT has to be seconds, not '$patience'"; exit 64; }
case ${1:-} in
start) [ $# -le 2 ] || usage; start "${2:-${BUILDER_DOCKER:-auto}}" ;;
stop) [ $# = 1 ] || usage; stop_daemon ;;
status) [ $# = 1 ] || usage; status ;;
'') usage ;;
*) run_command "$@" ;;
esac
