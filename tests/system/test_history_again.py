#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is read, fetched or derived once more. The flights are those of the bundled sample: SYNTHETIC."""
import datetime
import gzip
import json
import os
import subprocess

import archive_days
import archive_servers
import harness
import october

SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
FEED = "synthetic-sample"
AN124, IL62 = "154076", "1551df"
WATCH = [{"id": "an124", "types": ["A124"]}, {"id": "il62", "types": ["IL62"]}]
GOOD, WANTING = 0, 1
FIRST, OVER_MIDNIGHT, AFTER = 1761264000, 1761436800, 1761609600  # 24, 26 and 28 October


def day_text(begins, separator="-"):
    return datetime.datetime.fromtimestamp(begins, datetime.timezone.utc).strftime(separator.join(("%Y", "%m", "%d")))


class AgainTest(harness.Scenario):
    @classmethod
    def setUpClass(cls):
        with gzip.open(SAMPLE, "rt") as lines:
            cls.files = archive_days.traces(lines)
        # And airliners that are heard in every hour.
        days = [datetime.date(2025, 10, day) for day in range(24, 29)]
        others = [(address, at, aircraft) for day in days for address, points in october.others(day)
                  for at, aircraft in points]
        cls.files.update(archive_days.pack(archive_days.by_day(others)))

    def config(self, watch=tuple(WATCH), **others):
        history = [{"id": "adsb.lol", "kind": "adsb.lol-releases", "feed": FEED, "local": True,
                    "max_requests_per_s": 100, "index": self.server.url("/index")}] if hasattr(self, "server") else []
        return self.write_config([harness.local_feed(FEED, "http://127.0.0.1:9", enabled=False)], list(watch),
                                 airframes=[str(harness.ROOT / "config/airframes.json")], history=history, **others)

    def tool(self, config, *words, status=GOOD, stdin=None, user="skywitness_writer"):
        done = subprocess.run([harness.BUILD / "skywitness", "--config", config, "--db", self.database.uri(user),
                               *map(str, words)], input=stdin, capture_output=True, timeout=harness.PATIENCE_S * 2)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def tar(self, *days, chosen=lambda address: True):
        return archive_days.tar([(key, body) for key, body in self.files.items()
                                 if key[0] in days and chosen(key[1])])

    def loose(self, day, address):
        path = self.folder / f"trace_full_{address}.json"
        path.write_bytes(self.files[day, address])
        return path

    def read(self, config, *paths, status=GOOD, stdin=None):
        return self.tool(config, "backfill", "traces", "--feed", FEED, *paths, status=status, stdin=stdin)[1]

    def derive(self, config, *options, status=GOOD):
        return self.tool(config, "derive", "--since", "2025-10-23", "--until", "2025-10-31", "--format", "csv", *options,
                         status=status)

    def pending(self):
        return [icao24 for icao24, in self.database.rows("SELECT icao24 FROM skywitness_store.history_pending ORDER BY 1")]

    def test_what_is_watched_since_is_known_to_have_points(self):
        """Read again for it: by that, live answers for its days are derived with them, and it is no control."""
        kept = "SELECT DISTINCT icao24 FROM skywitness_store.history_file WHERE kept > 0 ORDER BY 1"
        self.read(self.config(WATCH[1:]), "-", stdin=self.tar(OVER_MIDNIGHT))
        self.assertEqual(self.database.rows(kept), [(IL62,)])
        config = self.config()
        self.read(config, "--again", "-", stdin=self.tar(OVER_MIDNIGHT))
        self.assertEqual(self.database.rows(kept), [(AN124,), (IL62,)])
        # With a narrower list again, what was kept stays known.
        self.read(self.config(WATCH[1:]), "--again", "-", stdin=self.tar(OVER_MIDNIGHT))
        self.assertEqual(self.database.rows(kept), [(AN124,), (IL62,)])

    def test_a_dropped_day_is_fetched_again(self):
        self.server = archive_servers.FaultServer()
        self.addCleanup(self.server.close)
        tag = f"v{day_text(FIRST, '.')}-planes-readsb-prod-0"
        self.server.files[f"/{tag}/{tag}.tar"] = self.tar(FIRST)
        self.server.files["/index"] = self.server.url(f"/{tag}/{tag}.tar").encode()
        fetch = ("backfill", "adsb.lol", "--from", day_text(FIRST), "--to", day_text(FIRST))
        config = self.config()
        self.tool(config, *fetch)
        points = self.database.flagged_points()
        self.assertGreater(len(points), 100)
        self.assertIn("0 days to fetch, 1 read before", self.tool(config, *fetch)[1])
        kept_days = (datetime.datetime.now(datetime.timezone.utc).date() - datetime.date(2025, 10, 25)).days
        self.tool(config, "db", "retain", "--days", kept_days, user=os.environ["PGUSER"])
        self.database.rows("DELETE FROM skywitness_store.track_point_evidence")
        self.assertEqual(self.database.flagged_points(), [])
        self.assertIn("1 days to fetch, 0 read before", self.tool(config, *fetch)[1])
        self.assertEqual(self.database.flagged_points(), points)

    def test_a_loose_trace_is_no_sign_of_others(self):
        """A flight in the air at midnight goes on until somebody looked for it on a later day."""
        other = min(address for day, address in self.files if day == AFTER and address.startswith("77"))
        state = f"SELECT state FROM skywitness.sighting WHERE icao24 = '{AN124}' ORDER BY last_seen DESC LIMIT 1"
        config = self.config()
        self.read(config, self.loose(OVER_MIDNIGHT, AN124))
        self.assertEqual(self.database.value(state), "open")
        self.read(config, self.loose(AFTER, other))
        self.derive(config)
        self.assertEqual(self.database.value(state), "open")
        # Nor is a whole day that was read for others: of whom nobody watched nothing is kept.
        day = self.tar(AFTER, chosen=lambda address: address.startswith("77"))
        self.read(self.config(WATCH[1:], name="others.json"), "--whole-day", "-", stdin=day)
        self.derive(config)
        self.assertEqual(self.database.value(state), "open")
        self.read(config, "--whole-day", "-", stdin=day)
        self.assertEqual(self.database.value(state), "lost_high")

    def test_what_cannot_be_derived_is_told_and_left(self):
        """The others are derived and said, and it is tried again later, by itself or when asked."""
        config = self.config()
        self.database.rows(f"""
            CREATE FUNCTION skywitness_store.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE EXCEPTION 'not this one'; END$$;
            CREATE TRIGGER refuse BEFORE INSERT ON skywitness_store.sighting FOR EACH ROW
                WHEN (NEW.icao24 = '{AN124}') EXECUTE FUNCTION skywitness_store.refuse()""")
        talk = self.read(config, "-", stdin=self.tar(OVER_MIDNIGHT), status=WANTING)
        self.assertRegex(talk, f"{AN124} cannot be derived: .*not this one")
        self.assertIn("derived 1 aircraft", talk)
        self.assertEqual(self.pending(), [AN124])
        later = "SELECT failures, not_before > now() FROM skywitness_store.history_pending"
        self.assertEqual(self.database.rows(later), [("1", "t")])
        # A backfill that has nothing to do with it does not fail for it.
        self.assertIn("derived 0 aircraft", self.read(config, self.loose(OVER_MIDNIGHT, IL62)))
        self.tool(config, "derive", "--pending", status=WANTING)
        self.assertEqual(self.database.rows(later), [("2", "t")])
        self.database.rows("DELETE FROM skywitness_store.visit; DELETE FROM skywitness_store.sighting")
        table, talk = self.derive(config, status=WANTING)
        self.assertRegex(talk, f"{AN124} cannot be derived: .*not this one")
        self.assertRegex(talk, "1 aircraft: [1-9]")
        self.assertEqual({line.split(",")[0] for line in table.splitlines()[1:]}, {IL62})
        self.database.rows("DROP TRIGGER refuse ON skywitness_store.sighting")
        self.tool(config, "derive", "--pending")
        self.assertEqual(self.pending(), [])


    def test_a_long_flight_is_one_whatever_it_takes_to_read(self):
        """Points are read in pieces of 20,000; a SYNTHETIC cruise along a parallel, a point a second."""
        count = 20001
        self.database.rows(f"""
            SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-26');
            INSERT INTO skywitness_store.track_point (icao24, feed, observed_at, received_at, latitude, longitude,
                altitude_baro_ft, ground_speed_kt, track_deg, on_ground, flags, emitter, position_source)
            SELECT '{AN124}', '{FEED}', t, t, 40, n * 0.0026, 33000, 430, 90, false, 0, 0, 1
            FROM generate_series(1, {count}) AS n, LATERAL (SELECT '2025-10-26Z'::timestamptz + n * interval '1 s') AS x (t)
            """)
        self.derive(self.config())
        self.assertEqual(self.database.rows("SELECT point_count, first_seen, last_seen FROM skywitness.sighting"),
                         [(str(count), "2025-10-26 00:00:01+00", "2025-10-26 05:33:21+00")])

    # --- whom somebody looked for -----------------------------------------------------------------

    def publish(self):
        """A release a day, from the 24th to the 27th."""
        self.server = archive_servers.FaultServer()
        self.addCleanup(self.server.close)
        lines = []
        for day in range(FIRST, AFTER, 86400):
            tag = f"v{day_text(day, '.')}-planes-readsb-prod-0"
            self.server.files[f"/{tag}/{tag}.tar"] = self.tar(day)
            lines.append(self.server.url(f"/{tag}/{tag}.tar"))
        self.server.files["/index"] = "\n".join(lines).encode()

    def claim(self, config, name, **aircraft):
        """That such an aircraft came to Hmeimim on 26 October."""
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({
            "reports": [{"id": f"report-{name}", "publisher": "Nobody", "published": "2025-10-30", "url": "https://example.org/"}],
            "claims": [{"id": name, "statement": "SYNTHETIC", "reports": [f"report-{name}"], "clauses": [
                {"id": "came", "kind": "arrivals", "aircraft": aircraft, "place": "OSLK", "verb": "arrived",
                 "window": {"from": "2025-10-26", "to": "2025-10-26"}, "count": {"min": 1}}]}]}))
        self.tool(config, "claims", "import", path)
        self.tool(config, "claims", "assess", name)

    def verdicts(self):
        return dict(self.database.rows("SELECT claim_id, verdict FROM skywitness.claim_status"))

    def test_nobody_looked_for_whom_nobody_watched(self):
        """A claim that comes later, about others: unverifiable, until the days are read for them too; by itself."""
        self.publish()
        config = self.config()
        fetch = ("backfill", "adsb.lol", "--from", "2025-10-24", "--to", "2025-10-27")
        self.claim(config, "an124", types=["A124"])
        self.tool(config, *fetch)
        self.claim(config, "t154", types=["T154"], registrations=["RA-*"])
        self.claim(config, "il62", types=["IL62"], registrations=["RA-*", "RF-*"])
        self.claim(config, "airframe", hexes=["154070"])  # an A124 by the list of airframes
        self.assertEqual(self.verdicts()["il62"], "corroborated")
        self.assertEqual(self.verdicts()["t154"], "unverifiable")
        self.assertNotEqual(self.verdicts()["airframe"], "unverifiable")
        shown = self.tool(config, "claims", "show", "t154")[0]
        self.assertIn("others were watched, but not these aircraft", shown)
        # A list that holds no more than what was held reads nothing again; that of the claim does.
        self.assertIn("0 days to fetch, 4 read before", self.tool(config, "backfill", "adsb.lol", "--claim", "il62")[1])
        talk = self.tool(config, "backfill", "adsb.lol", "--claim", "t154")[1]
        self.assertIn("4 days to fetch, 0 read before", talk)
        self.assertIn("(0 known", talk)
        self.assertIn("claim t154: assessed anew", talk)
        self.assertEqual(self.verdicts()["t154"], "not_observed")
        self.assertIn("0 days to fetch, 4 read before", self.tool(config, "backfill", "adsb.lol", "--claim", "t154")[1])
        # What was read for more is enough for less.
        self.assertIn("0 days to fetch, 4 read before", self.tool(config, *fetch)[1])
        self.assertEqual(self.database.value("SELECT watched FROM skywitness.history_day WHERE day = '2025-10-26'"),
                         '{types=A124,types=IL62,"types=T154 registrations=RA-*"}')

    def test_an_interrupted_day_is_read_on_for_more(self):
        """Half of it was read for fewer: these files are read again, and the day counts for all of them."""
        self.claim(self.config(), "an124", types=["A124"])
        fewer, more = self.config(WATCH[1:], name="fewer.json"), self.config()
        self.read(fewer, self.loose(OVER_MIDNIGHT, AN124))
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.track_point"), 0)
        talk = self.read(more, "-", stdin=self.tar(OVER_MIDNIGHT))
        self.assertIn("(0 known", talk)
        self.assertGreater(self.database.count("SELECT count(*) FROM skywitness.track_point"), 0)
        self.assertIn(f"({len([1 for day, _ in self.files if day == OVER_MIDNIGHT])} known",
                      self.read(fewer, "-", stdin=self.tar(OVER_MIDNIGHT)))

    def test_live_answers_are_for_whom_is_watched(self):
        """The list in force counts, not that of today."""
        self.publish()
        self.database.rows("INSERT INTO skywitness_store.coverage_hour (place, hour, state, polls_due, polls_ok, others_low)"
                           " SELECT 'OSLK', h, 'covered_not_seen', 12, 12, 3 FROM"
                           " generate_series('2025-10-25Z'::timestamptz, '2025-10-28Z', '1 hour') AS h")
        config = self.config()
        self.claim(config, "an124", types=["A124"])
        self.claim(config, "t154", types=["T154"])
        self.assertEqual(self.verdicts(), {"an124": "not_observed", "t154": "unverifiable"})
        in_force = "SELECT entries FROM skywitness_store.watch_in_force JOIN skywitness_store.watch_held USING (watch_id)"
        more = self.config([*WATCH, {"id": "t154", "types": ["T154"]}], name="more.json")
        for path, lists in ((config, ["{types=A124,types=IL62}"]),
                            (more, ["{types=A124,types=IL62}", "{types=A124,types=IL62,types=T154}"])):
            daemon = self.start_daemon(path)
            harness.wait_until(lambda: [one for one, in self.database.rows(in_force + " ORDER BY since")] == lists,
                               "the list in force")
            self.stop_daemon(daemon)
        self.tool(more, "claims", "assess", "t154")
        self.assertEqual(self.verdicts()["t154"], "unverifiable")
        # Archives of these hours were read for it too, and know what the live answers knew.
        self.tool(more, "backfill", "adsb.lol", "--claim", "t154")
        self.assertEqual(self.verdicts()["t154"], "not_observed")


if __name__ == "__main__":
    harness.main()
