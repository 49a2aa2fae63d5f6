#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives by several threads: what is stored is what the archive holds, with any number of them, killed or not, beside
points that are there already. The days are SYNTHETIC (bench/archive.py writes them, and the truth)."""
import gzip
import io
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import harness

sys.path.insert(0, str(harness.ROOT / "bench"))
import archive  # noqa: E402

AIRCRAFT, POINTS, PART_BYTES = 24, (50, 900), 150_000
DAY = "2025-10-26"
FEED = "adsb.lol"
GOOD, WANTING, UNAVAILABLE = 0, 1, 69
TABLES = {
    "track_point": "SELECT * FROM skywitness_store.track_point ORDER BY icao24, observed_at, feed",
    "history_file": "SELECT content, icao24, day, points, kept, refused FROM skywitness_store.history_file ORDER BY 1",
    "history_heard": "SELECT * FROM skywitness_store.history_heard ORDER BY place, hour, icao24",
    "history_identity": "SELECT * FROM skywitness_store.history_identity ORDER BY icao24, observed_at",
    "visit": "SELECT visit_id, icao24, place, grade, arrived_after, departed_before FROM skywitness.visit ORDER BY 1",
}


class HistoryThreadsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="skywitness-threads-")
        cls.addClassCleanup(cls.kept.cleanup)
        cls.folder = pathlib.Path(cls.kept.name)
        archive.POINTS = POINTS
        cls.truth = archive.write_day(cls.folder / "day", AIRCRAFT, DAY, PART_BYTES)
        cls.parts = sorted((cls.folder / "day").glob("*.tar.a?"))
        assert len(cls.parts) > 2
        cls.config = cls.folder / "everything.json"
        cls.config.write_text(json.dumps({"watch": [{"id": "all", "hexes": ["*"]}], "places": ["places/*.json"]}))
        shutil.copytree(harness.ROOT / "config/places", cls.folder / "places")
        cls.postgresql = harness.postgresql()

    def setUp(self):
        self.database = self.postgresql.new_database()

    def command(self, *words, config=None):
        return [harness.BUILD / "skywitness", "--config", config or self.config, "--db",
                self.database.uri("skywitness_writer"), "backfill", "traces", "--feed", FEED, *map(str, words)]

    def backfill(self, *words, status=GOOD, config=None, stdin=b""):
        done = subprocess.run(self.command(*words, config=config), input=stdin, capture_output=True,
                              timeout=harness.PATIENCE_S * 2)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stderr.decode()

    def tables(self):
        return {name: self.database.rows(sql) for name, sql in TABLES.items()}

    def points(self):
        return self.database.count("SELECT count(*) FROM skywitness_store.track_point")

    def one_aircraft(self):
        """An address of the day, with its points as (seconds, element)."""
        with tarfile.open(self.parts[0]) as day:
            member = day.next()
            trace = json.loads(gzip.decompress(day.extractfile(member).read()))
        return trace["icao"], trace["timestamp"], trace["trace"]

    def insert(self, address, times, received):
        values = ", ".join(f"(to_timestamp({at}), {received.format(at=at)}, 1, 1, 0, 1, 0, false, '{address}', '{FEED}')"
                           for at in times)
        return ("INSERT INTO skywitness_store.track_point (observed_at, received_at, latitude, longitude, flags,"
                f" position_source, emitter, on_ground, icao24, feed) VALUES {values};")

    def test_the_number_of_threads_does_not_matter(self):
        results = []
        for jobs in (1, 4):
            self.database = self.postgresql.new_database()
            talk = self.backfill("--jobs", jobs, *self.parts)
            self.assertIn(f"with {self.truth['points']} points: stored {self.truth['points']}", talk)
            results.append(self.tables())
        for name, rows in results[0].items():
            self.assertEqual(rows, results[1][name], name)
        self.assertEqual(len(results[0]["track_point"]), self.truth["points"])
        self.assertEqual(self.database.value("SELECT whole_at IS NOT NULL FROM skywitness.history_day"), "t")

    def test_by_the_shipped_watch_list(self):
        config = harness.ROOT / "config/skywitness.json"
        tool = [harness.BUILD / "skywitness", "--config", config, "--db", self.database.uri("skywitness_writer")]
        subprocess.run([*tool, "claims", "import", *sorted((harness.ROOT / "config/reports").glob("*.json")),
                        *sorted((harness.ROOT / "config/claims").glob("*.json"))], check=True, capture_output=True)
        self.backfill(*self.parts, config=config)
        stored = self.database.rows("SELECT icao24, count(*) FROM skywitness_store.track_point GROUP BY 1")
        self.assertEqual({icao24: int(count) for icao24, count in stored}, self.truth["watched"])
        heard = self.database.rows("SELECT extract(hour FROM hour AT TIME ZONE 'UTC')::int, count(*), min(lowest_ft)"
                                   " FROM skywitness_store.history_heard WHERE place = 'OSLK' GROUP BY 1")
        self.assertEqual({int(hour): [int(count), int(low)] for hour, count, low in heard}, self.truth["heard"])

    def test_a_file_that_comes_twice_is_read_once(self):
        """In the same run, long before the first is committed."""
        for part in self.parts:
            shutil.copy(part, self.folder / part.name.replace("synthetic", "copy"))
        copies = sorted(self.folder.glob("*copy*.tar.a?"))
        talk = self.backfill("--jobs", 4, *self.parts, *copies)
        self.assertIn(f"read {2 * AIRCRAFT} files ({AIRCRAFT} known, 0 bad)", talk)
        self.assertEqual(self.points(), self.truth["points"])

    def test_beside_points_that_are_there(self):
        """Live ones within 0.2 s are the same fix; an archive's own are not stored again."""
        address, begins, points = self.one_aircraft()
        times = [begins + element[0] for element in points]
        near = [times[i] for i in range(0, 60, 3)]
        self.database.rows("SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-26')")
        self.database.rows(self.insert(address, [at + 0.15 for at in near], "to_timestamp({at} + 1)"))
        self.database.rows(self.insert(address, [times[i] for i in range(1, 61, 3)], "to_timestamp({at})"))
        self.backfill(*self.parts)
        self.assertEqual(self.points(), self.truth["points"])
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness_store.track_point WHERE latitude = 1"), 40)

    def test_beside_a_session_that_stores_the_same(self):
        """Its point cannot be seen until it is committed, when ours is on its way."""
        address, begins, points = self.one_aircraft()
        self.database.rows("SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-26')")
        session = subprocess.Popen(["psql", "-X", "-q", "-d", self.database.name], stdin=subprocess.PIPE, text=True)
        insert = self.insert(address, [begins + points[5][0]], "to_timestamp({at})")
        session.stdin.write(f"BEGIN;\n{insert}\n")
        session.stdin.flush()
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        in_transaction = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()" \
                         " AND state = 'idle in transaction' AND query LIKE 'INSERT%'"
        harness.wait_until(lambda: self.database.count(in_transaction), "the other session's point")
        process = subprocess.Popen(self.command(*self.parts), stderr=subprocess.PIPE, text=True)
        harness.wait_until(lambda: self.database.count(blocked) or process.poll() is not None, "our waiting for it")
        session.communicate("COMMIT;\n")
        _, talk = process.communicate(timeout=harness.PATIENCE_S * 2)
        self.assertEqual(process.returncode, GOOD, talk)
        self.assertIn(f"stored {self.truth['points'] - 1}", talk)
        self.assertEqual(self.points(), self.truth["points"])

    def test_killed_anywhere(self):
        chance = random.Random(8)
        for _ in range(3):
            process = subprocess.Popen(self.command("--jobs", 3, *self.parts), stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.05, 0.8))
            process.kill()
            process.wait()
        self.backfill(*self.parts)
        self.assertEqual(self.points(), self.truth["points"])
        self.assertEqual(self.database.count("SELECT sum(kept) FROM skywitness_store.history_file"),
                         self.truth["points"])

    def test_days_that_cannot_be(self):
        """One of them must not end the others' reading."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as day:
            for number, begins in enumerate(("0", "-62135596800", "7258118400", "1e300", "1761436800")):
                body = gzip.compress(b'{"icao":"15405%d","timestamp":%s,"trace":[[1,35,36,1000,1,1,0,0,null]]}'
                                     % (number, begins.encode()))
                info = tarfile.TarInfo(f"trace_full_15405{number}.json")
                info.size = len(body)
                day.addfile(info, io.BytesIO(body))
        talk = self.backfill("-", stdin=packed.getvalue(), status=WANTING)
        self.assertIn("(0 known, 4 bad) with 1 points: stored 1", talk)
        for number in range(4):
            self.assertIn(f"trace_full_15405{number}.json", talk)

    def test_the_database_goes_away_while_input_is_silent(self):
        """The command ends although nobody ends its standard input."""
        process = subprocess.Popen(self.command("-"), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        with self.parts[0].open("rb") as part:
            process.stdin.write(part.read(100_000))
        process.stdin.flush()
        files = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%history_file%'"
        harness.wait_until(lambda: self.database.count(files) > 1, "the first question")
        self.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                           " AND pid <> pg_backend_pid()")
        with self.parts[0].open("rb") as part:
            part.seek(100_000)
            process.stdin.write(part.read(100_000))
        process.stdin.flush()
        self.assertEqual(process.wait(timeout=harness.PATIENCE_S), UNAVAILABLE)
        process.stdin.close()
        process.stderr.close()


if __name__ == "__main__":
    harness.main()
