#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs within the machine that boot.sh made: the package is installed without a network beyond the loopback, and
# the service lives through what it must live through.
set -eu
cd /opt/boot

PATIENCE_S=120

say() {
    printf '\n== %s\n' "$*"
}

fail() {
    echo "FAILED: $*"
    systemctl status --no-pager --full skywitness || :
    journalctl --no-pager -n 60 -u skywitness || :
    exit 1
}

# wait_for WHAT COMMAND...
wait_for() {
    what=$1
    shift
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt $((PATIENCE_S * 5)) ] || fail "not within $PATIENCE_S s: $what"
        sleep 0.2
    done
    echo "ok: $what"
}

main_pid() {
    systemctl show --property=MainPID --value skywitness
}

ask() {
    (cd / && runuser -u "${1}" -- psql -X -A -t -d skywitness -c "$2")
}

points() {
    ask skywitness "SELECT count(*) FROM skywitness.track_point"
}

more_points_than() {
    [ "$(points)" -gt "$1" ]
}

new_pid_than() {
    [ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ] && [ "$(systemctl is-active skywitness)" = active ]
}

logged() {
    journalctl --no-pager -u skywitness | grep -q "$1"
}

# has_event NAME [FIELD=VALUE]: by the journal's own fields, and with an id.
has_event() {
    event=$1
    shift
    journalctl --no-pager --quiet --output=json -u skywitness "SKYWITNESS_EVENT=$event" "$@" |
        grep -q '"MESSAGE_ID":"[0-9a-f]\{32\}"\|"MESSAGE_ID" : "[0-9a-f]\{32\}"'
}

# The database as the version before this one would have left it: all migrations but the last.
make_older_database() {
    (cd / && runuser -u postgres -- dropdb skywitness && runuser -u postgres -- createdb -T template0 skywitness)
    for file in $(find /opt/boot/sql -name '*.sql' | sort | head -n -1); do
        name=$(basename "$file" .sql)
        runuser -u postgres -- psql -X -q -1 -v ON_ERROR_STOP=1 -d skywitness -f "$file" \
            -c "INSERT INTO skywitness_store.schema_version (version, name, sha256)
                VALUES (${name%%-*}::integer, '${name#*-}', '\\x$(sha256sum "$file" | cut -c 1-64)')"
    done
}

schema_version() {
    ask postgres "SELECT max(version) FROM skywitness_store.schema_version"
}

say "apt install ./skywitness.deb"
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /opt/boot/skywitness.deb
[ "$(systemctl is-enabled skywitness || :)" = disabled ] || fail "installing enabled the service"
[ "$(systemctl is-active skywitness || :)" = inactive ] || fail "installing started the service"
ask skywitness "SELECT 'ok: the daemon''s user reads as ' || current_user FROM skywitness.poll HAVING count(*) = 0" |
    grep -q ok || fail "installing made no database, or peer authentication fails"

say "the package's own smoke test"
/opt/boot/smoke || fail "the package's own test fails"

say "an upgrade migrates"
newest=$(schema_version)
make_older_database
[ "$(schema_version)" -lt "$newest" ] || fail "the older database is not older"
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /opt/boot/skywitness_newer.deb
[ "$(schema_version)" = "$newest" ] || fail "the upgrade left the schema at $(schema_version), not $newest"
[ "$(systemctl is-active skywitness || :)" = inactive ] || fail "an upgrade started what was not running"
echo "ok: schema $newest"

say "systemctl enable --now skywitness, as installed: feeds are out of reach, and that is borne"
systemctl enable --now skywitness || fail "it does not start with the configuration that is shipped"
wait_for "a feed's silence in the journal" has_event feed_silent
wait_for "PostgreSQL is connected" has_event database_back
systemctl --no-pager status skywitness | head -n 12
systemctl stop skywitness

