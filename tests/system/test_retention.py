#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is past its time goes, and every old verdict stands with its evidence. The flights are those of the bundled
sample, and one more that landed nowhere: SYNTHETIC."""
import datetime
import gzip
import json
import os
import random
import signal
import subprocess
import time

import archive_days
import harness

SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
CONFIG = harness.ROOT / "config/skywitness.json"
FEED = "synthetic-sample"
AFTER = "2025-11-05"
GOOD, WANTING, SOFTWARE = 0, 1, 70
PASSING, CROSSING = "15405a", "15405b"
# Two that no visit knows: one flies by within a day, one over a midnight (into 2025-10-27).
OTHERS = f"""
INSERT INTO skywitness_store.track_point (icao24, feed, observed_at, received_at, latitude, longitude, altitude_baro_ft,
    on_ground, flags, emitter, position_source)
SELECT f.icao24, 'synthetic-sample', t, t + interval '2 s', 35, 20 + n * 0.01, 33000, false, 0, 0, 1
FROM (VALUES ('{PASSING}', '2025-10-26T10:00Z'::timestamptz), ('{CROSSING}', '2025-10-26T23:30Z')) AS f (icao24, first),
    generate_series(0, 59) AS g (n), LATERAL (SELECT f.first + n * interval '1 minute') AS x (t);
INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter, icao24, state, callsigns,
    watch_ids, feeds)
SELECT gen_random_uuid(), min(observed_at), min(observed_at), max(observed_at), 0, icao24, 'lost_high', '{{}}', '{{}}',
    '{{synthetic-sample}}'
