# SPDX-License-Identifier: MIT
"""What the tests of alerts share: a feed to which SYNTHETIC aircraft are added, webhooks at receivers of our own, and a
wall clock that can be set."""
import json
import os
import pathlib
import sqlite3
import subprocess
import time

import harness
import receivers
from feed_server import JSON, FeedServer
from flights import Flight


class Sky:
    """A feed to which SYNTHETIC aircraft can be added."""

    def __init__(self):
        self.flights = []
        self.server = FeedServer(self.answer)

    def add(self, count):
        base_ms = int(time.time() * 1000)
        for _ in range(count):
            number = len(self.flights)
            self.flights.append(Flight(f"a0{number:04x}", number, base_ms, type_code="A124"))

    def answer(self, path):
        if not path.endswith("aircraft.json"):
            return None
        now_ms = int(time.time() * 1000)
        aircraft = [flight.describe(now_ms, 100) for flight in list(self.flights)]
        return 200, JSON, json.dumps({"now": now_ms / 1000, "messages": 1, "aircraft": aircraft}).encode()


class Scenario(harness.Scenario):
    def setUp(self):
        super().setUp()
        os.environ["DESK_SECRET"] = receivers.SECRET
        self.sky = Sky()
        self.addCleanup(self.sky.server.close)
        self.receivers = {}

    def receiver(self, name, behave=None, **others):
        self.receivers[name] = receivers.Receiver(behave)
        self.addCleanup(self.receivers[name].close)
        return self.webhook(name, self.receivers[name].url, **others)

    @staticmethod
    def webhook(name, url, **others):
        return {"id": name, "url": url, "secret": {"env": "DESK_SECRET"}, "local": True,
                "events": ["sighting.opened"], "quiet_s": 0, **others}

    def start(self, webhooks, environment=None, watch=({"id": "all", "types": ["A124"]},), **others):
        self.config = self.write_config([harness.local_feed("sky", self.sky.server.url)], list(watch),
                                        webhooks=webhooks, **others)
        return self.start_daemon(self.config, environment=environment)

    def requests(self, name, count, patience_s=harness.PATIENCE_S):
        return harness.wait_until(lambda: (found := self.receivers[name].all()) if
                                  len(self.receivers[name].all()) >= count else None,
                                  f"{count} requests at {name}", patience_s)

    def rows(self, name):
        return self.database.rows("SELECT state, attempt, coalesce(last_status, 0), coalesce(reason, '')"
                                  f" FROM skywitness.delivery WHERE endpoint = '{name}'")

    def tool(self, *arguments):
        return subprocess.run([harness.BUILD / "skywitness", "--config", self.config, "--db",
                               self.database.uri("skywitness_writer"), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)

    def journal(self):
        """The journal's file, while no daemon has it open."""
        return sqlite3.connect(self.folder / "state" / "journal.sqlite", isolation_level=None)


class Clock:
    """A wall clock for daemons that are started with its environment. Time itself goes on as ever."""

    def __init__(self, test):
        library = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
        if library is None:
            test.skipTest("libfaketime is not installed")
        self.path = test.folder / "clock"
        # The runtime of the address sanitizer wants to be the first to be loaded, or not to care.
        sanitizers = os.environ.get("ASAN_OPTIONS", "")
        self.environment = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
            "ASAN_OPTIONS": f"{sanitizers}:verify_asan_link_order=0".lstrip(":")}
        self._write(0)

    def _write(self, offset_s):
        new = self.path.with_suffix(".new")
        new.write_text(f"{offset_s:+d}\n")
        new.rename(self.path)

    def set(self, offset_s):
        """Ahead of the true time by so much; returns when the daemons have noticed."""
        self._write(offset_s)
        time.sleep(1.2)
