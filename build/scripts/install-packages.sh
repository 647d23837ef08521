#!/usr/bin/env bash
# Installs packages while an image is built, and leaves nothing behind but them.
#
#   install-packages.sh [--docker] [--list FILE] [PACKAGE]...
#
# DEBIAN_MIRROR, UBUNTU_MIRROR    scheme and host that take the place of the distribution's, where given
# DOCKER_REPOSITORY               where Docker's packages come from; empty: from the distribution
# DOCKER_PACKAGES                 what --docker installs, where it is not the usual
set -euo pipefail

# Docker's release key, https://docs.docker.com/engine/install/debian/
fingerprint=9DC858229FC7DD38854AE2D88D81803C0EBFCD88
upstream=(docker-ce=5:29.6.2-1~* docker-ce-cli=5:29.6.2-1~* containerd.io=2.2.6-1~*
    docker-buildx-plugin=0.35.0-1~* docker-compose-plugin=5.3.1-1~*)
distributed=(docker.io docker-cli docker-buildx docker-compose)

docker=
packages=()
while [ $# -gt 0 ]; do
    case $1 in
    --docker) docker=1 ;;
    --list)
        shift
        mapfile -t -O ${#packages[@]} packages < <(grep -v '^ *\(#\|$\)' "$1")
        ;;
    *) packages+=("$1") ;;
    esac
    shift
done

say() { printf 'install-packages: %s\n' "$*" >&2; }
# A layer that is half written is thrown away anyway: no need to wait for the disk.
get() { apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io -o Acquire::Retries=3 "$@" </dev/null; }
install_packages() { DEBIAN_FRONTEND=noninteractive get install -y --no-install-recommends "$@"; }

# use_mirror DOMAIN MIRROR
use_mirror() {
    [ -z "$2" ] || find /etc/apt \( -name '*.list' -o -name '*.sources' \) \
        -exec sed -Ei "s,https?://[a-z.]*${1//./\\.}/,${2%/}/,g" {} +
}

# Docker's own packages, if their key is the one that is known, and no other is beside it.
add_docker_repository() {
    local id codename key=/etc/apt/keyrings/docker.asc home found
    # shellcheck source=/dev/null
    id=$(. /etc/os-release && echo "$ID") codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    install_packages ca-certificates curl gnupg
    install -d -m 755 /etc/apt/keyrings
    curl -fsSL --retry 3 --max-time 60 "$DOCKER_REPOSITORY/$id/gpg" -o "$key"
    home=$(mktemp -d)
    found=$(gpg --homedir "$home" --batch --show-keys --with-colons "$key" |
        awk -F: '$1 == "pub" { first = 1 } $1 == "fpr" && first { printf "%s%s", with, $10; with = " and "; first = 0 }')
    rm -rf "$home"
    if [ "$found" != "$fingerprint" ]; then
        say "$DOCKER_REPOSITORY/$id/gpg holds the key ${found:-(none)}, not Docker's $fingerprint alone"
        exit 65
    fi
    echo "deb [arch=$(dpkg --print-architecture) signed-by=$key] $DOCKER_REPOSITORY/$id $codename stable" \
        >/etc/apt/sources.list.d/docker.list
    get update
}

use_mirror debian.org "${DEBIAN_MIRROR:-}"
use_mirror ubuntu.com "${UBUNTU_MIRROR:-}"
get update
if [ -n "$docker" ]; then
    if [ -n "${DOCKER_REPOSITORY:-}" ]; then
        add_docker_repository
        defaults=("${upstream[@]}")
    else
        defaults=("${distributed[@]}")
    fi
    read -ra chosen <<<"${DOCKER_PACKAGES:-}"
    [ ${#chosen[@]} -gt 0 ] || chosen=("${defaults[@]}")
    packages+=("${chosen[@]}")
fi
install_packages "${packages[@]}"
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/log/apt /var/log/dpkg.log
