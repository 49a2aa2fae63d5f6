#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""SIGKILL at random moments while events flow, with PostgreSQL up and with PostgreSQL down throughout: every event
is delivered at least once, always under the same id and with the same bytes, and never after its success was
recorded."""
import contextlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import harness  # noqa: E402
import receivers  # noqa: E402
from alerts import Sky  # noqa: E402

KILLS = 20
EVENTS = 1000
SEED = 20251026


class Kill(harness.Scenario):
    def setUp(self):
        super().setUp()
        os.environ["DESK_SECRET"] = receivers.SECRET
        self.sky = Sky()
        self.addCleanup(self.sky.server.close)
        self.receiver = receivers.Receiver()
        self.addCleanup(self.receiver.close)

    def delivered_in_journal(self):
        """Ids whose success is recorded, as the killed daemon left its journal."""
        copy = self.folder / "copy"
        shutil.copytree(self.folder / "state", copy, ignore=shutil.ignore_patterns("*.sock"))
        with contextlib.closing(sqlite3.connect(copy / "journal.sqlite")) as journal:
            rows = journal.execute("SELECT hex(alert_id) FROM delivery WHERE state = 1").fetchall()
        shutil.rmtree(copy)
        return {row[0].lower() for row in rows}

    def run_with_kills(self, config):
        chance = random.Random(SEED)
        recorded = set()
        for kill in range(KILLS):
            daemon = self.start_daemon(config)
            started_with = len(self.receiver.all())
            daemon.wait_for_log("skywitnessd .* watches")
            self.sky.add(EVENTS // KILLS)
            time.sleep(chance.uniform(0.2, 2.5))
            daemon.kill()
            time.sleep(0.05)  # what the kernel still holds of the last request
            repeated = recorded & {request.id.replace("-", "") for request in self.receiver.all()[started_with:]}
            self.assertFalse(repeated, f"sent after its success was recorded, kill {kill}")
            recorded |= self.delivered_in_journal()
        daemon = self.start_daemon(config)
        daemon.wait_for_log("skywitnessd .* watches")
        wanted = len(self.sky.flights)
        harness.wait_until(lambda: len({request.id for request in self.receiver.all()}) >= wanted, "all events", 180)
        return daemon

    def check(self):
        bodies = {}
        aircraft = {}
        for request in self.receiver.all():
            self.assertTrue(request.is_signed())
            self.assertEqual(bodies.setdefault(request.id, request.body), request.body, "other bytes under one id")
            document = json.loads(request.body)
            icao24 = document["data"]["aircraft"]["icao24"]
            self.assertEqual(aircraft.setdefault(icao24, request.id), request.id, "two ids for one event")
        self.assertEqual(len(aircraft), len(self.sky.flights))

    def write(self, **others):
        webhook = {"id": "desk", "url": self.receiver.url, "secret": {"env": "DESK_SECRET"}, "local": True,
                   "events": ["sighting.opened"], "quiet_s": 0}
        return self.write_config([harness.local_feed("sky", self.sky.server.url)], [{"id": "all", "types": ["A124"]}],
                                 webhooks=[webhook], **others)

    def test_killed(self):
        daemon = self.run_with_kills(self.write())
        self.check()
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.delivery"
                                                       " WHERE state = 'delivered'") == len(self.sky.flights),
                           "the mirror is complete", 120)
        self.stop_daemon(daemon)

    def test_killed_without_postgresql(self):
        self.postgresql.crash()
        try:
            daemon = self.run_with_kills(self.write())
            self.check()
        finally:
            self.postgresql.start()
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.delivery"
                                                       " WHERE state = 'delivered'") == len(self.sky.flights),
                           "the mirror is complete", 120)
        self.stop_daemon(daemon)


if __name__ == "__main__":
    harness.main()
