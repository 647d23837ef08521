#!/usr/bin/env bash
# Of the official image's entrypoint what docker-compose.test.yml uses: a fresh cluster on the first start, with
# POSTGRES_USER, POSTGRES_DB and POSTGRES_HOST_AUTH_METHOD, the scripts of /docker-entrypoint-initdb.d, then the server.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username "$user" --encoding UTF8 --locale C.UTF-8 --auth trust "$PGDATA" >/dev/null
    echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
    # No TCP until all is there: who waits for the port waits for the whole.
    pg_ctl start -w -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories=/tmp" >/dev/null
    export PGHOST=/tmp PGUSER=$user
    [ "$database" = postgres ] || createdb "$database"
    export PGDATABASE=$database POSTGRES_USER=$user POSTGRES_DB=$database
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
        *.sh) bash -euo pipefail "$file" ;;
        *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -f "$file" ;;
        esac
    done
    pg_ctl stop -w -D "$PGDATA" -m fast >/dev/null
    unset PGHOST PGUSER PGDATABASE
fi
exec "$@" -D "$PGDATA" -c unix_socket_directories=/tmp -c listen_addresses='*'