say "a feed, a webhook and its secret"
python3 /opt/boot/serve_flight.py 154076 >/opt/boot/feed.url &
feed_pid=$!
python3 /opt/boot/take_webhooks.py /opt/boot/alerts >/opt/boot/receiver.url &
wait_for "a feed server" test -s /opt/boot/feed.url
wait_for "a receiver" test -s /opt/boot/receiver.url
mkdir -p /etc/skywitness/credentials /etc/systemd/system/skywitness.service.d
(umask 077 && skywitness webhook secret >/etc/skywitness/credentials/desk)
cat >/etc/systemd/system/skywitness.service.d/test.conf <<EOT
[Service]
WatchdogSec=6s
LoadCredential=desk:/etc/skywitness/credentials/desk
EOT
cat >/etc/skywitness/skywitness.json <<EOT
{"database": "postgresql:///skywitness", "state_directory": "/var/lib/skywitness", "retain_days": 3650,
 "watch": [{"id": "synthetic", "hexes": ["154076"]}], "places": ["places/*.json"],
 "feeds": [{"id": "own", "kind": "readsb", "provider": "local", "url": "$(cat /opt/boot/feed.url)/data/aircraft.json",
            "interval_s": 1}],
 "webhooks": [{"id": "desk", "url": "$(cat /opt/boot/receiver.url)", "secret": {"credential": "desk"}, "local": true,
               "events": ["sighting.opened"], "settling_s": 0}],
 "status": {"listen": "127.0.0.1:8124"}}
EOT
systemctl daemon-reload
skywitnessd --check-config || fail "the configuration of this test is bad"
systemctl start skywitness || fail "it does not start"
wait_for "track points in psql" more_points_than 0
wait_for "the flight as a sighting" sh -c "cd / && runuser -u skywitness -- psql -X -A -t -d skywitness -c \
    \"SELECT registration, state FROM skywitness.sighting WHERE icao24 = '154076'\" | grep -q open"
wait_for "a signed webhook" grep -q 'webhook-signature.*sighting.opened' /opt/boot/alerts
wait_for "the status text" sh -c "systemctl show --property=StatusText skywitness | grep -q '1 of 1 feeds answer'"
systemctl show --property=StatusText skywitness
systemd-analyze security --no-pager skywitness | tail -n 1

say "an analyst, as docs/analysts.md says"
useradd ada
(cd / && runuser -u postgres -- psql -q -d skywitness -c 'CREATE ROLE ada LOGIN IN ROLE skywitness_reader')
[ "$(ask ada "SELECT count(*) > 0 FROM track_point")" = t ] || fail "an analyst sees no points"
if ask ada "DELETE FROM track_point" 2>/dev/null || ask ada "SELECT * FROM skywitness_store.track_point" 2>/dev/null; then
    fail "an analyst may change points, or see the tables behind the views"
fi
echo "ok: sees and changes nothing"

say "kill -9"
before=$(main_pid)
kill -KILL "$before"
wait_for "started again" new_pid_than "$before"
wait_for "points go on" more_points_than "$(points)"

say "a loop that stands still"
before=$(main_pid)
kill -STOP "$before"
wait_for "the watchdog started it again" new_pid_than "$before"
logged "Watchdog timeout" || fail "it was not the watchdog"
wait_for "points go on" more_points_than "$(points)"

say "reload with a good and a bad file"
before=$(main_pid)
systemctl reload skywitness || fail "it does not reload"
wait_for "the good one is taken" has_event configuration_reloaded
cp /etc/skywitness/skywitness.json /opt/boot/good.json
echo '{"broken' >/etc/skywitness/skywitness.json
systemctl reload skywitness || fail "it does not reload"
wait_for "the bad one is refused" has_event configuration_refused
cp /opt/boot/good.json /etc/skywitness/skywitness.json
[ "$(main_pid)" = "$before" ] || fail "a reload restarted it"
wait_for "points go on" more_points_than "$(points)"

say "PostgreSQL goes and comes back"
systemctl stop postgresql
wait_for "it is said" has_event database_away
systemctl start postgresql
wait_for "points go on" more_points_than "$(points || echo 0)"

