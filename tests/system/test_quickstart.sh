#!/bin/sh
# SPDX-License-Identifier: MIT
# ./quickstart from a copy of the tracked files: offline, a second time, and on a server of one's own.
set -eu

here=$(dirname "$(readlink -f "$0")")
root=$(cd "$here/../.." && pwd)
PATIENCE_S=90
WATCHED=154076

git -C "$root" rev-parse --is-inside-work-tree >/dev/null 2>&1 || {
    echo "this is no git clone, so there is no telling which files a newcomer would have"
    exit 77
}

work=$(mktemp -d /tmp/skywitness-quickstart-XXXXXXXX)
server_pid=
daemon_pid=

clean_up() {
    trap - EXIT HUP INT TERM
    for pid in $daemon_pid $server_pid; do
        kill "$pid" 2>/dev/null || :
    done
    if [ -d "$work/.local/postgresql" ]; then
        "$work/tests/support/private_postgresql.sh" stop "$work/.local/postgresql" immediate || :
        if [ -L "$work/.local/postgresql/data" ]; then
            rm -rf "$(readlink -f "$work/.local/postgresql/data")"
        fi
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'clean_up; exit 143' HUP INT TERM

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

ask() {
    (. "$work/.local/env" && psql -X -A -t -c "$1")
}

# wait_for WHAT COMMAND...
wait_for() {
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt $((PATIENCE_S * 5)) ] || fail "not within $PATIENCE_S s: $what"
        sleep 0.2
    done
}

(cd "$root" && git ls-files -z | tar --create --null --files-from=- --file=-) | tar --extract --file=- -C "$work"
cd "$work"
# Nothing of the machine's own settings may matter.
unset SKYWITNESS_CONFIG PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD 2>/dev/null || :

echo "--- offline"
./quickstart --offline >first.log 2>&1 || { cat first.log; fail "the first ./quickstart --offline"; }
sightings=$(ask "SELECT count(*) FROM sighting")
points=$(ask "SELECT count(*) FROM track_point")
[ "$sightings" -ge 4 ] || fail "$sightings sightings of the sample in psql"
grep -q A124 first.log || { cat first.log; fail "no An-124 among the printed sightings"; }
echo "$sightings sightings, $points points"

echo "--- offline, again"
./quickstart --offline >second.log 2>&1 || { cat second.log; fail "the second ./quickstart --offline"; }
[ "$(ask "SELECT count(*) FROM sighting")" = "$sightings" ] || fail "the second call changed the sightings"
[ "$(ask "SELECT count(*) FROM track_point")" = "$points" ] || fail "the second call changed the points"
# shellcheck disable=SC2016
shown=$(. .local/env && build/skywitness --format csv sightings | wc -l)
[ "$shown" -gt "$sightings" ] || fail "build/skywitness sightings shows $shown lines"

echo "--- a server of one's own"
python3 "$here/serve_flight.py" $WATCHED >server.url &
server_pid=$!
wait_for "the server's address" test -s server.url
./quickstart --feed "$(cat server.url)" >live.log 2>&1 &
daemon_pid=$!

flight_is_seen() {
    [ "$(ask "SELECT count(*) FROM sighting WHERE icao24 = '$WATCHED' AND feeds = '{own}' AND state = 'open'")" = 1 ]
}
wait_for "the injected flight as a sighting" flight_is_seen
others=$(ask "SELECT count(*) FROM track_point WHERE feed = 'own' AND icao24 <> '$WATCHED'")
[ "$others" = 0 ] || fail "$others points of aircraft that nobody watches"
kill -TERM $daemon_pid
status=0
wait $daemon_pid || status=$?
daemon_pid=
[ $status -eq 0 ] || { cat live.log; fail "the daemon ended with $status"; }

tests/support/private_postgresql.sh stop .local/postgresql
echo "quickstart works"