FROM skywitness_store.track_point WHERE icao24 IN ('{PASSING}', '{CROSSING}') GROUP BY icao24;
SELECT skywitness_store.finish_sightings(array_agg(icao24), array_agg(sighting_id)) FROM skywitness_store.sighting
WHERE icao24 IN ('{PASSING}', '{CROSSING}')
"""


def days_before(day):
    return str((datetime.datetime.now(datetime.timezone.utc).date() - datetime.date.fromisoformat(day)).days)


class RetentionTest(harness.Scenario):
    sample = None  # made once, and copied for each test

    def setUp(self):
        super().setUp()
        if RetentionTest.sample is None:
            self.replay(CONFIG, SAMPLE)
            self.tool("claims", "import")
            self.database.rows(OTHERS)
            RetentionTest.sample = self.database
        self.database = harness.Database(f"retention_{self._testMethodName}"[:60])
        harness.Database("postgres").rows(f"CREATE DATABASE {self.database.name} TEMPLATE {self.sample.name}")

    def command(self, *words, user="skywitness_writer"):
        return [str(word) for word in (harness.BUILD / "skywitness", "--config", CONFIG, "--db",
                                       self.database.uri(user), *words)]

    def tool(self, *words, status=GOOD, user="skywitness_writer", stdin=None):
        done = subprocess.run(self.command(*words, user=user), capture_output=True, timeout=harness.PATIENCE_S,
                              input=stdin)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def rows(self, *words):
        return json.loads(self.tool(*words, "--format", "json")[0])

    def retain(self, *options, status=GOOD):
        return self.tool("db", "retain", *options, status=status, user=os.environ["PGUSER"])

    def explained(self):
        """Every visit as it is explained, and the tracks behind it as a map has them."""
        visits = self.database.rows("SELECT visit_id FROM skywitness.visit ORDER BY 1")
        self.assertGreater(len(visits), 8)
        tracks = self.tool("visits", "--format", "geojson")[0]
        return [self.tool("explain", "visit", visit)[0] for visit, in visits] + [tracks]

    def judged(self):
        """Every claim as it is shown, with evidence, coverage and verdict; but for when it was looked at."""
        claims = [row["claim_id"] for row in self.rows("claims", "list")]
        self.assertGreater(len(claims), 10)
        shown = [self.rows("claims", "show", claim) for claim in claims]
        for one in shown:
            one.pop("checked_at", None)
        return shown

    def stored(self):
        names = ("visit", "visit_history", "sighting", "assessment", "assessment_clause", "evidence")
        return [self.database.rows(f"SELECT * FROM skywitness_store.{name} ORDER BY 1, 2, 3") for name in names]

    def points(self, icao24):
        return self.database.count(f"SELECT count(*) FROM skywitness.track_point WHERE icao24 = '{icao24}'")

    def evidence(self):
        """What the verdicts rest on: both tables, every row and column of it."""
        return [self.database.rows(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY icao24, observed_at, feed))"
                                   f" FROM skywitness.{view} t WHERE icao24 NOT IN ('{PASSING}', '{CROSSING}')")
                for view in ("track_point", "raw_observation")]

    def coverage(self):
        return self.tool("coverage", "OSLK", "--since", "2025-10-24", "--until", "2025-10-29", "--refresh")

    def feed_hours(self):
        return self.database.rows("SELECT * FROM skywitness.feed_hour ORDER BY feed, hour")

    def test_old_verdicts_stand(self):
        """After points and ledger are gone: the same words about each visit, the same verdicts from the same
        evidence and coverage, and deriving anew takes nothing back."""
        before = (self.explained(), self.judged(), self.stored(), self.coverage(), self.feed_hours())
        raw = "SELECT icao24, observed_at, feed, object, asked_at FROM skywitness.raw_observation ORDER BY 1, 2, 3"
        raws = self.database.rows(raw)
        points = self.database.flagged_points()
        planned = self.retain("--days", days_before(AFTER), "--dry-run", "--format", "json")[0]
        self.assertEqual({row["outcome"] for row in json.loads(planned)}, {"due"})
        self.assertEqual(self.database.flagged_points(), points)

        out, talk = self.retain("--days", days_before(AFTER), "--ledger-days", days_before(AFTER), "--format", "json")
        dropped = {row["partition"]: row for row in json.loads(out)}
        self.assertEqual({row["outcome"] for row in dropped.values()}, {"dropped", "trimmed"})
        self.assertRegex(talk, r"the database had \d+\.\d MB and has \d+\.\d MB; .* 1555 points are kept as evidence")
        self.assertEqual(sum(row["kept"] for name, row in dropped.items() if name.startswith("track_point")), 1555)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness_store.partitions()"
                                             f" WHERE day < '{AFTER}'"), 0)
        self.assertEqual((self.points(PASSING), self.points(CROSSING)), (0, 0))
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness_store.poll p WHERE NOT EXISTS (SELECT FROM"
                                             " skywitness.raw_observation r WHERE r.poll_id = p.poll_id)"), 0)
        self.assertEqual(self.database.rows(raw), raws)
        after = (self.explained(), self.judged(), self.stored(), self.coverage(), self.feed_hours())
        for one, other in zip(after, before):
            self.assertEqual(one, other)
        verdicts = [{row["claim_id"]: row["verdict"] for row in self.rows("claims", verb)} for verb in ("assess", "list")]
        self.assertEqual(*verdicts)
        derived, talk = self.tool("derive", "--since", "2025-10-20", "--until", "2025-11-05", "--format", "csv")
        self.assertEqual(derived.count("\n"), 1, derived)
        self.assertIn("2 aircraft: 0 changes", talk)  # by what is kept as evidence
        self.assertEqual(self.stored(), before[2])
        # Again there is nothing to do.
        self.assertEqual(json.loads(self.retain("--days", days_before(AFTER), "--format", "json")[0]), [])
        self.assertEqual(self.stored(), before[2])

    def test_the_ledger_alone(self):
        """Points stay: deriving them anew still knows until when somebody looked, and coverage stays what it was."""
        before = (self.stored(), self.coverage(), self.feed_hours())
        self.retain("--ledger-days", days_before(AFTER))
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.poll WHERE points = 0"), 0)
        for aircraft in ("154076", "1551df"):
            derived = self.tool("derive", "--hex", aircraft, "--since", "2025-10-20", "--until", "2025-11-05", "--format",
                                "csv")[0]
            self.assertEqual(derived.count("\n"), 1, derived)
        self.assertEqual((self.stored(), self.coverage(), self.feed_hours()), before)

    def test_deriving_from_what_is_left(self):
        """An archive comes back for days that are gone: nothing that stands is taken back or said twice."""
        with gzip.open(SAMPLE, "rt") as lines:
            files = archive_days.traces(lines)
        before = self.stored()[:3]
        self.retain("--days", days_before("2025-10-27"))
        self.assertEqual(self.points(PASSING), 0)
        self.assertEqual(self.points(CROSSING), 60)  # it went on in a day that is still there
        last = max(day for day, _ in files)
        for day in sorted({day for day, _ in files}):
            # The one of the last day lacks the second half of each flight.
            cut = {key: self.halved(body) if day == last else body for key, body in files.items() if key[0] == day}
            self.tool("backfill", "traces", "--feed", FEED, "-", stdin=archive_days.tar(list(cut.items())))
        self.tool("derive", "--since", "2025-10-20", "--until", "2025-11-05")
        self.assertEqual(self.stored()[:3], before)
        # Once the rest of it is gone, so is what was only kept because of that.
        self.retain("--days", days_before(AFTER))
        self.assertEqual(self.points(CROSSING), 0)
        self.assertEqual(self.stored()[:3], before)

    def test_an_archive_is_read_again(self):
        """Its days were dropped: reading it anew brings their points back, each once."""
        archive = self.postgresql.new_database()
        self.database = archive
        with gzip.open(SAMPLE, "rt") as lines:
            tar = archive_days.tar(list(archive_days.traces(lines).items()))
        self.tool("backfill", "traces", "--feed", FEED, "-", stdin=tar)
        before, points = self.stored()[:3], archive.flagged_points()
        self.retain("--days", days_before(AFTER))
        talk = self.tool("backfill", "traces", "--feed", FEED, "-", stdin=tar)[1]
        self.assertIn("(0 known", talk)
        self.assertEqual(archive.flagged_points(), points)
        self.assertEqual(self.stored()[:3], before)

    @staticmethod
    def halved(body):
        trace = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        trace["trace"] = trace["trace"][:len(trace["trace"]) // 2]
        return gzip.compress(json.dumps(trace).encode())

    def test_killed_at_any_moment(self):
        """Whenever it is killed, all evidence can be read; run again it ends as if nothing had been."""
        self.retain("--days", days_before(AFTER), "--dry-run")
        whole = self.evidence()
        stored = self.stored()
        dice = random.Random(15)
        killed = 0
        for _ in range(8):
            done = subprocess.Popen(self.command("db", "retain", "--days", days_before(AFTER), "--ledger-days",
                                                 days_before(AFTER), user=os.environ["PGUSER"]),
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0.02, 0.2))
            done.send_signal(signal.SIGKILL)
            killed += done.wait() == -signal.SIGKILL
            self.assertEqual(self.evidence(), whole)
        self.assertGreater(killed, 0)
        self.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                           " AND pid <> pg_backend_pid()")
        self.retain("--days", days_before(AFTER), "--ledger-days", days_before(AFTER))
        self.assertEqual((self.points(PASSING), self.points(CROSSING)), (0, 0))
        self.assertEqual(self.evidence(), whole)
        self.assertEqual(self.stored(), stored)

    def test_left_after_each_step(self):
        """The same for each of its steps, one after the other."""
        whole = self.evidence()
        steps = self.database.rows(f"SELECT statement FROM skywitness_store.retirement('{AFTER}')")
        self.assertGreater(len(steps), 20)
        for statement, in steps:
            self.database.rows(statement)
            self.assertEqual(self.evidence(), whole)
        self.retain("--days", days_before(AFTER))
        self.assertEqual(self.evidence(), whole)

    def test_what_comes_while_it_goes(self):
        """A point that arrives after its day's evidence was moved, before the day is gone, is moved as well."""
        day = "2025-10-24"
        name = "track_point_" + day.replace("-", "")
        self.database.rows(f"SELECT skywitness_store.keep_evidence('{name}', '2025-10-25')")
        span = self.database.rows("SELECT icao24, first_seen FROM skywitness_store.sighting ORDER BY first_seen LIMIT 1")
        self.database.rows("INSERT INTO skywitness_store.track_point (icao24, feed, observed_at, received_at, latitude,"
                           " longitude, on_ground, flags, emitter, position_source) VALUES"
                           f" ('{span[0][0]}', 'late', '{span[0][1]}', now(), 35, 36, false, 0, 0, 1)")
        self.retain("--days", days_before("2025-10-25"))
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.track_point WHERE feed = 'late'"), 1)

    def test_a_broken_roll_up(self):
        """What it should have worked out first does not go, and the exit status is none that a timer takes for good."""
        points, polls = self.database.flagged_points(), self.database.polls()
        self.database.rows("ALTER FUNCTION skywitness_store.roll_up_feeds RENAME TO roll_up_elsewhere")
        talk = self.retain("--ledger-days", days_before(AFTER), status=SOFTWARE)[1]
        self.assertIn("the feeds' hours: ", talk)
        self.assertEqual(self.database.polls(), polls)
        self.database.rows("ALTER TABLE skywitness_store.coverage_complete RENAME TO coverage_elsewhere")
        talk = self.retain("--days", days_before(AFTER), status=SOFTWARE)[1]
        self.assertIn("coverage: ", talk)
        self.assertEqual(self.database.flagged_points(), points)

    def test_two_at_once_and_other_rows(self):
        self.database.rows("INSERT INTO skywitness_store.quarantine (quarantined_at, journal_id, last_sequence,"
                           " row_number, kind, sqlstate, reason, content) SELECT now() - n * interval '1 day',"
                           " gen_random_uuid(), 1, 1, 'track_point', '22021', 'x', '{}' FROM generate_series(0, 20) g (n)")
        out = self.retain("--quarantine-days", "10", "--format", "json")[0]
        self.assertEqual([(row["partition"], row["removed"], row["outcome"]) for row in json.loads(out)],
                         [("quarantine", 10, "trimmed")])
        with subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-d", self.database.name], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as other:
            other.stdin.write("SELECT pg_try_advisory_lock(hashtext('skywitness.retain'));\n")
            other.stdin.flush()
            self.assertEqual(other.stdout.readline().strip(), "t")
            talk = self.retain("--days", days_before(AFTER), status=WANTING)[1]
            other.stdin.close()
        self.assertIn("another", talk)


if __name__ == "__main__":
    harness.main()
