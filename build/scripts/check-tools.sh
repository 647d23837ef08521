#!/usr/bin/env bash
# Says which version of each tool the builder has, and fails where one is missing.
#
#   builder-check [--gpu]
#
# A base that only stands in for the real one names what it cannot have in /etc/publisher/absent.
set -euo pipefail

tools=(
    "rust rustc --version"
    "cargo cargo --version"
    "rustfmt cargo fmt --version"
    "clippy cargo clippy --version"
    "sqlx-cli sqlx --version"
    "cargo-audit cargo-audit --version"
    "cargo-deny cargo-deny --version"
    "node node --version"
    "npm npm --version"
    "docker docker --version"
    "buildx docker buildx version"
    "compose docker compose version"
    "dockerd dockerd --version"
    "containerd containerd --version"
    "iptables iptables --version"
    "protobuf protoc --version"
    "curl curl --version"
    "jq jq --version"
    "git git --version"
    "postgresql-client psql --version"
    "publisher publisher --version"
)
[ "${1:-}" != --gpu ] || tools+=("cuda nvcc --version")

absent=/etc/publisher/absent
missing=()
for line in "${tools[@]}"; do
    read -ra words <<<"$line"
    name=${words[0]}
    if version=$("${words[@]:1}" 2>/dev/null </dev/null); then
        printf '%s\t%s\n' "$name" "$(head -n 1 <<<"$version" | tr -d '\t')"
    elif [ -f "$absent" ] && grep -qxF "$name" "$absent"; then
        printf '%s\tabsent: the base image only stands in for the real one\n' "$name"
    else
        missing+=("$name")
    fi
done
if [ ${#missing[@]} -gt 0 ]; then
    printf 'builder-check: missing, or do not start: %s\n' "${missing[*]}" >&2
    exit 69
fi
