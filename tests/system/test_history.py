#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives in, everything derived again. The flights are those of the bundled sample: SYNTHETIC."""
import gzip
import json
import random
import re
import subprocess
import time

import archive_days
import harness

SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
CONFIG = harness.ROOT / "config/skywitness.json"
FEED = "synthetic-sample"
PART = 20480
GOOD, WANTING = 0, 1


class HistoryTest(harness.Scenario):
    @classmethod
    def setUpClass(cls):
        with gzip.open(SAMPLE, "rt") as lines:
            cls.files = archive_days.traces(lines)
        order = list(cls.files.items())
        random.Random(6).shuffle(order)
        cls.days = {}
        for (day, address), body in order:
            cls.days.setdefault(day, []).append(((day, address), body))

    def tool(self, database, *words, status=GOOD, stdin=b"", program=harness.BUILD / "skywitness"):
        done = subprocess.run([program, "--config", CONFIG, "--db",
                               database.uri("skywitness_writer"), *map(str, words)], input=stdin, capture_output=True,
                              timeout=harness.PATIENCE_S * 2)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def backfill(self, database, *paths, status=GOOD, stdin=b""):
        return self.tool(database, "backfill", "traces", "--feed", FEED, *paths, status=status, stdin=stdin)[1]

    def half_of_the_answers(self):
        """Every other answer of the sample, so that a flight's first point is often missing."""
        path = self.folder / "half.ndjson.gz"
        with gzip.open(SAMPLE, "rb") as lines, gzip.open(path, "wb", 1) as half:
            half.writelines(line for number, line in enumerate(lines) if number // 7 % 2 == 0)
        return path

    def start_backfill(self, database, *paths):
        return subprocess.Popen([harness.BUILD / "skywitness", "--config", CONFIG, "--db",
                                 database.uri("skywitness_writer"), "backfill", "traces", "--feed", FEED, *paths],
                                stderr=subprocess.DEVNULL)

    def versions(self, database):
        """Each row of what was derived with the transaction that wrote it."""
        return [database.rows(f"SELECT xmin, ctid, * FROM skywitness_store.{name} ORDER BY 3, 4, 5")
                for name in ("visit", "visit_history", "sighting")]

    def sightings(self, database):
        """What is believed of flights, without their ids, by the second."""
        first, last = (f"date_trunc('second', {end} + interval '0.5 s')" for end in ("first_seen", "last_seen"))
        return database.rows(f"SELECT icao24, registration, callsigns, {first}, {last}, origin, destination, point_count,"
                             " state FROM skywitness.sighting WHERE state <> 'superseded' ORDER BY icao24, first_seen")

    def pending(self, database):
        return database.count("SELECT count(*) FROM skywitness_store.history_pending")

    def derive(self, database, *options):
        return self.tool(database, "derive", "--since", "2025-10-23", "--until", "2025-10-31", *options,
                         "--format", "csv")[0]

    def write_tars(self):
        """One tar a day, the first of them split."""
        paths = []
        for index, (day, files) in enumerate(sorted(self.days.items())):
            body = archive_days.tar(files)
            if index > 0:
                path = self.folder / f"{archive_days.release(day)}.tar"
                path.write_bytes(body)
                paths.append(path)
                continue
            for number in range(0, len(body), PART):
                path = self.folder / f"{archive_days.release(day)}.tar.a{chr(97 + number // PART)}"
                path.write_bytes(body[number:number + PART])
                paths.append(path)
        self.assertGreater(len(list(self.folder.glob("*.tar.a?"))), 1)
        return paths

    def visits(self, database, exact=True):
        """What is believed. The archive rounds times, so that ids and brackets may differ by that."""
        precision = "" if exact else "date_trunc('minute', "
        end = "" if exact else " + interval '5 seconds')"
        times = ", ".join(f"{precision}{column}{end}" for column in
                          ("arrived_after", "arrived_before", "departed_after", "departed_before"))
        return database.rows(f"SELECT icao24, place, grade, state, verb, callsign_in, callsign_out, {times},"
                             " arrival_seen, departure_seen FROM skywitness.visit WHERE state <> 'superseded'"
                             " ORDER BY icao24, coalesce(arrived_before, departed_before), place")

    def table(self, database, name):
        return database.rows(f"SELECT * FROM skywitness_store.{name} ORDER BY 1, 2, 3")

    def essence(self, database):
        return [(row[:7], row[-2:]) for row in self.visits(database)]

    def test_deriving_live_points_again_changes_nothing(self):
        self.replay(CONFIG, SAMPLE)
        before = [self.table(self.database, name) for name in ("visit", "visit_history", "sighting")]
        self.assertGreater(len(before[0]), 4)
        self.assertEqual(self.derive(self.database, "--dry-run").count("\n"), 1)
        self.derive(self.database)
        self.assertEqual([self.table(self.database, name) for name in ("visit", "visit_history", "sighting")], before)

    def test_archive_live_and_both(self):
        paths = self.write_tars()
        live, archive, live_first, archive_first, at_once = (self.postgresql.new_database() for _ in range(5))
        self.replay(CONFIG, SAMPLE, database=live)
        expected, sightings = self.essence(live), self.sightings(live)
        self.assertGreater(len(expected), 4)

        self.backfill(archive, *paths[::-1])
        self.assertEqual(self.essence(archive), expected)
        self.assertEqual(self.sightings(archive), sightings)
        self.assertEqual(archive.count("SELECT count(*) FROM skywitness.history_day WHERE whole_at IS NOT NULL"), 6)

        self.replay(CONFIG, SAMPLE, database=live_first)
        points = live_first.count("SELECT count(*) FROM skywitness.track_point")
        talk = self.backfill(live_first, *paths)
        self.assertIn("stored 0", talk)
        self.assertEqual(live_first.count("SELECT count(*) FROM skywitness.track_point"), points)
        self.assertEqual(self.essence(live_first), expected)
        self.assertIn(": 0 changes", talk)
        self.assertEqual(self.sightings(live_first), sightings)

        self.backfill(archive_first, *paths)
        self.assertEqual(self.pending(archive_first), 0)
        self.replay(CONFIG, SAMPLE, database=archive_first)
        self.assertGreater(self.pending(archive_first), 0)
        self.tool(archive_first, "derive", "--pending")

        loading = self.start_backfill(at_once, *paths)
        self.replay(CONFIG, SAMPLE, database=at_once)
        self.assertEqual(loading.wait(harness.PATIENCE_S), GOOD)
        self.tool(at_once, "derive", "--pending")
        for database in (archive_first, at_once):
            self.assertEqual(self.pending(database), 0)
            self.assertEqual(self.essence(database), expected)
            self.assertEqual(self.sightings(database), sightings)
        for form in ("geojson", "readsb"):
            exported = [self.exported(database, form) for database in (live_first, archive_first, at_once)]
            self.assertEqual(exported, exported[:1] * 3)

    def exported(self, database, form):
        """The tracks as a map has them, without the ids, which depend on what was known first; and without squawk and
        accuracy, which an archive says with every fourth point only: of two points with one time the first stays."""
        text = self.tool(database, "sightings", "--format", form)[0]
        self.assertGreater(len(text), 10000)
        text = re.sub(r'\{"type":"adsb_icao"[^}]*\}', "null", text)
        return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)

    def test_the_daemon_derives_what_is_pending(self):
        """Live answers for days that had been read; and what a killed backfill left, coverage too."""
        self.import_claims()
        self.backfill(self.database, *self.write_tars())
        expected = self.essence(self.database)
        self.replay(CONFIG, SAMPLE)
        self.database.rows("DELETE FROM skywitness_store.coverage_hour; DELETE FROM skywitness_store.poll")
        self.assertGreater(self.pending(self.database), 0)
        silent = harness.local_feed("silent", f"http://127.0.0.1:{harness.free_port()}", interval_s=3600)
        config = self.write_config([silent], [{"id": "an124", "types": ["A124"]}, {"id": "il62", "types": ["IL62"]}],
                                   airframes=[str(harness.ROOT / "config/airframes.json")])
        daemon = self.start_daemon(config)
        harness.wait_until(lambda: self.pending(self.database) == 0, "nothing is pending")
        harness.wait_until(lambda: self.hours() == 6 * 24, "hours of coverage")
        self.assertEqual(self.essence(self.database), expected)
        self.stop_daemon(daemon)

    def test_a_place_counts_where_it_was_listened_at(self):
        """Claims that are imported later find nothing in what was read without them; read again, it is there."""
        *others, first = self.write_tars()[-3:]
        self.backfill(self.database, first)
        self.import_claims()
        for paths in ([first], others):
            self.backfill(self.database, *paths)
        self.assertEqual(self.hours(), 2 * 24)
        self.backfill(self.database, "--again", first)
        self.assertEqual(self.hours(), 3 * 24)

    def hours(self):
        return self.database.count("SELECT count(*) FROM skywitness.coverage_hour WHERE place = 'OSLK'"
                                   f" AND source = '{FEED}'")

    def import_claims(self):
        self.tool(self.database, "claims", "import", *sorted((harness.ROOT / "config/reports").glob("*.json")),
                  *sorted((harness.ROOT / "config/claims").glob("*.json")))

    def test_a_flight_keeps_its_id_when_an_earlier_point_turns_up(self):
        self.replay(CONFIG, self.half_of_the_answers())
        believed = ("SELECT {0}_id FROM skywitness.{0} WHERE state <> 'superseded' AND icao24 = '154076'")
        before = {table: set(self.database.rows(believed.format(table))) for table in ("visit", "sighting")}
        self.assertGreater(len(before["visit"]), 3)
        opened = self.database.rows("SELECT sighting_id, first_seen FROM skywitness.sighting")
        self.backfill(self.database, *self.write_tars())
        whole = self.postgresql.new_database()
        self.backfill(whole, *self.write_tars())
        self.assertEqual(self.essence(self.database), self.essence(whole))
        self.assertNotEqual(opened, self.database.rows("SELECT sighting_id, first_seen FROM skywitness.sighting"))
        for table, ids in before.items():
            self.assertEqual(ids, set(self.database.rows(believed.format(table))))
        told = self.database.rows("SELECT event->'aircraft'->>'icao24', type FROM skywitness.pending_event"
                                  " JOIN skywitness_store.pending_event USING (event_id)")
        self.assertNotIn("visit.retracted", {kind for icao24, kind in told if icao24 == "154076"})
        self.assertIn("visit.upgraded", {kind for _, kind in told})

    def test_a_stay_keeps_its_id_when_its_arrival_turns_up(self):
        """First only the day on which it left."""
        first, second = ([(key, body) for key, body in self.files.items() if key[1] == "154076" and key[0] in days]
                         for days in ((1761436800, 1761523200), (1761696000,)))
        self.backfill(self.database, "-", stdin=archive_days.tar(second))
        stays = "SELECT visit_id FROM skywitness.visit WHERE place = 'UUMU' AND departed_before::date = '2025-10-29'"
        before = self.database.rows(stays)
        self.backfill(self.database, "-", stdin=archive_days.tar(first))
        self.assertEqual(len(before), 1)
        self.assertEqual(self.database.rows(stays), before)
        self.assertEqual(self.database.rows(f"{stays} AND arrived_before::date = '2025-10-27'"), before)

    def test_one_flight_over_midnight_is_one_sighting(self):
        names = [key for key in self.files if key[1] == "154076"]
        first, second = sorted(key for key in names if key[0] in (1761436800, 1761523200))
        flights = []
        for runs in ([[first, second]], [[second, first]], [[first], [second]], [[second], [first]]):
            database = self.postgresql.new_database()
            for files in runs:
                self.backfill(database, "-", stdin=archive_days.tar([(key, self.files[key]) for key in files]))
            flights.append(database.rows(
                "SELECT first_seen, last_seen, point_count, state, ST_AsEWKT(path, 9) FROM skywitness.sighting"
                " WHERE state <> 'superseded' AND first_seen < '2025-10-27Z' AND last_seen > '2025-10-27Z'"))
        self.assertEqual(len(flights[0]), 1)
        self.assertEqual(flights, flights[:1] * 4)

    def test_what_comes_out_as_it_stands_is_left_alone(self):
        days = sorted(self.days)
        self.backfill(self.database, *(path for path in self.write_tars()[:5]))
        before = self.versions(self.database)
        self.assertGreater(len(before[0]), 3)
        # Another day, with others only; and derived on demand.
        others = [(key, body) for key, body in self.days[days[5]] if key[1].startswith("77")]
        self.backfill(self.database, "-", stdin=archive_days.tar(others))
        unfinished = self.versions(self.database)
        self.assertEqual(self.derive(self.database).count("\n"), 1)
        self.assertEqual(self.versions(self.database), unfinished)
        # The day's end may have ended what was in the air; nothing else moved.
        changed = {row[2] for row in before[0]} - {row[2] for row in unfinished[0] if row in before[0]}
        open_before = {row[2] for row in before[0] if "provisional" in row}
        self.assertLessEqual(changed, open_before)

    def test_again_in_other_orders_and_forms(self):
        self.backfill(self.database, *self.write_tars())
        tables = ("visit", "visit_history", "sighting", "history_file", "history_identity", "track_point")
        before = [self.table(self.database, name) for name in tables]
        folder = self.folder / "loose"
        for (day, address), body in self.files.items():
            path = folder / str(day) / f"trace_full_{address}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        talk = self.backfill(self.database, folder)
        self.assertIn(f"({len(self.files)} known, 0 bad)", talk)
        self.assertEqual([self.table(self.database, name) for name in tables], before)
        other = self.postgresql.new_database()
        for day in sorted(self.days, reverse=True):
            self.backfill(other, "-", stdin=archive_days.tar(self.days[day]))
        self.assertEqual(self.visits(other), self.visits(self.database))
        # A flight over midnight keeps the id that it got when its second half was all that was known.
        sightings = ("SELECT icao24, registration, callsigns, first_seen, last_seen, origin, destination, point_count,"
                     " feeds, state, ST_AsEWKT(path, 9) FROM skywitness.sighting WHERE state <> 'superseded'"
                     " ORDER BY icao24, first_seen")
        self.assertEqual(other.rows(sightings), self.database.rows(sightings))

    def test_an_added_day_corrects_a_visit(self):
        """Without its last day the aircraft stays; with it, it left. Nothing is deleted."""
        days = sorted(self.days)
        for day in days[:3]:
            self.backfill(self.database, "-", stdin=archive_days.tar(self.days[day]))
        first = {row[0]: row for row in self.table(self.database, "visit")}
        for day in days[3:]:
            self.backfill(self.database, "-", stdin=archive_days.tar(self.days[day]))
        whole = self.postgresql.new_database()
        self.backfill(whole, *self.write_tars())
        self.assertEqual(self.visits(self.database), self.visits(whole))
        then = {row[0] for row in self.table(self.database, "visit")}
        self.assertLessEqual(set(first), then)

    def test_what_is_no_longer_supported_is_superseded(self):
        self.backfill(self.database, *self.write_tars())
        visits = self.database.count("SELECT count(*) FROM skywitness.visit")
        self.database.rows("DELETE FROM skywitness_store.track_point WHERE icao24 = '1551df'")
        self.database.rows("UPDATE skywitness_store.track_point SET icao24 = '1551df' WHERE icao24 = '154076'"
                           " AND observed_at < '2025-10-25'")
        told = self.derive(self.database, "--hex", "1551df", "--dry-run")
        self.assertIn("superseded", told)
        self.assertIn("new", told)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.visit WHERE superseded_at IS NOT NULL"), 0)
        self.assertEqual(self.derive(self.database, "--hex", "1551df"), told)
        self.assertGreater(self.database.count("SELECT count(*) FROM skywitness.visit"), visits)
        self.assertGreater(self.database.count(
            "SELECT count(*) FROM skywitness.visit_history WHERE icao24 = '1551df' AND superseded_at IS NOT NULL"), 0)
        self.assertEqual(self.derive(self.database, "--hex", "1551df").count("\n"), 1)

    def test_another_detector_is_judged_before_it_is_trusted(self):
        """One that takes no approach for an arrival that was lost above 1,000 ft; a dry run says what it would change."""
        self.backfill(self.database, *self.write_tars())
        before, believed = self.versions(self.database), self.essence(self.database)
        told = self.other_detector("--dry-run")
        self.assertEqual(self.versions(self.database), before)
        self.assertEqual(self.database.rows("SELECT DISTINCT detector_version FROM skywitness.visit"), [("1",)])
        self.assertEqual(self.other_detector(), told)
        changes = [line.split(",") for line in told.splitlines()[1:]]
        touched = {change[3] for change in changes if change[1] == "visit"}
        self.assertGreater(len(touched), 2)
        self.assertTrue(all("OSLK A3" in change[4] and "OSLK A2" in change[5] for change in changes), changes)
        for row, version in self.database.rows("SELECT visit_id, detector_version FROM skywitness.visit"):
            self.assertEqual(version, "1000" if row in touched else "1", row)
        unmoved = [row for row in before[0] if row[2] not in touched]
        self.assertGreater(len(unmoved), 2)
        self.assertEqual([row for row in self.versions(self.database)[0] if row[2] not in touched], unmoved)
        self.derive(self.database)
        self.assertEqual(self.essence(self.database), believed)

    def other_detector(self, *options):
        program = harness.BUILD / "tests/system/skywitness_other_detector"
        return self.tool(self.database, "derive", "--since", "2025-10-23", "--until", "2025-10-31", *options, "--format",
                         "csv", program=program)[0]

    def test_claims_get_their_verdicts_from_an_archive(self):
        self.import_claims()
        verdicts = "SELECT claim_id, verdict FROM skywitness.claim_status ORDER BY 1"
        before = dict(self.database.rows(verdicts))
        self.assertEqual(before["an124-three-arrivals"], "unverifiable")
        self.backfill(self.database, *self.write_tars())
        after = dict(self.database.rows(verdicts))
        self.assertIn(after["an124-three-arrivals"], ("corroborated", "consistent"))
        states = dict(self.database.rows("SELECT state, count(*) FROM skywitness.coverage_hour WHERE place = 'OSLK'"
                                         f" AND source = '{FEED}' AND synthetic GROUP BY 1"))
        self.assertEqual(sum(map(int, states.values())), 6 * 24)
        self.assertEqual(set(states), {"observed", "covered_not_seen", "looked_no_cover"})
        # By Python's own count of the sample's other traffic.
        heard = {}
        for (_, address), body in self.files.items():
            trace = json.loads(gzip.decompress(body))
            for one in trace["trace"]:
                if address.startswith("77") and one[3] != "ground" and (one[10] or one[3]) < 10157 and \
                        archive_days.distance_nm((one[1], one[2]), (35.4011, 35.9487)) <= 25:
                    heard.setdefault(int(trace["timestamp"] + one[0]) // 3600 * 3600, set()).add(address)
        stored = self.database.rows("SELECT extract(epoch FROM hour)::bigint, count(*) FROM"
                                    " skywitness_store.history_heard WHERE place = 'OSLK' AND icao24 LIKE '77%'"
                                    " GROUP BY 1")
        self.assertEqual({int(hour): int(count) for hour, count in stored},
                         {hour: len(addresses) for hour, addresses in heard.items()})

    def test_damage_is_named_and_the_rest_read(self):
        days = sorted(self.days)
        damaged = [((day, address), body[:-20] if address == "4242aa" else body)
                   for (day, address), body in self.days[days[0]]]
        damaged.append(((days[0], "4242aa"), gzip.compress(b'{"icao":"4242aa","timestamp":1761264000,"trace":[[[')))
        damaged.append(((days[0], "4242ab"), self.days[days[0]][0][1][:-20]))
        path = self.folder / "first.tar"
        path.write_bytes(archive_days.tar(damaged))
        cut = self.folder / "second.tar"
        cut.write_bytes(archive_days.tar(self.days[days[1]])[:-20000])
        talk = self.backfill(self.database, path, cut, status=WANTING)
        for name in ("trace_full_4242aa.json", "trace_full_4242ab.json", "second.tar"):
            self.assertIn(name, talk)
        self.assertIn("3 bad", talk)
        self.assertEqual(self.database.rows("SELECT day FROM skywitness.history_day WHERE whole_at IS NOT NULL"), [])
        expected = self.postgresql.new_database()
        for database in (self.database, expected):
            self.backfill(database, *self.write_tars())
        self.assertEqual(self.visits(self.database), self.visits(expected))

    def test_only_a_whole_archive_makes_a_day_whole(self):
        days = sorted(self.days)
        (_, address), body = self.days[days[0]][0]
        loose = self.folder / f"trace_full_{address}.json"
        loose.write_bytes(body)
        bad = self.folder / "trace_full_4242ab.json"
        bad.write_bytes(body[:-9])
        cut, whole = (self.folder / f"{archive_days.release(day)}.tar" for day in days[1:3])
        cut.write_bytes(archive_days.tar(self.days[days[1]])[:-20000])
        whole.write_bytes(archive_days.tar(self.days[days[2]]))
        self.backfill(self.database, loose, bad, cut, whole, status=WANTING)
        self.assertEqual(self.database.rows("SELECT day, whole_at IS NOT NULL FROM skywitness.history_day ORDER BY 1"),
                         [("2025-10-24", "f"), ("2025-10-25", "f"), ("2025-10-26", "t")])

    def test_killed_and_resumed(self):
        paths = self.write_tars()
        expected = self.postgresql.new_database()
        began = time.monotonic()
        self.backfill(expected, *paths)
        whole_s = time.monotonic() - began
        moments = random.Random(9)
        for share in [moments.uniform(0, 1) for _ in range(4)] + [0.9, 0.95]:
            process = self.start_backfill(self.database, *paths)
            time.sleep(share * whole_s)
            process.kill()
            process.wait()
        self.backfill(self.database, *paths)
        self.assertEqual(self.visits(self.database), self.visits(expected))
        self.assertEqual(self.database.points(), expected.points())
        for table, left_out in (("sighting", ()), ("visit", ("recorded_at",)), ("visit_history", ("recorded_at",)),
                                ("history_heard", ()), ("history_identity", ()), ("control_sample", ()),
                                ("coverage_hour", ("computed_at",)), ("history_pending", ())):
            rows = [sorted(database.rows(f"SELECT to_jsonb(r) - '{{{','.join(left_out)}}}'::text[] AS row"
                                         f" FROM skywitness_store.{table} r"))
                    for database in (self.database, expected)]
            self.assertEqual(*rows, table)


if __name__ == "__main__":
    harness.main()
