#!/usr/bin/env bash
# One call an extension, so that the one that fails is named.
set -euo pipefail

for extension in vector postgis; do
    psql --no-psqlrc -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        -c "CREATE EXTENSION IF NOT EXISTS $extension"
done
