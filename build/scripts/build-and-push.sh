#!/usr/bin/env bash
# Builds the builder images, looks them over, and publishes them: what build-builder.yaml does, on any machine.
#
#   build/scripts/build-and-push.sh [--dry-run] [build] [check] [push]    all three unless some are named
#
# --dry-run        say what would be run, and run nothing
#
# IMAGE, IMAGE_GPU     the names in the engine; matric-builder:local and matric-builder-gpu:local unless given
# BUILD_ARGS           build arguments, NAME=VALUE, one a line: mirrors, other bases
# BUILD_NETWORK        the network of the builds; the engine's default unless given
# GIT_REF, GIT_SHA     what is built; what git says of this checkout unless given. publisher.yaml says which branch may
#                      move which tag
# RECEIPTS             the folder of the receipts; .build unless given
# LARGEST_MB           what the builder may weigh unpacked; 2500 unless given
#
# The engine is Docker's at DOCKER_HOST, the registry's credentials are where publisher looks for them. Needs docker with
# BuildKit, and publisher for push.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
say() { printf 'build-and-push: %s\n' "$*" >&2; }
usage() { sed -n '4,6s/^# \{0,3\}//p' "$0" >&2; exit 64; }

dry=
steps=()
for word in "$@"; do
    case $word in
    --dry-run) dry=1 ;;
    build | check | push) steps+=("$word") ;;
    *) usage ;;
    esac
done
[ ${#steps[@]} -gt 0 ] || steps=(build check push)

images=("${IMAGE:-matric-builder:local}" "${IMAGE_GPU:-matric-builder-gpu:local}")
targets=(builder builder-gpu)
receipts=${RECEIPTS:-$root/.build}
largest=${LARGEST_MB:-2500}
sha=${GIT_SHA:-${GITHUB_SHA:-$(git rev-parse HEAD)}}
ref=${GIT_REF:-${GITHUB_REF:-$(git symbolic-ref --quiet HEAD || true)}}

run() {
    printf '+' >&2
    printf ' %q' "$@" >&2
    printf '\n' >&2
    [ -n "$dry" ] || "$@"
}

# Whether there is something that is not committed. What a CI's run leaves behind is its own.
has_changes() {
    local changes
    [ -z "${GITHUB_SHA:-}" ] || return 1
    changes=$(git status --porcelain) || exit
    [ -n "$changes" ]
}

build_images() {
    local options=() line index date identity revision=$sha
    if [ "$(git rev-parse HEAD)" != "$sha" ]; then
        say "what is checked out is $(git rev-parse HEAD), not $sha: check that out"
        exit 65
    fi
    ! has_changes || revision=$sha-dirty
    date=$(git show --no-patch --format=%cI "$sha")
    while IFS= read -r line; do
        [ -z "$line" ] || options+=(--build-arg "$line")
    done <<<"${BUILD_ARGS:-}"
    for index in 0 1; do
        # Another one for each build, since the ledger knows a builder by it where no engine tells the digest; but a CI's
        # run that is repeated goes on with what it has built.
        identity=${targets[index]}-${sha:0:12}-${GITHUB_RUN_ID:-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')}
        DOCKER_BUILDKIT=1 run docker build --network "${BUILD_NETWORK:-default}" --file build/Dockerfile.builder \
            --target "${targets[index]}" --tag "${images[index]}" ${options[@]+"${options[@]}"} \
            --build-arg "IMAGE_IDENTITY=$identity" --build-arg "GIT_SHA=$revision" --build-arg "BUILD_DATE=$date" \
            --build-arg "VERSION=$(git describe --tags --always "$sha")" .
    done
}

# label IMAGE NAME
label() { docker image inspect --format "{{index .Config.Labels \"org.opencontainers.image.$2\"}}" "$1"; }

check_images() {
    local index image options revision size
    for index in 0 1; do
        image=${images[index]}
        options=()
        [ "$index" = 0 ] || options=(--gpu)
        run docker run --rm --network none --entrypoint builder-check "$image" ${options[@]+"${options[@]}"}
        run docker run --rm --network none --env BUILDER_DOCKER=none "$image" \
            grep -qE '^[A-Za-z0-9._-]{16,128}$' /etc/publisher/image-identity
        [ -z "$dry" ] || continue
        revision=$(label "$image" revision)
        if [ "${revision%-dirty}" != "$sha" ]; then
            say "$image is of commit $revision, not $sha: build it again"
            exit 65
        fi
        # Layer by layer: what the engine gives as the size of the whole is the packed one on a containerd store.
        size=$(docker history --no-trunc --human=false --format '{{.Size}}' "$image" | awk '{ all += $1 } END { print int(all / 1000000) }')
        say "$image: $size MB unpacked"
        if [ "$index" = 0 ] && [ "$size" -gt "$largest" ]; then
            say "$image is larger than $largest MB: build/README.md says what each part weighs"
            exit 65
        fi
    done
}

push_images() {
    local image
    if has_changes; then
        say "there are changes that are not committed: commit them, or leave out push"
        [ -n "$dry" ] || exit 65
    fi
    if [ -z "$ref" ]; then
        say "HEAD is on no branch, so no channel is selected: give GIT_REF=refs/heads/main"
        exit 64
    fi
    for image in "${images[@]}"; do
        [ -z "$dry" ] || break
        case $(label "$image" revision) in
        "$sha") ;;
        *-dirty) say "$image was built with changes that were not committed: build it again"; exit 65 ;;
        *) say "$image is of another commit than $sha: build it again"; exit 65 ;;
        esac
    done
    run publisher publish builder builder-gpu \
        --from "docker-daemon:${images[0]}" --receipt "$receipts/builder.json" \
        --from "docker-daemon:${images[1]}" --receipt "$receipts/builder-gpu.json" \
        --ref "$ref" --revision "$sha"
    run publisher verify --receipt "$receipts/builder.json"
    run publisher verify --receipt "$receipts/builder-gpu.json"
}

for step in "${steps[@]}"; do "${step}_images"; done
