#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PostgreSQL crashes and stays away under load, is started after the daemon, and is away while the daemon is
killed: nothing that was accepted is lost or stored twice, and the sightings come out as without all that."""
import os
import signal
import shutil
import time

import harness
from feed_server import SteppedFeeds
from flights import Fleet

AWAY_S = 60 if harness.SLOW else 12
FEEDS = 2
WATCHED, UNWATCHED = 150, 50


class DatabaseAwayTest(harness.Scenario):
    def setUp(self):
        super().setUp()
        base_ms = int(time.time() * 1000)
        self.fleets = [Fleet(f"feed-{n}", base_ms, WATCHED, UNWATCHED, first_number=n * 200, tag=n)
                       for n in range(FEEDS)]
        self.addCleanup(self.postgresql.start)  # whatever happened, the next test finds it running

    def serve(self, steps):
        feeds = SteppedFeeds(self.fleets, steps)
        self.addCleanup(feeds.close)
        return feeds

    def start(self, feeds):
        feeds.next_generation()
        listed = [harness.local_feed(fleet.feed, feeds.url(fleet.feed)) for fleet in self.fleets]
        hexes = [hex_ for fleet in self.fleets for hex_ in fleet.watch_hexes()]
        return self.start_daemon(self.write_config(listed, [{"id": "all", "hexes": hexes}]))

    def wait_for_steps(self, feeds, count):
        harness.wait_until(lambda: min(feeds.confirmed.values()) >= count, f"{count} steps accepted")

    def wait_for_points(self, feeds):
        harness.wait_until(
            lambda: self.database.count("SELECT count(*) FROM skywitness.track_point") >= len(feeds.points()),
            "every point in PostgreSQL", step_s=0.3)

    def check(self, feeds):
        self.assert_same_set(self.database.points(), feeds.points(), "points")
        polls = self.database.rows("SELECT feed, count(*), count(error), sum(aircraft_kept) FROM skywitness.poll"
                                   " WHERE points > 0 GROUP BY 1 ORDER BY 1")
        self.assertEqual(polls, [(fleet.feed, str(feeds.steps), "0", str(feeds.steps * WATCHED))
                                 for fleet in self.fleets])
        sightings = self.database.rows("SELECT icao24, point_count, state FROM skywitness.sighting")
        self.assertEqual(sorted(sightings), sorted(
            (hex_, str(feeds.steps), "open") for fleet in self.fleets for hex_ in fleet.watch_hexes()))

    def test_crash_under_load(self):
        feeds = self.serve(AWAY_S + 6)
        daemon = self.start(feeds)
        self.wait_for_steps(feeds, 3)
        self.postgresql.crash()
        away_from = min(feeds.confirmed.values())
        time.sleep(AWAY_S)
        # Polling went on all the while; the journal took it.
        self.assertGreater(min(feeds.confirmed.values()), away_from + 1)
        self.assertEqual(len(daemon.matching("PostgreSQL is away")), 1, daemon.log())
        self.postgresql.start()
        harness.wait_until(feeds.is_done, "every step served", patience_s=AWAY_S + harness.PATIENCE_S)
        self.wait_for_points(feeds)
        self.assertEqual(len(daemon.matching("PostgreSQL is connected")), 2, daemon.log())
        self.stop_daemon(daemon)
        self.check(feeds)

    def test_crashes_in_a_row(self):
        feeds = self.serve(12)
        daemon = self.start(feeds)
        for step in (2, 4, 6, 8):
            self.wait_for_steps(feeds, step)
            self.postgresql.crash()
            self.postgresql.start()
        harness.wait_until(feeds.is_done, "every step served")
        self.wait_for_points(feeds)
        self.stop_daemon(daemon)
        self.check(feeds)

    def test_started_after_the_daemon(self):
        feeds = self.serve(6)
        self.postgresql.crash()
        daemon = self.start(feeds)
        self.wait_for_steps(feeds, 3)
        daemon.wait_for_log("PostgreSQL is away")
        self.postgresql.start()
        harness.wait_until(feeds.is_done, "every step served")
        self.wait_for_points(feeds)
        self.stop_daemon(daemon)
        self.check(feeds)

    def test_daemon_killed_while_away(self):
        feeds = self.serve(10)
        daemon = self.start(feeds)
        self.wait_for_steps(feeds, 2)
        self.postgresql.crash()
        for step in (4, 6):
            self.wait_for_steps(feeds, step)
            daemon.kill()
            daemon = self.start(feeds)
        self.wait_for_steps(feeds, 8)
        # Nor does an orderly end without PostgreSQL lose anything, and it does not wait for ever.
        status, took_s = daemon.stop()
        self.assertEqual(status, 0, daemon.log())
        self.assertLess(took_s, 10 + harness.START_S)
        self.postgresql.start()
        daemon = self.start(feeds)
        harness.wait_until(feeds.is_done, "every step served")
        self.wait_for_points(feeds)
        self.stop_daemon(daemon)
        self.check(feeds)


    def test_stop_while_it_hangs(self):
        """The server's processes are stopped, and so answer nothing and refuse nothing."""
        feeds = self.serve(30)
        daemon = self.start(feeds)
        self.wait_for_steps(feeds, 2)
        pids = [int(pid) for pid, in self.database.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'skywitness_writer'")]
        self.assertGreater(len(pids), 2)  # the writer, the leases, the events that wait
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(3)  # longer than what waits for the daemon is asked for
            self.assertTrue(daemon.is_running())
            status, took_s = daemon.stop()
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        self.assertEqual(status, 0, daemon.log())
        self.assertLess(took_s, 10 + harness.START_S)
        self.assertFalse(daemon.matching("did not end"), daemon.log())  # it needed no force


    def test_one_of_the_two_is_older(self):
        """A dump from before is restored, as docs/operators.md says: what the journal still holds is sent, and all that
        comes from then on. The other way round nothing is sent, and it is said why."""
        feeds = self.serve(7)
        state, copy = self.folder / "state", self.folder / "copy"
        for step in (1, 3):
            daemon = self.start(feeds)
            self.wait_for_steps(feeds, step)
            self.stop_daemon(daemon)  # what was stored by then the journal may let go of
            if not copy.exists():
                shutil.copytree(state, copy, ignore=shutil.ignore_patterns("*.socket", "*.sock"))
        self.database.rows("TRUNCATE skywitness_store.track_point, skywitness_store.raw_observation;"
                           " DELETE FROM skywitness_store.journal_cursor")
        daemon = self.start(feeds)
        harness.wait_until(feeds.is_done, "every step served")
        last = {point for fleet in self.fleets for point in fleet.points(feeds.steps - 1)}
        harness.wait_until(lambda: last <= self.database.points(), "the last step's points")
        self.assertLess(len(self.database.points()), len(feeds.points()))
        self.assertEqual(len(daemon.matching("is not at")), 0, daemon.log())
        self.stop_daemon(daemon)

        shutil.rmtree(state)
        copy.rename(state)
        polls = self.database.count("SELECT count(*) FROM skywitness.poll")
        daemon = self.start(feeds)
        daemon.wait_for_log("PostgreSQL cannot be used: .*an older copy of journal.sqlite was put back")
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.poll"), polls)
        daemon.kill()


if __name__ == "__main__":
    harness.main()
