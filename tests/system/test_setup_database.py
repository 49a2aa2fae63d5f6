#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""skywitness-setup-database against a real server: from nothing, again, and with what the services' users may do."""
import json
import os
import subprocess

import harness

WATCH = [{"id": "none", "hexes": ["000001"]}]
SCRIPT = harness.ROOT / "systemd" / "skywitness-setup-database"


class SetupTest(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.made = harness.Database("made_by_setup")
        self.addCleanup(harness.Database("postgres").rows, "DROP DATABASE IF EXISTS made_by_setup")

    def setup_database(self, *options, **environment):
        return subprocess.run([SCRIPT, "--administrator", "-", *options], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "PATH": f"{harness.BUILD}:{os.environ['PATH']}", **environment})

    def tool(self, user, *arguments):
        return subprocess.run([harness.BUILD / "skywitness", "--db", self.made.uri(user), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "SKYWITNESS_CONFIG": str(self.config)})

    def test_from_nothing_and_again(self):
        for _ in range(2):
            done = self.setup_database("--database", self.made.name)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("up to date", done.stdout)
        members = harness.Database("postgres").rows(
            "SELECT m.rolname, r.rolname, m.rolcanlogin, m.rolsuper FROM pg_auth_members JOIN pg_roles r ON r.oid = roleid"
            " JOIN pg_roles m ON m.oid = member WHERE m.rolname IN ('skywitness', 'skywitness-retain') ORDER BY 1")
        self.assertEqual(members, [("skywitness", "skywitness_writer", "t", "f"),
                                   ("skywitness-retain", "skywitness_owner", "t", "f")])

        # The daemon's user writes; only the other one may drop.
        self.config = self.write_config([harness.local_feed("synthetic-sample", "http://127.0.0.1", enabled=False)],
                                        [{"id": "all", "hexes": ["*"]}], database=self.made)
        samples = sorted((harness.ROOT / "config/sample").glob("*-synthetic.ndjson.gz"))
        done = self.tool("skywitness", "replay", *samples)
        self.assertEqual(done.returncode, 0, done.stdout)
        points = self.made.count("SELECT count(*) FROM skywitness.track_point")
        self.assertGreater(points, 100)
        done = self.tool("skywitness", "db", "retain", "--days", "1")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.made.count("SELECT count(*) FROM skywitness.track_point"), points)
        done = self.tool("skywitness-retain", "db", "retain", "--days", "1")
        self.assertIn(done.returncode, (0, 1), done.stdout)
        self.assertIn("dropped", done.stdout)
        self.assertLess(self.made.count("SELECT count(*) FROM skywitness.track_point"), points)

    def test_dump_and_restore(self):
        """As docs/operators.md says."""
        self.assertEqual(self.setup_database("--database", self.made.name).returncode, 0)
        self.config = self.write_config([harness.local_feed("synthetic-sample", "http://127.0.0.1", enabled=False)],
                                        [{"id": "all", "hexes": ["*"]}], database=self.made)
        done = self.tool("skywitness", "replay", *sorted((harness.ROOT / "config/sample").glob("*-synthetic.ndjson.gz")))
        self.assertEqual(done.returncode, 0, done.stdout)
        points, sightings, visits = self.made.points(), self.made.sightings(), self.made.visits()
        dump = self.folder / "dump"
        subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", self.made.name], check=True)
        self.made.rows("DROP VIEW skywitness.claim_status")  # something that must come back
        restored = subprocess.run(["pg_restore", "--clean", "--if-exists", "--create", "--dbname=postgres", dump],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual((restored.returncode, restored.stdout), (0, ""))
        self.assertEqual(self.setup_database("--database", self.made.name).returncode, 0)
        self.assertEqual((self.made.points(), self.made.sightings(), self.made.visits()), (points, sightings, visits))
        self.assertEqual(self.made.rows("SELECT * FROM skywitness.claim_status"), [])
        done = self.tool("skywitness", "db", "status")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_what_is_configured(self):
        """Without --database: the one that the configuration names, by a path that is this machine's."""
        host, port = os.environ["PGHOST"], os.environ["PGPORT"]
        for database in (f"postgresql:///{self.made.name}?host={host}&port={port}",
                         f"postgresql://someone@127.0.0.1:{port}/{self.made.name}"):
            config = self.folder / "configured.json"
            config.write_text(json.dumps({"database": database, "watch": WATCH}))
            done = self.setup_database(SKYWITNESS_CONFIG=str(config))
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn(f"schema of {self.made.name} is up to date", done.stdout)

    def test_elsewhere(self):
        config = self.folder / "elsewhere.json"
        config.write_text(json.dumps({"database": "postgresql://writer@db.example.org:5433/tracks", "watch": WATCH,
                                      "database_password": {"credential": "database"}}))
        for options, status in (((), 69), (("--if-possible",), 0)):
            done = self.setup_database(*options, SKYWITNESS_CONFIG=str(config))
            self.assertEqual(done.returncode, status, done.stdout)
            self.assertIn("skywitness --db 'host=db.example.org port=5433 dbname=tracks user=ROLE' db migrate",
                          done.stdout)
        config.write_text("{broken")
        for options, status in (((), 69), (("--if-possible",), 0)):
            done = self.setup_database(*options, SKYWITNESS_CONFIG=str(config))
            self.assertEqual(done.returncode, status, done.stdout)
            self.assertIn("name it by --database", done.stdout)

    def test_no_server(self):
        nowhere = {"PGHOST": str(self.folder)}
        done = self.setup_database(**nowhere)
        self.assertEqual(done.returncode, 69, done.stdout)
        done = self.setup_database("--if-possible", **nowhere)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("no PostgreSQL server answers", done.stdout)

    def test_usage(self):
        for options in (["--unknown"], ["--database"], ["--database", "a;b"], ["--database", ""]):
            self.assertEqual(self.setup_database(*options).returncode, 64, options)
        self.assertEqual(self.setup_database("--help").returncode, 0)


if __name__ == "__main__":
    harness.main()
