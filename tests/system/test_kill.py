#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The daemon is killed twenty times while feeds of known content are served: afterwards PostgreSQL holds each
point that was served, none twice, and the sightings of a run that nobody disturbed."""
import hashlib
import random
import time

import harness
from feed_server import SteppedFeeds
from flights import Fleet

KILLS = 20
STEPS = 25
FEEDS = 3
WATCHED, UNWATCHED = 60, 40


class KillTest(harness.Scenario):
    def make_fleets(self):
        base_ms = int(time.time() * 1000)
        # Aircraft of their own for each feed: which of two feeds is heard first depends on the poll, and an
        # undisturbed run is compared with.
        return [Fleet(f"feed-{n}", base_ms, WATCHED, UNWATCHED, first_number=n * 150, tag=n)
                for n in range(FEEDS)]

    def write(self, feeds, fleets, database, state):
        # One address a feed: they are asked side by side, as different hosts are.
        listed = [harness.local_feed(fleet.feed, feeds.url(fleet.feed)) for fleet in fleets]
        hexes = [hex_ for fleet in fleets for hex_ in fleet.watch_hexes()]
        return self.write_config(listed, [{"id": "all", "hexes": hexes, "keep_raw": True}],
                                 database=database, state=state)

    def run_undisturbed(self, fleets):
        database = self.postgresql.new_database()
        feeds = SteppedFeeds(fleets, STEPS)
        self.addCleanup(feeds.close)
        daemon = self.start_daemon(self.write(feeds, fleets, database, "undisturbed"))
        harness.wait_until(feeds.is_done, "every step served to the undisturbed daemon",
                           patience_s=3 * STEPS + harness.PATIENCE_S)
        self.stop_daemon(daemon)
        return database

    def kill_at_random(self, feeds, fleets, dice):
        """One life of the daemon, of random length: some die while they start, some in the middle of work."""
        feeds.next_generation()
        asked_before = feeds.requests
        daemon = self.start_daemon(self.write(feeds, fleets, self.database, "killed"))
        if dice.random() < 0.8:
            harness.wait_until(lambda: feeds.requests > asked_before, "a first request", step_s=0.005)
            time.sleep(dice.uniform(0, 0.15) if dice.random() < 0.5 else dice.uniform(0, 2.2))
        else:
            time.sleep(dice.uniform(0, 0.3))
        self.assertTrue(daemon.is_running(), daemon.log())
        daemon.kill()

    def test_killed_twenty_times(self):
        seed = random.randrange(1 << 32)
        print(f"random seed {seed}")
        dice = random.Random(seed)
        fleets = self.make_fleets()
        feeds = SteppedFeeds(fleets, STEPS)
        self.addCleanup(feeds.close)
        for _ in range(KILLS):
            self.kill_at_random(feeds, fleets, dice)
        done_by_killed = sum(feeds.confirmed.values())
        feeds.next_generation()
        last = self.start_daemon(self.write(feeds, fleets, self.database, "killed"))
        harness.wait_until(feeds.is_done, "every step served", patience_s=3 * STEPS + harness.PATIENCE_S)
        self.stop_daemon(last)
        print(f"{done_by_killed} of {FEEDS * STEPS} answers were accepted by daemons that were killed")

        self.assertEqual(self.database.count(
            "SELECT count(*) FROM skywitness.poll WHERE error IS NOT NULL"), 0, "answers were refused")
        self.assert_same_set(self.database.points(), feeds.points(), "points")
        bodies = {hashlib.sha256(fleet.answer(step)).hexdigest() for fleet in fleets for step in range(STEPS)}
        ledger = self.database.rows("SELECT DISTINCT encode(body_sha256, 'hex') FROM skywitness.poll")
        self.assertEqual({row[0] for row in ledger}, bodies)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.raw_observation"),
                         len(feeds.points()), "raw observations")

        undisturbed = self.run_undisturbed(fleets)
        self.assert_same_set(undisturbed.points(), feeds.points(), "points of the undisturbed run")
        self.assertEqual(self.database.flagged_points(), undisturbed.flagged_points())
        sightings = self.database.sightings()
        self.assertEqual(len(sightings), FEEDS * WATCHED)
        self.assertEqual(sightings, undisturbed.sightings())
        self.assertEqual(self.database.visits(), undisturbed.visits())


if __name__ == "__main__":
    harness.main()
