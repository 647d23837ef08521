#!/usr/bin/env bash
# Fails, and says where, when a disk has too little room for a build: better now than in the middle.
#
#   builder-capacity [PATH]...
#
# PATH is the workspace and, where it is on this machine, Docker's data, unless given.
# MIN_FREE_GB        GiB that have to be free, 40 unless given
# MIN_FREE_INODES    files that have to be free, 1000000 unless given
# Exits with 69 where there is too little.
set -euo pipefail

say() { printf 'builder-capacity: %s\n' "$*" >&2; }
number() {
    [[ $2 =~ ^[0-9]{1,9}$ ]] || { say "$1 has to be a whole number, not '$2'"; exit 64; }
}

minimum_gb=${MIN_FREE_GB:-40}
minimum_inodes=${MIN_FREE_INODES:-1000000}
number MIN_FREE_GB "$minimum_gb"
number MIN_FREE_INODES "$minimum_inodes"

paths=("$@")
if [ $# = 0 ]; then
    paths=("${GITHUB_WORKSPACE:-$PWD}")
    [ ! -d /var/lib/docker ] || paths+=(/var/lib/docker)
fi

status=0
for path in "${paths[@]}"; do
    if ! facts=$(df --output=avail,iavail,itotal -B1 "$path" 2>/dev/null | tail -n 1); then
        say "$path: no such file or directory"
        exit 66
    fi
    read -r bytes inodes total <<<"$facts"
    gb=$((bytes >> 30))
    # Some file systems have no fixed number of files and tell 0 or '-'.
    [[ $total =~ ^[1-9] ]] || inodes=
    if [ "$bytes" -lt $((minimum_gb << 30)) ]; then
        say "$path: $gb GiB free, $minimum_gb needed. Remove images and caches that nobody needs" \
            "(docker system df tells, docker builder prune helps), or set MIN_FREE_GB"
        status=69
    elif [ -n "$inodes" ] && [ "$inodes" -lt "$minimum_inodes" ]; then
        say "$path: room for $inodes files, $minimum_inodes needed. Many small files, in caches most often," \
            "have used up the inodes; or set MIN_FREE_INODES"
        status=69
    else
        printf '%s: %s GiB and %s files free\n' "$path" "$gb" "${inodes:-any number of}"
    fi
done
exit $status
