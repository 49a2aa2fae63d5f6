#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command with a private PostgreSQL cluster of its own, then stops and removes it.
#
#   with_postgresql.sh COMMAND [ARGUMENT]...
#
# The command finds PGHOST, PGPORT, PGUSER and PGDATABASE set, and in SKYWITNESS_PRIVATE_POSTGRESQL the folder
# to give to private_postgresql.sh ($SKYWITNESS_PRIVATE_POSTGRESQL_SCRIPT) when it wants to stop, crash and start the server itself.
set -eu

support=$(dirname "$(readlink -f "$0")")
folder=$(mktemp -d /tmp/skywitness-test-XXXXXXXX)

clean_up() {
    trap - EXIT HUP INT TERM
    "$support/private_postgresql.sh" stop "$folder" immediate >/dev/null 2>&1 || :
    if [ -L "$folder/data" ]; then
        rm -rf "$(readlink -f "$folder/data")"
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'clean_up; exit 143' HUP INT TERM

environment=$("$support/private_postgresql.sh" start "$folder")
eval "$environment"
export SKYWITNESS_PRIVATE_POSTGRESQL="$folder"
export SKYWITNESS_PRIVATE_POSTGRESQL_SCRIPT="$support/private_postgresql.sh"

status=0
"$@" || status=$?
if [ $status -ne 0 ] && [ $status -ne 77 ] && [ -e "$folder/data/server.log" ]; then
    echo "--- the end of the server's log:" >&2
    tail -n 20 "$folder/data/server.log" >&2
fi
exit $status
