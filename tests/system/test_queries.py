#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The analysts' queries of docs/analysts.md, each as it stands there, by the role that analysts have, against the
bundled sample, the shipped claims and three SYNTHETIC days of archives: every one finds rows."""
import datetime
import os
import re
import subprocess

import archive_days
import harness
import october

PAGE = harness.ROOT / "docs" / "analysts.md"
QUERIES_WANTED = 20
# An aircraft that the sample does not have: seems to land on the 29th, and by the archive of the 30th it did not.
CORRECTED = "154f00"
ARCHIVED = [october.ADDED - datetime.timedelta(days=before) for before in (2, 1, 0)]


def queries():
    """(heading, SQL) of each block."""
    found, heading = [], "?"
    for part in re.finditer(r"^## ([^\n]+)$|^```sql\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        if part.group(1):
            heading = part.group(1)
        else:
            found.append((heading, part.group(2)))
    return found


def archive(day):
    """A day's archive."""
    seeming = october.flights()[-1]
    observations = [(CORRECTED, at, {**aircraft, "hex": CORRECTED, "r": "SYNTHETIC"})
                    for at, aircraft in [*october.heard(seeming), *october.gone_on()]]
    observations += [(address, at, aircraft) for address, points in october.others(day) for at, aircraft in points]
    packed = archive_days.pack(archive_days.by_day(observations))
    return archive_days.tar([(key, body) for key, body in packed.items() if october.day_of(key[0]) == day])


class QueriesTest(harness.Scenario):
    def setUp(self):
        super().setUp()
        config = self.write_config(
            [harness.local_feed("synthetic-sample", "http://127.0.0.1", enabled=False)],
            [{"id": "all", "hexes": ["*"], "keep_raw": True}],
            reports=[str(harness.ROOT / "config/reports/*.json")], claims=[str(harness.ROOT / "config/claims/*.json")])
        self.replay(config, *sorted((harness.ROOT / "config/sample").glob("*-synthetic.ndjson.gz")))
        self.tool(config, "claims", "import", *sorted((harness.ROOT / "config/reports").glob("*.json")),
                  *sorted((harness.ROOT / "config/claims").glob("*.json")))
        for day in ARCHIVED:  # one after the other: the last takes back what the others showed
            path = self.folder / f"v{day:%Y.%m.%d}-planes-readsb-prod-0.tar"
            path.write_bytes(archive(day))
            self.tool(config, "backfill", "traces", "--feed", "synthetic-archive", path)

    def tool(self, config, *arguments):
        done = subprocess.run([harness.BUILD / "skywitness", "--config", config, "--db",
                               self.database.uri("skywitness_writer"), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_each(self):
        blocks = queries()
        self.assertGreaterEqual(len(blocks), QUERIES_WANTED)
        self.assertEqual(len(set(heading for heading, _ in blocks)), len(blocks), "one query a heading")
        for heading, sql in blocks:
            with self.subTest(heading):
                done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "skywitness_reader",
                                       "-d", self.database.name, "-c", sql], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True,
                                      env={**os.environ, "PGOPTIONS": "-c statement_timeout=60s"
                                                                      " -c search_path=skywitness,public"})
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.strip(), "no rows")


if __name__ == "__main__":
    harness.main()
