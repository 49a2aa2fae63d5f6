# SPDX-License-Identifier: MIT
"""What the system tests share: databases of a private PostgreSQL, the real programs, and patience.

Run a test by hand from the root of the tree:

    SKYWITNESS_BUILD=build tests/support/with_postgresql.sh python3 tests/system/test_kill.py

SKYWITNESS_BUILD is the folder with skywitnessd and skywitness (meson sets it), SKYWITNESS_SLOW_TESTS=1 makes
the tests take the time that the real event would.
"""
import datetime
import functools
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SKYWITNESS_BUILD", ROOT / "build")).resolve()
SUPPORT = ROOT / "tests" / "support"
SLOW = os.environ.get("SKYWITNESS_SLOW_TESTS") == "1"
# How long anything may take that should happen at once: machines are shared and sanitizers slow.
PATIENCE_S = 90
SKIPPED = 77  # meson's exit status for a skipped test
# What starting and ending a process under the sanitizers adds to any time the design names.
START_S = 20
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def wait_until(predicate, what, patience_s=PATIENCE_S, step_s=0.05):
    """Returns the first true value of predicate(), or fails saying what did not happen."""
    deadline = time.monotonic() + patience_s
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience_s} s: {what}")
        time.sleep(step_s)


def free_port():
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def utc_text(milliseconds):
    """ISO 8601 with the milliseconds of a Unix time."""
    return f"{EPOCH + datetime.timedelta(milliseconds=milliseconds):%Y-%m-%dT%H:%M:%S.%f}Z"


