#!/bin/sh
# SPDX-License-Identifier: MIT
# A private PostgreSQL cluster with PostGIS in a folder: unix socket only, no password, no port, and never
# run as root. Used by the tests, the benchmarks and ./quickstart.
#
#   private_postgresql.sh start FOLDER          make it if need be, start it, print its environment
#   private_postgresql.sh stop FOLDER [MODE]    MODE: fast (default), smart or immediate (a crash)
#   private_postgresql.sh env FOLDER            print PGHOST, PGPORT, PGUSER and PGDATABASE to be sourced
#
# Only the user who runs the server and root can reach the socket: its folder is closed to others, which is
# why no password is asked for.
set -eu

DATABASE=skywitness
SUPERUSER=postgres
PORT=5432
SOCKET_PATH_MAX=90 # sun_path has 108 bytes, of which "/.s.PGSQL.5432.lock" takes its share

fail() {
    echo "private_postgresql: $*" >&2
    exit 1
}

find_programs() {
    for candidate in "${PG_BINDIR:-}" /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin \
        "$(pg_config --bindir 2>/dev/null || :)"; do
        if [ -n "$candidate" ] && [ -x "$candidate/initdb" ]; then
            PROGRAMS=$candidate
            return
        fi
    done
    fail "no PostgreSQL server programs found; install postgresql-15, or set PG_BINDIR"
}

# PostgreSQL refuses to run as root: root hands over to the packaged user.
choose_owner() {
    OWNER=$(id -un)
    if [ "$(id -u)" -eq 0 ]; then
        OWNER=postgres
        id -u "$OWNER" >/dev/null 2>&1 || OWNER=nobody
    fi
}

as_owner() {
    if [ "$(id -un)" = "$OWNER" ]; then
        (cd / && "$@")
    else
        (cd / && setpriv --reuid="$OWNER" --regid="$(id -gn "$OWNER")" --clear-groups \
            env -u PGUSER -u PGDATABASE -u PGHOST HOME=/ "$@")
    fi
}

# Where root calls from a folder that the owner cannot enter (under /root, say), the files live elsewhere and
# the folder holds a link to them.
place_files() {
    if [ -e "$FOLDER/data" ]; then
        return
    fi
    mkdir -p "$FOLDER"
    if [ "$(id -un)" = "$OWNER" ]; then
        mkdir -m 0700 "$FOLDER/data"
        return
    fi
    chmod a+x "$FOLDER"
    if as_owner test -x "$FOLDER"; then
        mkdir -m 0700 "$FOLDER/data"
    else
        ln -s "$(mktemp -d /var/lib/skywitness-private-XXXXXXXX)" "$FOLDER/data"
    fi
    chown "$OWNER:" "$FOLDER/data/"
}

place_socket() {
    SOCKET_FOLDER=$(cat "$FOLDER/socket_folder" 2>/dev/null || :)
    if [ -n "$SOCKET_FOLDER" ] && [ -O "$SOCKET_FOLDER" ] && [ -d "$SOCKET_FOLDER" ]; then
        return
    fi
    if [ -n "$SOCKET_FOLDER" ] && [ "$(stat -c %U "$SOCKET_FOLDER" 2>/dev/null)" = "$OWNER" ]; then
        return
    fi
    SOCKET_FOLDER=$(readlink -f "$FOLDER/data")/socket
    if [ ${#SOCKET_FOLDER} -gt $SOCKET_PATH_MAX ]; then
        SOCKET_FOLDER=$(as_owner mktemp -d /tmp/skywitness-XXXXXXXX)
    else
        as_owner mkdir -p -m 0700 "$SOCKET_FOLDER"
    fi
    echo "$SOCKET_FOLDER" >"$FOLDER/socket_folder"
}

# Durable as in production; sized for one small machine.
write_settings() {
    cat <<SETTINGS
listen_addresses = ''
port = $PORT
unix_socket_directories = '$SOCKET_FOLDER'
unix_socket_permissions = 0700
max_connections = 40
fsync = on
synchronous_commit = on
shared_buffers = 256MB
wal_compression = on
max_wal_size = 1GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
SETTINGS
}

make_cluster() {
    # --no-sync only spares initdb's own flush; the cluster itself keeps fsync on.
    as_owner "$PROGRAMS/initdb" --pgdata="$CLUSTER" --username=$SUPERUSER --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 --no-sync >"$FOLDER/initdb.log" 2>&1 ||
        fail "initdb failed: $(tail -n 3 "$FOLDER/initdb.log")"
    as_owner sh -c "echo \"include_if_exists = '../settings.conf'\" >>'$CLUSTER/postgresql.conf'"
}

is_running() {
    as_owner "$PROGRAMS/pg_ctl" --pgdata="$CLUSTER" status >/dev/null 2>&1
}

psql_quietly() {
    "$PROGRAMS/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$SOCKET_FOLDER" -p $PORT -U $SUPERUSER "$@"
}

make_database() {
    if [ "$(psql_quietly -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'")" != 1 ]; then
        psql_quietly -d postgres -c "CREATE DATABASE $DATABASE"
    fi
    psql_quietly -d $DATABASE -c "SET client_min_messages = warning" \
        -c "CREATE EXTENSION IF NOT EXISTS postgis"
}

print_environment() {
    SOCKET_FOLDER=$(cat "$FOLDER/socket_folder") || fail "no cluster in $FOLDER"
    cat <<ENVIRONMENT
export PGHOST='$SOCKET_FOLDER'
export PGPORT=$PORT
export PGUSER=$SUPERUSER
export PGDATABASE=$DATABASE
ENVIRONMENT
}

start() {
    place_files
    place_socket
    CLUSTER=$(readlink -f "$FOLDER/data")/cluster
    if ! is_running; then
        as_owner test -e "$CLUSTER/PG_VERSION" || make_cluster
        write_settings | as_owner sh -c "cat >'$CLUSTER/../settings.conf'"
        as_owner "$PROGRAMS/pg_ctl" --pgdata="$CLUSTER" --log="$CLUSTER/../server.log" --wait --timeout=60 \
            --silent start >/dev/null || fail "the server did not start; see $CLUSTER/../server.log"
    fi
    make_database
    print_environment
}

stop() {
    CLUSTER=$(readlink -f "$FOLDER/data")/cluster
    if is_running; then
        as_owner "$PROGRAMS/pg_ctl" --pgdata="$CLUSTER" --mode="${1:-fast}" --wait --silent stop
    fi
}

[ $# -ge 2 ] || fail "usage: private_postgresql.sh start|stop|env FOLDER [MODE]"
COMMAND=$1
FOLDER=$(readlink -m "$2")
shift 2
find_programs
choose_owner
case $COMMAND in
start) start ;;
stop) stop "$@" ;;
env) print_environment ;;
*) fail "unknown command '$COMMAND'" ;;
esac
