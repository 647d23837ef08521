#!/usr/bin/env bash
# The last step of building the builder: npm's names, the list of packages, the identity, and a look at every tool.
#
#   finish-image.sh [--gpu]      with IMAGE_IDENTITY in the environment
set -euo pipefail

ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ln -sf ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
chmod 755 /usr/local/bin/builder-*

install -d -m 755 /etc/publisher
# shellcheck disable=SC2016  # dpkg's own variables
dpkg-query -W -f '${Package}\t${Version}\n' >/etc/publisher/packages.tsv

# What the run ledger knows an image by where no engine tells its digest. Another one for each build.
if [ -n "${IMAGE_IDENTITY:-}" ]; then
    if ! [[ $IMAGE_IDENTITY =~ ^[A-Za-z0-9._-]{16,128}$ ]]; then
        echo "finish-image: IMAGE_IDENTITY has to be 16 to 128 letters, digits, '.', '_' or '-'" >&2
        exit 64
    fi
    printf '%s\n' "$IMAGE_IDENTITY" >/etc/publisher/image-identity
fi

# The workspace belongs to whoever the runner says, not to root.
git config --system --add safe.directory '*'

builder-check "$@"