class Postgresql:
    """The private cluster that with_postgresql.sh started for us."""

    def __init__(self):
        self.folder = os.environ.get("SKYWITNESS_PRIVATE_POSTGRESQL")
        if self.folder is None:
            sys.exit("run this through tests/support/with_postgresql.sh")
        self.numbers = itertools.count(1)
        self.template = None

    def control(self, verb, *arguments):
        subprocess.run([SUPPORT / "private_postgresql.sh", verb, self.folder, *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    def crash(self):
        self.control("stop", "immediate")

    def start(self):
        self.control("start")

    def new_database(self):
        """A migrated database of its own for one test."""
        if self.template is None:
            template = Database("skywitness")
            template.migrate()
            self.template = template.name
        database = Database(f"scenario_{next(self.numbers)}")
        Database("postgres").rows(f"CREATE DATABASE {database.name} TEMPLATE {self.template}")
        return database

    def new_empty_database(self):
        """One without a schema."""
        database = Database(f"scenario_{next(self.numbers)}")
        Database("postgres").rows(f"CREATE DATABASE {database.name} TEMPLATE template0")
        return database


class Database:
    def __init__(self, name):
        self.name = name

    def uri(self, user):
        host, port = os.environ["PGHOST"], os.environ["PGPORT"]
        return f"postgresql:///{self.name}?host={host}&port={port}&user={user}"

    def migrate(self):
        subprocess.run([BUILD / "skywitness", "--db", self.uri(os.environ["PGUSER"]), "db", "migrate"], check=True,
                       stdout=subprocess.DEVNULL)

    def rows(self, sql):
        """The rows as tuples of texts; NULL is an empty text."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.name,
                               "-c", sql], check=True, stdout=subprocess.PIPE, text=True)
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]

    def value(self, sql):
        rows = self.rows(sql)
        return rows[0][0] if rows else None

    def count(self, sql):
        return int(self.value(sql))

    def points(self):
        """Stored points as (icao24, observed_at in ms, feed, latitude, longitude, altitude_baro_ft), each once."""
        rows = self.rows(
            "SELECT icao24, round(extract(epoch FROM observed_at) * 1000, 3), feed, latitude, longitude,"
            " altitude_baro_ft FROM skywitness.track_point")
        points = {(hex_, float(at_ms), feed, float(lat), float(lon), int(altitude_ft) if altitude_ft else None)
                  for hex_, at_ms, feed, lat, lon, altitude_ft in rows}
        if len(points) != len(rows):
            raise AssertionError(f"{len(rows) - len(points)} points are stored twice")
        return points

    def polls(self):
        """The ledger without its keys."""
        return self.rows("SELECT feed, request, asked_at, answered_at, status, bytes, encode(body_sha256, 'hex'),"
                         " aircraft_heard, aircraft_kept, error, feed_now, points FROM skywitness.poll ORDER BY 1, 3, 2")

    def flagged_points(self):
        """All of each point but when it reached us."""
        return self.rows("SELECT icao24, observed_at, feed, latitude, longitude, altitude_baro_ft, altitude_geom_ft,"
                         " on_ground, ground_speed_kt, track_deg, vertical_rate_fpm, squawk, nic, nac_p, sil,"
                         " position_source, flags, emitter FROM skywitness.track_point ORDER BY 1, 2, 3")

    def sightings(self):
        """All columns of every sighting, in a fixed order."""
        return self.rows("SELECT sighting_id, icao24, registration, type_code, callsigns, watch_ids, first_seen,"
                         " last_seen, origin, destination, point_count, feeds, state, opened_at, emitter,"
                         " last_altitude_ft, ST_AsEWKT(path, 9) FROM skywitness.sighting"
                         " ORDER BY icao24, first_seen, sighting_id")

    def visits(self):
        """The newest state of every visit, and the conflicts of identity, but for when we knew."""
        visits = self.rows("SELECT visit_id, icao24, registration, type_code, place, grade, arrived_after,"
                           " arrived_before, departed_after, departed_before, sighting_in, sighting_out, reasons, verb,"
                           " state, arrival_seen, departure_seen, callsign_in, callsign_out, watch_ids, latitude,"
                           " longitude, anchored_at, emitter FROM skywitness.visit ORDER BY icao24, anchored_at, visit_id")
        conflicts = self.rows("SELECT icao24, kind, first_at, second_at, distance_nm, speed_kt, speed_limit_kt, emitter"
                              " FROM skywitness.identity_conflict ORDER BY 1, 4, 2, 8")
        return visits, conflicts


@functools.cache
def postgresql():
    """The one of this process."""
    return Postgresql()


class Daemon:
    """skywitnessd, started and stopped by its process id; its log is kept line by line."""

    def __init__(self, config_path, *options, environment=None):
        self.lines = []
        self.process = subprocess.Popen([BUILD / "skywitnessd", "--config", config_path, *options],
                                        env={**os.environ, **(environment or {})}, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True, errors="replace")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def matching(self, pattern):
        return [line for line in list(self.lines) if re.search(pattern, line)]

    def wait_for_log(self, pattern, count=1, patience_s=PATIENCE_S):
        def enough():
            found = self.matching(pattern)
            if len(found) < count and self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log()}")
            return found if len(found) >= count else None
        try:
            return wait_until(enough, f"a log line like {pattern!r}", patience_s)[-1]
        except AssertionError as failure:
            raise AssertionError(f"{failure}; the log says:\n{self.log()}") from None

    def log(self):
        return "\n".join(self.lines[-40:])

    def send(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self._wait(PATIENCE_S)

    def stop(self, patience_s=PATIENCE_S):
        """SIGTERM; returns the exit status and how long it took in seconds."""
        began = time.monotonic()
        self.process.terminate()
        return self._wait(patience_s), time.monotonic() - began

    def _wait(self, patience_s):
        status = self.process.wait(patience_s)
        self.reader.join(PATIENCE_S)
        self.process.stderr.close()
        return status

    def is_running(self):
        return self.process.poll() is None

    def close(self):
        if self.is_running():
            self.process.kill()
            self._wait(PATIENCE_S)


class Scenario(unittest.TestCase):
    """A test with a state folder, a database and a daemon, all gone afterwards."""

    def setUp(self):
        self.postgresql = postgresql()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="skywitness-system-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.database = self.postgresql.new_database()
        self.daemons = []
        self.addCleanup(self._close_daemons)

    def _close_daemons(self):
        for daemon in self.daemons:
            daemon.close()

    def write_config(self, feeds, watch, name="skywitness.json", database=None, state="state", **others):
        """Writes a configuration that uses the writer's role and returns its path."""
        database = database or self.database
        config = {"database": database.uri("skywitness_writer"), "state_directory": str(self.folder / state),
                  "watch": watch, "feeds": feeds, "places": [str(ROOT / "config/places/*.json")], **others}
        path = self.folder / name
        new = path.with_suffix(".new")
        new.write_text(json.dumps(config, indent=1))
        new.rename(path)
        return path

    def start_daemon(self, config_path, *options, environment=None):
        daemon = Daemon(config_path, *options, environment=environment)
        self.daemons.append(daemon)
        return daemon

    def stop_daemon(self, daemon):
        """SIGTERM must end it with 0 within the ten seconds of the design, leaks and races included."""
        status, _ = daemon.stop()
        self.assertEqual(status, 0, daemon.log())

    def replay(self, config_path, *files, database=None):
        database = database or self.database
        done = subprocess.run([BUILD / "skywitness", "--config", config_path, "--db",
                               database.uri("skywitness_writer"), "replay", *files], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def assert_same_set(self, stored, served, what):
        """Set equality with a message that can be read."""
        missing, extra = served - stored, stored - served
        self.assertFalse(missing or extra,
                         f"{what}: {len(served)} served, {len(stored)} stored, {len(missing)} missing "
                         f"(such as {sorted(missing)[:3]}), {len(extra)} too many (such as {sorted(extra)[:3]})")


def local_feed(identifier, url, **others):
    """A feed of one's own receiver, asked as often as the configuration allows."""
    return {"id": identifier, "kind": "readsb", "provider": "local", "url": url, "interval_s": 1, "timeout_s": 5,
            "max_requests_per_s": 100, **others}


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a timeout of the runner cleans up too
    unittest.main(verbosity=2)
