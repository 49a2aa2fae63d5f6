#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Past days over HTTP. The flights are those of the bundled sample: SYNTHETIC."""
import datetime
import gzip
import json
import random
import subprocess
import sys
import time

import archive_days
import archive_servers
import harness

SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
FEED = "synthetic-sample"
PART = 40960
GOOD, WANTING, USAGE, UNAVAILABLE = 0, 1, 64, 69
WATCH = [{"id": "an124", "types": ["A124"]}, {"id": "il62", "types": ["IL62"]}]


def day_text(begins, separator="-"):
    return datetime.datetime.fromtimestamp(begins, datetime.timezone.utc).strftime(separator.join(("%Y", "%m", "%d")))


def moved(body, days):
    """A trace as if it had been flown some days later."""
    trace = json.loads(gzip.decompress(body))
    trace["timestamp"] += days * 86400
    return gzip.compress(json.dumps(trace).encode(), 9, mtime=0)


def quiet_day(files, day, days_later):
    """A day with the other traffic of another one, and no watched aircraft."""
    return [((day + days_later * 86400, address), moved(body, days_later))
            for (begins, address), body in files.items() if begins == day and address.startswith("77")]


class SourcesTest(harness.Scenario):
    @classmethod
    def setUpClass(cls):
        if archive_servers.program() is None:
            print("no nginx: nothing is tested")
            sys.exit(harness.SKIPPED)
        with gzip.open(SAMPLE, "rt") as lines:
            cls.files = archive_days.traces(lines)
        cls.days = {}
        for (day, address), body in cls.files.items():
            cls.days.setdefault(day, []).append(((day, address), body))
        for files in cls.days.values():
            random.Random(6).shuffle(files)

    def setUp(self):
        super().setUp()
        self.nginx = archive_servers.Nginx(self.folder)
        self.addCleanup(self.nginx.close)
        self.faulty = archive_servers.FaultServer()
        self.addCleanup(self.faulty.close)

    def config(self, *sources, **others):
        return self.write_config(
            [], WATCH, airframes=[str(harness.ROOT / "config/airframes.json")],
            places=[str(harness.ROOT / "config/places/*.json")],
            history=[{"local": True, "feed": FEED, "max_requests_per_s": 100, **source} for source in sources], **others)

    def releases(self, url, **others):
        return {"id": "adsb.lol", "kind": "adsb.lol-releases", "index": url, **others}

    def tool(self, config, *words, status=GOOD, database=None):
        database = database or self.database
        done = subprocess.run([harness.BUILD / "skywitness", "--config", config, "--db",
                               database.uri("skywitness_writer"), *map(str, words)], capture_output=True, text=True,
                              timeout=harness.PATIENCE_S * 2)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def fetch(self, config, *words, first="2025-10-24", last="2025-10-29", source="adsb.lol", **others):
        return self.tool(config, "backfill", source, "--from", first, "--to", last, *words, **others)

    def publish(self, days=None, base="/releases"):
        """One release a day, the larger ones split; the index as adsb.lol writes it."""
        lines = []
        for day, files in sorted((days or self.days).items(), reverse=True):
            tag = f"v{day_text(day, '.')}-planes-readsb-prod-0"
            urls = []
            for name, part in archive_days.parts(tag, archive_days.tar(files), PART):
                archive_servers.write(self.nginx.files, f"storage/{tag}/{name}", part)
                urls.append(self.nginx.url(f"{base}/{tag}/{name}"))
            lines.append(",".join(urls))
        archive_servers.write(self.nginx.files, "2025/index.txt", ("\n".join(lines) + "\n").encode())
        storage = f"127.0.0.1:{self.nginx.storage}"
        return self.releases(self.nginx.url("/{year}/index.txt"), hosts=[storage])

    def from_disk(self, config):
        database = self.postgresql.new_database()
        paths = []
        for day, files in sorted(self.days.items()):
            path = self.folder / f"{day}.tar"
            path.write_bytes(archive_days.tar(files))
            paths.append(path)
        self.tool(config, "backfill", "traces", "--feed", FEED, *paths, database=database)
        return database

    def visits(self, database):
        return database.rows("SELECT icao24, place, grade, state, verb, arrived_after, arrived_before, departed_after,"
                             " departed_before FROM skywitness.visit WHERE state <> 'superseded'"
                             " ORDER BY icao24, anchored_at, place")

    def assert_same(self, expected):
        self.assertEqual(self.database.points(), expected.points())
        self.assertEqual(self.visits(self.database), self.visits(expected))
        whole = "SELECT day FROM skywitness.history_day WHERE whole_at IS NOT NULL ORDER BY 1"
        self.assertEqual(self.database.rows(whole), expected.rows(whole))

    def test_releases(self):
        config = self.config(self.publish())
        expected = self.from_disk(config)
        talk = self.fetch(config)
        self.assertIn("6 days to fetch", talk)
        self.assert_same(expected)
        self.assertGreater(len(self.visits(self.database)), 4)
        # Each part once for its size and once for its bytes, by way of the redirect.
        parts = len(list(self.nginx.files.glob("storage/*/*.tar.a?")))
        self.assertGreater(parts, 6)
        # Run again nothing is fetched but the index.
        before = len(self.nginx.asked("GET /storage"))
        self.assertIn("0 days to fetch, 6 read before", self.fetch(config))
        self.assertEqual(len(self.nginx.asked("GET /storage")), before)

    def test_claims_get_their_verdicts(self):
        """What is unverifiable becomes a verdict by the twelve days that are asked for."""
        days = dict(self.days)
        base = min(days)
        for begins, later in ((base, -4), (base, -3), (base, -2), (base, -1), (max(days), 1), (max(days), 2)):
            days[begins + later * 86400] = quiet_day(self.files, begins, later)
        config = self.config(self.publish(days))
        claims = [*sorted((harness.ROOT / "config/reports").glob("*.json")),
                  harness.ROOT / "config/claims/2025-10-hmeimim.json"]
        self.tool(config, "claims", "import", *claims)
        verdicts = "SELECT claim_id, verdict FROM skywitness.claim_status ORDER BY 1"
        before = dict(self.database.rows(verdicts))
        self.assertEqual(before["an124-three-arrivals"], "unverifiable")
        talk = self.fetch(config, first="2025-10-20", last="2025-10-31")
        self.assertIn("12 days to fetch", talk)
        after = dict(self.database.rows(verdicts))
        print(before, after, sep="\n", flush=True)
        self.assertIn(after["an124-three-arrivals"], ("corroborated", "consistent"))
        self.assertEqual(self.database.count(
            "SELECT count(*) FROM skywitness.history_day WHERE whole_at IS NOT NULL"), 12)


if __name__ == "__main__":
    harness.main()
