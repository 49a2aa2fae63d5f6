#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reloading, refusing and refusing to lose: SIGHUP with good and bad files, --check-config, feeds out of reach,
a full journal."""
import json
import os
import re
import signal
import subprocess
import time

import harness
from feed_server import JSON, FeedServer, SteppedFeeds
from flights import Fleet


class ReloadTest(harness.Scenario):
    def setUp(self):
        super().setUp()
        base_ms = int(time.time() * 1000)
        self.fleets = [Fleet(f"feed-{n}", base_ms, watched=4, first_number=n * 10, tag=n) for n in range(2)]
        self.feeds = SteppedFeeds(self.fleets, steps=3)
        self.addCleanup(self.feeds.close)

    def write(self, feeds, hexes, **others):
        listed = [harness.local_feed(fleet.feed, self.feeds.url(fleet.feed)) for fleet in feeds]
        return self.write_config(listed, [{"id": "chosen", "hexes": hexes}], **others)

    def seen(self):
        return {row[0] for row in self.database.rows("SELECT DISTINCT icao24 FROM skywitness.track_point")}

    def test_good_file(self):
        first, second = self.fleets
        hexes = first.watch_hexes()
        daemon = self.start_daemon(self.write([first], hexes[:1]))
        harness.wait_until(lambda: self.seen() == set(hexes[:1]), "the watched aircraft")
        self.write(self.fleets, hexes[:2] + second.watch_hexes()[:1])
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("configuration reloaded: 2 feeds")
        # The steps have an end, but the last one goes on being served; what is newly watched is new in it.
        wanted = {*hexes[:2], second.watch_hexes()[0]}
        harness.wait_until(lambda: self.seen() == wanted, "a newly watched aircraft and a new feed's")
        self.write([second], second.watch_hexes()[:1])
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("configuration reloaded: 1 feeds")
        time.sleep(1)
        polls = self.database.count("SELECT count(*) FROM skywitness.poll WHERE feed = 'feed-0'")
        later = self.database.count("SELECT count(*) FROM skywitness.poll WHERE feed = 'feed-1'") + 2
        harness.wait_until(lambda: self.database.count(
            "SELECT count(*) FROM skywitness.poll WHERE feed = 'feed-1'") >= later, "polls of the feed that is left")
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.poll WHERE feed = 'feed-0'"), polls)
        self.stop_daemon(daemon)

    def test_bad_file(self):
        first = self.fleets[0]
        path = self.write([first], first.watch_hexes())
        daemon = self.start_daemon(path)
        harness.wait_until(lambda: self.seen() == set(first.watch_hexes()), "the watched aircraft")
        good = path.read_text()
        for text, complaint in ((good.replace('"interval_s": 1', '"interval_s": "abc"'),
                                 r"skywitness\.json: feeds\[0\]\.interval_s: expected"),
                                (good[:-3], r"skywitness\.json:\d+:\d+: "),
                                ("", r"skywitness\.json")):
            refused = len(daemon.matching("the old one stays in force"))
            path.write_text(text)
            daemon.send(signal.SIGHUP)
            daemon.wait_for_log("the old one stays in force", refused + 1)
            self.assertTrue(daemon.matching("error: .*" + complaint), daemon.log())
        before = self.database.count("SELECT count(*) FROM skywitness.poll")
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.poll") >= before + 2,
                           "polls by the old configuration")
        self.stop_daemon(daemon)

    def test_what_wants_a_restart(self):
        """Another database and state directory: the ones of the start stay in use, by every part."""
        first, second = self.fleets
        other = self.postgresql.new_database()
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        hexes = first.watch_hexes() + second.watch_hexes()
        daemon = self.start_daemon(self.write([first], hexes))
        harness.wait_until(lambda: self.seen() == set(first.watch_hexes()), "the watched aircraft")
        self.write(self.fleets, hexes, database=other, state="elsewhere")
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("takes effect after a restart")
        harness.wait_until(lambda: self.seen() == set(hexes), "the other feed's aircraft, where the first one's are")
        leases = self.folder / "state/leases"
        harness.wait_until(lambda: "feed-1" in leases.read_text(), "the new feed's lease is remembered at the old place")
        self.stop_daemon(daemon)
        self.assertEqual(list(elsewhere.iterdir()), [])
        for table in ("track_point", "poll", "place", "feed_lease"):
            self.assertEqual(other.count(f"SELECT count(*) FROM skywitness_store.{table}"), 0, table)

    def test_check_config(self):
        def check(path):
            done = subprocess.run([harness.BUILD / "skywitnessd", "--config", path, "--check-config"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            return done.returncode, done.stdout, done.stderr
        path = self.write(self.fleets, ["154076"])
        status, talk, _ = check(path)
        self.assertEqual((status, re.findall(r"good: 2 feeds", talk)), (0, ["good: 2 feeds"]))
        self.assertEqual(check(harness.ROOT / "config/skywitness.json")[0], 0)
        config = json.loads(path.read_text())
        config["feeds"][1]["interval_s"] = "abc"
        config["wrong_key"] = 1
        path.write_text(json.dumps(config))
        status, _, errors = check(path)
        self.assertEqual(status, 78)
        self.assertIn('feeds[1].interval_s: expected a number from 1 to 86400, got "abc"', errors)
        self.assertIn("wrong_key", errors)
        self.assertEqual(check(self.folder / "absent.json")[0], 78)


class UnreachableTest(harness.Scenario):
    def test_said_once(self):
        fleet = Fleet("reachable", int(time.time() * 1000), watched=1)
        feeds = SteppedFeeds([fleet], steps=4)
        self.addCleanup(feeds.close)
        listed = [harness.local_feed("refusing", f"http://127.0.0.2:{harness.free_port()}"),
                  harness.local_feed("nowhere", "http://no-such-host.invalid"),
                  harness.local_feed("reachable", feeds.url("reachable"))]
        daemon = self.start_daemon(self.write_config(listed, [{"id": "chosen", "hexes": fleet.watch_hexes()}]))
        harness.wait_until(feeds.is_done, "the reachable feed goes on")
        harness.wait_until(lambda: self.database.count(
            "SELECT count(DISTINCT feed) FROM skywitness.poll WHERE error IS NOT NULL") == 2, "failures in the ledger")
        daemon.wait_for_log("feed nowhere gives no usable answer")
        for feed in ("refusing", "nowhere"):
            self.assertEqual(len(daemon.matching(f"feed {feed} gives no usable answer")), 1, daemon.log())
            ledger = self.database.rows(f"SELECT DISTINCT status, answered_at, body_sha256 FROM skywitness.poll"
                                        f" WHERE feed = '{feed}'")
            self.assertIn(ledger, ([("", "", "")], [("0", "", "")]))
        # Asked ever less often.
        asked = self.database.count("SELECT count(*) FROM skywitness.poll WHERE feed = 'refusing'")
        self.assertLess(asked, self.database.count("SELECT count(*) FROM skywitness.poll WHERE feed = 'reachable'"))
        self.assert_same_set(self.database.points(), feeds.points(), "points")
        self.stop_daemon(daemon)

    def test_recovery(self):
        fleet = Fleet("feed", int(time.time() * 1000), watched=1)
        broken = True

        def answer(path):
            return (200, {}, b"<html>maintenance</html>") if broken else (200, JSON, fleet.answer(0))
        server = FeedServer(answer)
        self.addCleanup(server.close)
        daemon = self.start_daemon(self.write_config([harness.local_feed("feed", server.url)],
                                                     [{"id": "chosen", "hexes": fleet.watch_hexes()}]))
        daemon.wait_for_log("feed feed gives no usable answer")
        broken = False
        daemon.wait_for_log("feed feed answers")
        harness.wait_until(lambda: self.database.points() == fleet.points(0), "its points")
        errors = self.database.rows("SELECT DISTINCT status, aircraft_kept, error <> '' FROM skywitness.poll"
                                    " WHERE error IS NOT NULL")
        self.assertEqual(errors, [("200", "0", "t")])
        self.stop_daemon(daemon)


class FullJournalTest(harness.Scenario):
    def test_full_journal(self):
        self.addCleanup(self.postgresql.start)
        # With the objects as they came, some 8 MB an answer; the journal takes 16.
        fleet = Fleet("feed", int(time.time() * 1000), watched=12000)
        feeds = SteppedFeeds([fleet], steps=6)
        self.addCleanup(feeds.close)
        feed = [harness.local_feed("feed", feeds.url("feed"), timeout_s=60)]
        watch = [{"id": "all", "hexes": ["*"], "keep_raw": True}]
        daemon = self.start_daemon(self.write_config(feed, watch, journal_limit_mb=16))
        harness.wait_until(lambda: feeds.confirmed["feed"] >= 1, "an answer accepted")
        self.postgresql.crash()
        daemon.wait_for_log("error: .*no feed is asked until there is room")
        requests = feeds.requests
        self.assertLess(feeds.confirmed["feed"], feeds.steps)
        time.sleep(3)
        self.assertEqual(feeds.requests, requests, "asked although the journal is full")
        self.assertEqual(len(daemon.matching("no feed is asked until there is room")), 1, daemon.log())
        size = sum(os.path.getsize(entry) for entry in (self.folder / "state").iterdir())
        # SQLite's write-ahead log and the tracker's state come on top of the entries.
        self.assertLess(size, 6 * 16 << 20, "the journal's files stay near the limit")

        # With a higher limit it goes on, although PostgreSQL is still away; and so it does from the end of that.
        self.write_config(feed, watch, journal_limit_mb=32)
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("the journal has room again")
        harness.wait_until(lambda: feeds.requests > requests, "the feed is asked again")
        daemon.wait_for_log("no feed is asked until there is room", 2)
        self.postgresql.start()
        daemon.wait_for_log("the journal has room again", 2)
        harness.wait_until(feeds.is_done, "every step served", patience_s=2 * harness.PATIENCE_S)
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.track_point")
                           >= len(feeds.points()), "every point in PostgreSQL")
        self.assert_same_set(self.database.points(), feeds.points(), "points")
        self.stop_daemon(daemon)


class UnreadableJournalTest(harness.Scenario):
    def test_moved_away(self):
        """As docs/operators.md says: a damaged journal ends the service, and without it open sightings go on."""
        fleet = Fleet("feed", int(time.time() * 1000), watched=2)
        server = FeedServer(lambda path: (200, JSON, fleet.answer(0)))
        self.addCleanup(server.close)
        path = self.write_config([harness.local_feed("feed", server.url)],
                                 [{"id": "chosen", "hexes": fleet.watch_hexes()}])
        daemon = self.start_daemon(path)
        harness.wait_until(lambda: self.database.points() == fleet.points(0), "its points")
        self.stop_daemon(daemon)
        sightings = self.database.rows("SELECT sighting_id, state FROM skywitness.sighting ORDER BY 1")
        self.assertEqual([state for _, state in sightings], ["open", "open"])

        journal = self.folder / "state/journal.sqlite"
        journal.write_bytes(b"\xff" * journal.stat().st_size)
        daemon = self.start_daemon(path)
        daemon.wait_for_log("error: .*move journal.sqlite. out of the state directory")
        harness.wait_until(lambda: not daemon.is_running(), "it ends")
        self.assertEqual(daemon.stop()[0], 65)

        aside = self.folder / "aside"
        aside.mkdir()
        for file in journal.parent.glob("journal.sqlite*"):
            file.rename(aside / file.name)
        daemon = self.start_daemon(path)
        polls = self.database.count("SELECT count(*) FROM skywitness.poll")
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.poll") > polls + 1,
                           "polls go on in PostgreSQL")
        self.stop_daemon(daemon)
        self.assertEqual(self.database.rows("SELECT sighting_id, state FROM skywitness.sighting ORDER BY 1"), sightings)
        self.assertEqual(self.database.points(), fleet.points(0))


if __name__ == "__main__":
    harness.main()