say "retention, by a user of its own"
systemctl start skywitness-retain.service || fail "retention fails"
journalctl --no-pager -u skywitness-retain | tail -n 3

say "retention with a server that wants a password, as docs/operators.md says"
(cd / && runuser -u postgres -- psql -q -d skywitness \
    -c "CREATE ROLE skywitness_retain LOGIN PASSWORD 'for-the-test' IN ROLE skywitness_owner")
(umask 077 && echo for-the-test >/etc/skywitness/credentials/retain)
cat >/etc/skywitness/retain.json <<EOT
{"database": "postgresql://skywitness_retain@127.0.0.1/skywitness", "database_password": {"credential": "database"},
 "watch": [{"id": "none", "hexes": ["000001"]}], "retain_days": 3650}
EOT
mkdir -p /etc/systemd/system/skywitness-retain.service.d
cat >/etc/systemd/system/skywitness-retain.service.d/test.conf <<EOT
[Service]
LoadCredential=database:/etc/skywitness/credentials/retain
ExecStart=
ExecStart=/usr/bin/skywitness --config /etc/skywitness/retain.json db retain
EOT
systemctl daemon-reload
systemctl start skywitness-retain.service || fail "retention by password fails"
(cd / && runuser -u postgres -- psql -q -c "ALTER ROLE skywitness_retain PASSWORD 'another'")
if systemctl start skywitness-retain.service; then fail "retention that cannot connect passes for good"; fi
[ "$(systemctl is-failed skywitness-retain.service)" = failed ] || fail "its unit is not failed"
echo "ok: with its password, and failed without"

say "structured lines of the journal"
kill $feed_pid
wait_for "a line of the feed" has_event feed_silent SKYWITNESS_FEED=own
journalctl --no-pager --quiet -x -u skywitness SKYWITNESS_EVENT=feed_silent SKYWITNESS_FEED=own |
    grep -q 'Subject: Feed own gives no usable answer' || fail "the catalog does not explain it"
echo "ok: explained by the catalog"

say "stop"
began=$(date +%s)
systemctl stop skywitness
took=$(($(date +%s) - began))
[ $took -lt 10 ] || fail "stopping took $took s"
[ "$(systemctl show --property=Result --value skywitness)" = success ] || fail "it did not end well"
echo "ok: stopped within $took s"

say "an upgrade that migrates while it runs"
make_older_database
systemctl start skywitness
wait_for "it waits for its schema" sh -c "systemctl show --property=StatusText skywitness | grep -q '(refused)'"
python3 /opt/boot/serve_flight.py 154076 >/opt/boot/feed_again.url &
wait_for "a feed server again" test -s /opt/boot/feed_again.url
sed -i "s|\"url\": \"[^\"]*/data/aircraft.json\"|\"url\": \"$(cat /opt/boot/feed_again.url)/data/aircraft.json\"|" \
    /etc/skywitness/skywitness.json
systemctl reload skywitness
before=$(main_pid)
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --reinstall /opt/boot/skywitness_newer.deb
[ "$(schema_version)" = "$newest" ] || fail "the upgrade left the schema at $(schema_version), not $newest"
wait_for "restarted by the upgrade" new_pid_than "$before"
wait_for "points in the new schema" more_points_than 0
wait_for "points go on" more_points_than "$(points)"

say "remove and purge"
DEBIAN_FRONTEND=noninteractive apt-get remove -y -qq skywitness
[ -e /var/lib/skywitness/journal.sqlite ] || fail "removing took the state"
DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq skywitness
[ ! -e /var/lib/skywitness ] || fail "purging left the state"
[ -s /etc/skywitness/credentials/desk ] || fail "purging took a secret of the operator's"
ask postgres "SELECT count(*) FROM skywitness.track_point" | grep -qv '^0$' || fail "purging took the database"

echo PASSED
