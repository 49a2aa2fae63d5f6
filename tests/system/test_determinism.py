#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same answers give the same points, sightings and visits: live and replayed, whole, in parts, killed,
doubled, and split into answers of one aircraft each."""
import gzip
import json
import os
import subprocess
import time

import harness
from feed_server import SteppedFeeds
from flights import Fleet

SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
SAMPLE_CONFIG = harness.ROOT / "config/skywitness.json"


def read_sample():
    with gzip.open(SAMPLE, "rt") as lines:
        return [json.loads(line) for line in lines]


def milliseconds_later(time_text, milliseconds):
    """Moves an answer's time by less than the second's rest that the sample leaves free."""
    whole, fraction = time_text.rstrip("Z").split(".")
    moved = int(fraction[:3]) + milliseconds
    assert moved < 1000
    return f"{whole}.{moved:03d}Z"


class DeterminismTest(harness.Scenario):
    def write_lines(self, name, answers):
        path = self.folder / name
        path.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
        return path

    def replay_sample(self, *files):
        database = self.postgresql.new_database()
        for file in files:
            self.replay(SAMPLE_CONFIG, file, database=database)
        return database

    def assert_same(self, database, expected, polls=True):
        self.assertEqual(database.flagged_points(), expected.flagged_points())
        self.assertEqual(database.sightings(), expected.sightings())
        self.assertEqual(database.visits(), expected.visits())
        if polls:
            self.assertEqual(database.polls(), expected.polls())

    def test_recording_of_a_live_run(self):
        base_ms = int(time.time() * 1000)
        fleets = [Fleet(f"feed-{n}", base_ms, watched=40, unwatched=20, tag=n) for n in range(2)]
        for fleet in fleets[1:]:  # the same aircraft on both feeds: order matters
            fleet.watched = fleets[0].watched
        feeds = SteppedFeeds(fleets, steps=8)
        self.addCleanup(feeds.close)
        config = self.write_config([harness.local_feed(fleet.feed, feeds.url(fleet.feed)) for fleet in fleets],
                                   [{"id": "all", "hexes": fleets[0].watch_hexes()}])
        recording = self.folder / "recording.ndjson"
        daemon = self.start_daemon(config, "--record", recording)
        harness.wait_until(feeds.is_done, "every step served")
        self.stop_daemon(daemon)
        self.assert_same_set(self.database.points(), feeds.points(), "points")

        replayed = self.postgresql.new_database()
        self.replay(config, recording, database=replayed)
        self.assertEqual(len(replayed.sightings()), 40)
        self.assert_same(replayed, self.database)
        # Into the database that has it all already: nothing changes.
        self.replay(config, recording)
        self.assert_same(self.database, replayed)

    def test_sample(self):
        expected = self.replay_sample(SAMPLE)
        self.assertGreater(len(expected.sightings()), 4)
        self.assertGreater(len(expected.visits()[0]), 4)
        with self.subTest("again into an empty database"):
            self.assert_same(self.replay_sample(SAMPLE), expected)
        with self.subTest("twice into the same database"):
            self.assert_same(self.replay_sample(SAMPLE, SAMPLE), expected)
        answers = read_sample()
        with self.subTest("in two runs, cut in the middle of a flight"):
            for share in (0.33, 0.61):
                cut = int(len(answers) * share)
                self.assert_same(self.replay_sample(self.write_lines("first.ndjson", answers[:cut]),
                                                    self.write_lines("second.ndjson", answers[cut:])), expected)
        with self.subTest("killed, and then again"):
            database = self.postgresql.new_database()
            for after_s in (0.2, 0.5, 0.8):
                self.kill_replay(database, after_s)
            self.replay(SAMPLE_CONFIG, SAMPLE, database=database)
            self.assert_same(database, expected)
        with self.subTest("each answer twice"):
            doubled = [copy for answer in answers
                       for copy in (answer, {**answer, "answered": milliseconds_later(answer["answered"], 5)})]
            self.assert_same(self.replay_sample(self.write_lines("doubled.ndjson", doubled)), expected, polls=False)
        with self.subTest("each aircraft in an answer of its own"):
            single = [part for answer in answers for part in self.split(answer)]
            self.assertGreater(len(single), len(answers))
            self.assert_same(self.replay_sample(self.write_lines("single.ndjson", single)), expected, polls=False)

    def test_doubts_outlive_a_journal(self):
        """The second run knows of the first one's points what PostgreSQL keeps: GPS lost, a transponder that vouches
        for nothing, positions that were old."""
        answers = [self.doubt(answer) for answer in read_sample() if answer["asked"] < "2025-10-24T10:30"]
        expected = self.replay_sample(self.write_lines("whole.ndjson", answers))
        doubts = {doubt for row in expected.rows("SELECT DISTINCT doubts FROM skywitness.track_point")
                  for doubt in row[0].strip("{}").split(",")}
        self.assertLessEqual({"gps_lost", "sil0", "stale"}, doubts)
        for cut in ("2025-10-24T07:20", "2025-10-24T07:31"):
            parts = [[answer for answer in answers if (answer["asked"] < cut) == is_first] for is_first in (True, False)]
            self.assert_same(self.replay_sample(*(self.write_lines(f"part{number}.ndjson", part)
                                                  for number, part in enumerate(parts))), expected)

    @staticmethod
    def doubt(answer):
        """From 07:00 to 07:30 the aircraft's GPS says that it is 200 nm further south."""
        body = json.loads(answer["body"])
        for aircraft in body["ac"]:
            aircraft["sil"] = 0
            if "T07:0" <= answer["asked"][10:] < "T07:3":
                aircraft.update(gpsOkBefore=body["now"] / 1000 - 600, lat=round(aircraft["lat"] - 3.3, 6))
            if answer["asked"][14] == "4":
                aircraft["seen_pos"] = 20.5
        return {**answer, "body": json.dumps(body)}

    def kill_replay(self, database, after_s):
        process = subprocess.Popen([harness.BUILD / "skywitness", "--config", SAMPLE_CONFIG, "--db",
                                    database.uri("skywitness_writer"), "replay", SAMPLE], stderr=subprocess.DEVNULL,
                                   env={**os.environ, "TMPDIR": str(self.folder)})  # it cannot tidy up
        time.sleep(after_s)
        process.kill()
        process.wait()

    @staticmethod
    def split(answer):
        body = json.loads(answer["body"])
        if len(body["ac"]) < 2:
            return [answer]
        return [{**answer, "asked": milliseconds_later(answer["asked"] if "." in answer["asked"] else
                                                       answer["asked"].replace("Z", ".000Z"), place),
                 "answered": milliseconds_later(answer["answered"], place),
                 "body": json.dumps({**body, "ac": [aircraft], "total": 1})}
                for place, aircraft in enumerate(body["ac"])]


if __name__ == "__main__":
    harness.main()
