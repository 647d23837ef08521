#!/usr/bin/env bash
# Checks out exactly the commit that a workflow runs for, never the tip of a branch.
#
#   builder-checkout
#
# GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA   what to fetch
# GITHUB_WORKSPACE                                   where to
# CHECKOUT_TOKEN, else GITHUB_TOKEN or GITEA_TOKEN   for a private repository. It stays in the environment:
#                                                    in no argument, no URL and no file
# CHECKOUT_DEPTH                                     commits of history; all of it unless given, since publisher asks
#                                                    git which of two commits is older
set -euo pipefail

say() { printf 'builder-checkout: %s\n' "$*" >&2; }
need() { [ -n "${!1:-}" ] || { say "$1 is not set; it is in every job of a workflow"; exit 64; }; }

for name in GITHUB_SERVER_URL GITHUB_REPOSITORY GITHUB_SHA GITHUB_WORKSPACE; do need $name; done
if ! [[ $GITHUB_SHA =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]]; then
    say "GITHUB_SHA is no commit: '$GITHUB_SHA'"
    exit 64
fi
depth=${CHECKOUT_DEPTH:-0}
[[ $depth =~ ^[0-9]{1,6}$ ]] || { say "CHECKOUT_DEPTH has to be a whole number, not '$depth'"; exit 64; }

url=${GITHUB_SERVER_URL%/}/$GITHUB_REPOSITORY.git
token=${CHECKOUT_TOKEN:-${GITHUB_TOKEN:-${GITEA_TOKEN:-}}}
export GIT_TERMINAL_PROMPT=0
if [ -n "$token" ] && [[ $url == http://* || $url == https://* ]]; then
    # git reads these variables as it reads a configuration file; only for this server.
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.${GITHUB_SERVER_URL%/}/.extraHeader
    GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$token" | base64 -w 0)"
    export GIT_CONFIG_VALUE_0
fi
unset token

mkdir -p "$GITHUB_WORKSPACE"
cd "$GITHUB_WORKSPACE"
git config --global --get-all safe.directory 2>/dev/null | grep -qxF "$PWD" ||
    git config --global --add safe.directory "$PWD"
if [ ! -d .git ]; then
    if [ -n "$(ls -A)" ]; then
        say "$GITHUB_WORKSPACE is not empty and no git repository; give an empty folder"
        exit 73
    fi
    git -c init.defaultBranch=checkout init --quiet
fi

options=(--quiet --no-tags --force)
[ "$depth" = 0 ] || options+=("--depth=$depth")
for attempt in 1 2 3; do
    if git fetch "${options[@]}" "$url" "$GITHUB_SHA"; then break; fi
    if [ $attempt = 3 ]; then
        say "$url does not give commit $GITHUB_SHA. Is it pushed, and may the job's token read the repository?"
        exit 69
    fi
    sleep $attempt
done
git checkout --quiet --force --detach FETCH_HEAD
git clean -ffdxq
found=$(git rev-parse HEAD)
if [ "$found" != "$GITHUB_SHA" ]; then
    say "the checkout is $found, not $GITHUB_SHA"
    exit 65
fi
echo "$found"
