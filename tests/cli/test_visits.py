#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Visits and explanations of the operator's tool: of the bundled sample, replayed, and of made-up rows.

Called by with_postgresql.sh with the program's path as its only argument. The flights are synthetic.
"""

import json
import re
import unittest
import xml.etree.ElementTree as xml

from tool import (BAD_DATA, DATABASE, FOLDER, HERE, UNAVAILABLE, USAGE, assert_fits_a_terminal,
                  assert_same_rows, psql, rows, run, run_tests, write_configuration)

ROOT = HERE.parent.parent
SAMPLE = str(next((ROOT / "config" / "sample").glob("*-synthetic.ndjson.gz")))
PLACES = ROOT / "config" / "places"
CONFIGURATION = {
    "database": DATABASE,
    "state_directory": FOLDER.name,
    "watch": [
        {"id": "an124", "types": ["A124"]},
        {"id": "il62", "types": ["IL62"], "registrations": ["RA-*"]},
        {"id": "il76", "types": ["IL76"]},
    ],
    "places": [str(PLACES / "*.json")],
    "feeds": [
        {"id": "synthetic-sample", "provider": "local", "url": "http://127.0.0.1:1/", "enabled": False,
         "licence": "synthetic"},
        {"id": "roof", "provider": "local", "url": "http://127.0.0.1:1/", "attribution": "The roof, CC0"},
    ],
}
OLD = ("--until", "2024-12-31")
NEW = ("--since", "2025-10-01")


def plain(text):
    """The words of a page, whatever its line breaks."""
    return " ".join(text.split())


def short(found):
    """One word a visit: its place, the day it came or left, its grade."""
    return [f"{row['place']}-{(row['arrived_before'] or row['departed_before'])[8:10]}-{row['grade']}"
            for row in found]


def numbers(found):
    return "".join(row["visit_id"][7] for row in found)


class Sample(unittest.TestCase):
    """What the bundled sample is told to show: three stays of an An-124 and one of an Il-62M at Hmeimim."""

    @classmethod
    def setUpClass(cls):
        run("db", "migrate")
        run("replay", SAMPLE)
        cls.visits = rows("visits", *NEW)

    def test_the_visits_of_the_sample(self):
        at_hmeimim = [row for row in self.visits if row["place"] == "OSLK"]
        self.assertEqual([(row["type_code"], row["arrived_before"][:10], row["verb"]) for row in at_hmeimim],
                         [("A124", "2025-10-24", "landed"), ("IL62", "2025-10-26", "landed"),
                          ("A124", "2025-10-26", "landed"), ("A124", "2025-10-29", "landed")])
        for row in at_hmeimim:
            self.assertLess(row["arrived_after"], row["arrived_before"])
            self.assertLessEqual(row["arrived_after"], row["departed_after"])
            self.assertLess(row["departed_after"], row["departed_before"])
            self.assertTrue(row["arrival_seen"] and row["departure_seen"])
            self.assertIn("runner_up", [reason["rule"] for reason in row["reasons"]])

    def test_every_row_format_says_the_same(self):
        assert_same_rows(self, rows("visits"), run("visits", "--format", "csv")[0])

    def test_the_table(self):
        out = run("visits", *NEW)[0]
        assert_fits_a_terminal(self, out)
        lines = out.splitlines()
        self.assertEqual(len(lines), 1 + len(self.visits))
        self.assertEqual(lines[0].split(), ["id", "hex", "aircraft", "type", "place", "grade", "verb", "arrived",
                                            "(UTC)", "departed"])
        line = next(line for line in lines if "RA-86495" in line and "OSLK" in line)
        self.assertRegex(line, r"^[0-9a-f]{7} +1551df +RA-86495 +IL62 +OSLK +A3 +landed +"
                               r"2025-10-26 \d\d:\d\d-\d\d:\d\d +\d\d:\d\d-\d\d:\d\d$")

    def test_filters(self):
        def fits(test):
            return [row["visit_id"] for row in self.visits if test(row)]

        cases = {
            ("--grade", "A3"): lambda row: row["grade"] in ("A3", "A4"),
            ("--grade", "a4"): lambda row: row["grade"] == "A4",
            ("--grade", "A0"): lambda row: True,
            ("--type", "il62"): lambda row: row["type_code"] == "IL62",
            ("--hex", "1551DF,abcdef"): lambda row: row["icao24"] == "1551df",
            ("--place", "OSLK"): lambda row: row["place"] == "OSLK",
            ("--place", "moscow-region"): lambda row: row["place"] == "UUMU",
            ("--place", "levant"): lambda row: row["place"] == "OSLK",
            ("--callsign", "*7032"): lambda row: "RFF7032" in (row["callsign_in"], row["callsign_out"]),
            ("--state", "upgraded"): lambda row: row["state"] == "upgraded",
            ("--place", "OSLK", "--grade", "A3", "--type", "A124"):
                lambda row: row["place"] == "OSLK" and row["type_code"] == "A124",
            ("--limit", "0"): lambda row: True,
        }
        for words, test in cases.items():
            with self.subTest(words=words):
                expected = fits(test)
                self.assertGreater(len(expected), 0)
                self.assertEqual([row["visit_id"] for row in rows("visits", *NEW, *words)], expected)
        self.assertEqual(rows("visits", *NEW, "--limit", "2"), self.visits[-2:])
        day = rows("visits", "--since", "2025-10-26", "--until", "2025-10-26", "--place", "OSLK")
        self.assertEqual(short(day), ["OSLK-26-A3", "OSLK-26-A3"])

    def test_tracks_of_both_sides(self):
        words = ("visits", "--place", "OSLK", "--type", "IL62", *NEW, "--format")
        visit = next(row for row in self.visits if row["place"] == "OSLK" and row["type_code"] == "IL62")
        features = json.loads(run(*words, "geojson")[0])["features"]
        self.assertEqual([feature["id"] for feature in features], [visit["sighting_in"], visit["sighting_out"]])
        self.assertTrue(all(len(feature["properties"]["times"]) > 50 for feature in features))
        for form in ("kml", "gpx"):
            xml.fromstring(run(*words, form)[0])
        traces = [json.loads(line) for line in run(*words, "readsb")[0].splitlines()]
        self.assertEqual([trace["icao"] for trace in traces], ["1551df"])
        nothing = run("visits", "--hex", "ffffff", "--format", "geojson")[0]
        self.assertEqual(json.loads(nothing)["features"], [])

    def test_a_sighting_shared_by_two_visits_is_written_once(self):
        found = json.loads(run("visits", "--hex", "154076", *NEW, "--format", "geojson")[0])["features"]
        ids = [feature["id"] for feature in found]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(len(ids), len(rows("sightings", "--hex", "154076", *NEW)))

    def test_each_visit_is_explained(self):
        self.assertGreater(len(self.visits), 5)
        for visit in self.visits:
            with self.subTest(visit=visit["visit_id"]):
                told = rows("explain", "visit", visit["visit_id"])
                page = run("explain", "visit", visit["visit_id"][:8])[0]
                assert_fits_a_terminal(self, page)
                words = plain(page)
                self.assertEqual([reason["rule"] for reason in told["reasons"]],
                                 [reason["rule"] for reason in visit["reasons"]])
                for reason, stored in zip(told["reasons"], visit["reasons"]):
                    self.assertIn(plain(reason["sentence"]), words)
                    self.assertIn(f"({reason['rule']})", words)
                    self.assertNotRegex(reason["sentence"], r"[{}]|unknown amount|The rule ")
                    for key, value in stored.items():
                        self.assertEqual(reason[key], value)
                for key in ("grade", "verb", "state", "arrived_after", "arrived_before", "departed_after",
                            "departed_before", "decided_at", "watch_ids", "icao24", "registration"):
                    self.assertEqual(told[key], visit[key])
                self.assertIn(plain(told["arrival_bracket"]), words)
                self.assertIn(plain(told["departure_bracket"]), words)
                self.assertIn(told["summary"], words)
                self.assertIn(f"Grade {visit['grade']}: {told['grade_meaning']}", words)
                self.assertEqual(told["history"][-1]["decided_at"], visit["decided_at"])
                for state in told["history"]:
                    self.assertIn(plain(state["sentence"]), words)
                self.assertEqual(told["feeds"], ["synthetic-sample"])
                self.assertEqual(told["attribution"], "synthetic-sample, synthetic")
                for side, sighting in (("coming", "sighting_in"), ("leaving", "sighting_out")):
                    self.assertEqual(told[side] and told[side]["sighting_id"], visit[sighting])

    def test_the_words_of_one_visit(self):
        visit = next(row for row in self.visits if row["place"] == "OSLK" and row["type_code"] == "IL62")
        reasons = {reason["rule"]: reason for reason in visit["reasons"]}
        words = plain(run("explain", "visit", visit["visit_id"])[0])
        self.assertIn("An Il-62M (RA-86495, address 1551df) landed at Hmeimim / Latakia (OSLK).", words)
        self.assertIn('The strongest word that this bears is "landed".', words)
        self.assertIn(f"It was lost {reasons['last_height']['value']:,.0f} ft above the field", words)
        self.assertIn(f"Not before {visit['arrived_after'][:10]} {visit['arrived_after'][11:19]} UTC", words)
        self.assertIn(f"Not after {visit['departed_before'][:10]} {visit['departed_before'][11:19]} UTC", words)
        self.assertIn("The next airfield is ", words)
        self.assertIn(f"{reasons['runner_up']['distance_nm']:.1f} NM from that position", words)
        self.assertIn("provisional, A2 (arrived).", words)
        self.assertIn("upgraded, A3 (landed). The grade was A2.", words)

    def test_each_sighting_is_explained(self):
        sightings = rows("sightings", *NEW)
        self.assertGreater(len(sightings), 5)
        for sighting in sightings:
            with self.subTest(sighting=sighting["sighting_id"]):
                told = rows("explain", "sighting", sighting["sighting_id"])
                page = run("explain", "sighting", sighting["sighting_id"][:10])[0]
                assert_fits_a_terminal(self, page)
                words = plain(page)
                self.assertEqual(told["points"], sighting["point_count"])
                self.assertEqual(sum(feed["points"] for feed in told["feeds"]), sighting["point_count"])
                self.assertEqual(told["opened_at"], sighting["first_seen"])
                self.assertEqual(told["opened_by"]["feed"], "synthetic-sample")
                self.assertEqual([watch["watch_id"] for watch in told["watch"]], sighting["watch_ids"])
                self.assertIn(plain(told["closing"]["sentence"]), words)
                for gap in told["gaps"]:
                    self.assertIn(plain(gap["sentence"]), words)
                sides = {row["visit_id"] for row in self.visits
                         if sighting["sighting_id"] in (row["sighting_in"], row["sighting_out"])}
                self.assertEqual({visit["visit_id"] for visit in told["visits"]}, sides)
                for visit in sides:
                    self.assertIn(visit, words)
        states = {rows("explain", "sighting", row["sighting_id"])["closing"]["rule"] for row in sightings}
        self.assertEqual(states, {"ground_reports", "split_low_gap"})


class Synthetic(unittest.TestCase):
    """Rows that the sample does not have."""

    @classmethod
    def setUpClass(cls):
        psql("-f", str(HERE / "synthetic_visits.sql"))

    def test_what_no_longer_stands_is_left_out(self):
        self.assertEqual(numbers(rows("visits", *OLD)), "233")
        self.assertEqual(numbers(rows("visits", *OLD, "--superseded")), "1233")
        self.assertEqual(numbers(rows("visits", *OLD, "--state", "superseded")), "1")
        withdrawn = rows("visits", *OLD, "--superseded")[0]
        self.assertEqual(withdrawn["superseded_at"], "2024-03-02T01:00:00Z")
        self.assertIsNone(rows("visits", *OLD)[0]["superseded_at"])

    def test_filters(self):
        cases = {
            ("--callsign", "A_B"): ["7ab00003-0"],
            ("--callsign", "A%B"): ["7ab00003-1"],
            ("--callsign", "A?B"): ["7ab00003-0", "7ab00003-1"],
            ("--callsign", "rff9"): ["7ab00003-1"],
            ("--hex", "~2aaaab"): ["7ab00002-0"],
            ("--grade", "A2"): ["7ab00003-0", "7ab00003-1"],
            ("--until", "2024-03-03T11:45Z"): [],
            ("--until", "2024-03-03T11:45:01Z"): ["7ab00002-0"],
            ("--since", "2024-03-22T10:00Z"): ["7ab00003-1"],
            ("--since", "2024-03-22T10:00:01Z"): [],
            ("--since", "2024-03-10", "--until", "2024-03-11"): ["7ab00003-1"],
            ("--since", "2024-03-04T10:20:01Z", "--until", "2024-03-05T10:00Z"): [],
        }
        for words, expected in cases.items():
            with self.subTest(words=words):
                window = () if "--until" in words else OLD
                found = rows("visits", *window, *words)
                self.assertEqual([row["visit_id"][:10] for row in found], expected)

    def test_the_table_of_odd_rows(self):
        out = run("visits", *OLD, "--superseded")[0]
        assert_fits_a_terminal(self, out)
        lines = {line[:7] + str(index): line for index, line in enumerate(out.splitlines())}
        first, second, third, fourth = list(lines.values())[1:]
        # An end that is cut to minutes is moved on, so that the bracket still holds.
        self.assertIn("A1     withdrawn  2024-03-01 22:46-00:12+1", first)
        self.assertIn("A1?    headed to  2024-03-03 11:45-13:15", second)
        self.assertIn("arrived    by 2024-03-04 10:20       10:20-10:20", third)
        self.assertIn("landed     2024-03-05 23:45-00:15+1  03-20..03-22", fourth)

    def test_a_withdrawn_visit(self):
        told = rows("explain", "visit", "7ab00001")
        words = plain(run("explain", "visit", "7AB0-0001")[0])
        self.assertIn("was thought to have been at Hmeimim / Latakia (OSLK): that no longer stands.", words)
        self.assertIn("Withdrawn: later data contradicts it.", words)
        self.assertIn("Why it no longer stands - It was seen at Hama (OS58) next, 41.5 NM from here", words)
        self.assertEqual([state["state"] for state in told["history"]],
                         ["provisional", "confirmed", "superseded"])
        self.assertIn("2024-03-01 23:20:00 UTC: confirmed, A1 (headed to). The grade was A2. Gone: last_height.",
                      words)
        self.assertIn("New: seen_elsewhere. Gone: runner_up.", words)
        self.assertIn("two places at once", words)
        self.assertEqual(told["identity_conflicts"], 1)
        self.assertEqual({flag["flag"]: flag["points"] for flag in told["coming"]["flags"]},
                         {"nacp_low": 5, "speed_fail": 1, "stale": 1})
        self.assertIn("5 of 40 points: the aircraft itself knows its position to 4 NM or worse", words)
        self.assertEqual(told["feeds"], ["attic", "roof"])
        self.assertIn("Attribution: attic; The roof, CC0.", words)

    def test_a_visit_with_no_ends_and_no_names(self):
        words = plain(run("explain", "visit", "7ab000030")[0])
        self.assertIn("A ZZZZ (<R&\"D>,?, address 15aaab) had been at Hmeimim / Latakia (OSLK): it was seen to leave.",
                      words)
        self.assertIn("Nobody saw it come, nor where it was before: there is no earliest time.", words)
        self.assertIn("There is no earliest time.", words)
        other = plain(run("explain", "visit", "7ab00002")[0])
        self.assertIn("A C-17 (address ~2aaaab) was heading to SY-0001-long.", other)
        self.assertIn("It is not known to have left", other)
        self.assertIn("No track is stored any more.", other)
        self.assertEqual(rows("explain", "visit", "7ab00002")["reasons"], [])

    def test_a_sighting_with_doubts_and_a_gap(self):
        told = rows("explain", "sighting", "5ea00001")
        words = plain(run("explain", "sighting", "5ea00001")[0])
        self.assertEqual(len(told["gaps"]), 1)
        self.assertEqual(told["gaps"][0]["lost_at"], "2024-03-01T22:10:00Z")
        self.assertIn("Silent for 26 min from 2024-03-01 22:10:00 UTC to 2024-03-01 22:35:30 UTC: lost at 14,000 ft",
                      words)
        self.assertIn("Callsign: RFF1, then RFF2.", words)
        self.assertIn("By a point of 2024-03-01 22:00:00 UTC, received at 22:00:02 from roof", words)
        self.assertIn("5 of 40 points", words)
        self.assertIn("It matches the watch entry il76: type IL76.", words)
        self.assertIn("It matches the watch entry gone: not in the present configuration.", words)
        self.assertIn("It came to OSLK, A1, withdrawn, between", words)
        self.assertIn("1 times: two aircraft may have sent it", words)
        self.assertIn("still open", run("explain", "sighting", "5ea00002")[0])
        self.assertIn("It no longer stands", run("explain", "sighting", "5ea00003")[0])

    def test_every_rule_has_its_sentence(self):
        source = (ROOT / "daemon" / "track" / "visit.c").read_text(encoding="utf-8")
        rules = re.findall(r'\[VISIT_RULE_\w+\] = \{"(\w+)", "([^"]*)"\}', source)
        self.assertGreater(len(rules), 25)
        for met in (True, False):
            reasons = [{"rule": rule, "met": met, "threshold": 12345, "value": 0.5, "unit": unit, "place": "OS58",
                        "distance_nm": 7.25} for rule, unit in rules]
            reasons.append({"rule": "of_a_later_version", "met": met, "value": 3, "unit": "ft"})
            psql("-c", "UPDATE skywitness_store.visit SET reasons = '" + json.dumps(reasons)
                 + "' WHERE visit_id = '7ab00002-0000-8000-8000-000000000002'")
            told = rows("explain", "visit", "7ab00002")
            words = plain(run("explain", "visit", "7ab00002")[0])
            self.assertEqual([reason["rule"] for reason in told["reasons"]],
                             [reason["rule"] for reason in reasons])
            for reason in told["reasons"][:-1]:
                with self.subTest(rule=reason["rule"], met=met):
                    self.assertIn(plain(reason["sentence"]), words)
                    self.assertNotRegex(reason["sentence"], r"[{}]|unknown|The rule ")
                    self.assertNotEqual(reason["about"], "other")
                    self.assertTrue(reason["sentence"].endswith("."))
            self.assertEqual(told["reasons"][-1]["sentence"],
                             f"The rule of_a_later_version is {'met' if met else 'not met'}; it found 3 ft.")
        psql("-c", "UPDATE skywitness_store.visit SET reasons = '[]' WHERE visit_id = "
                   "'7ab00002-0000-8000-8000-000000000002'")

    def test_the_runner_up(self):
        for value, expected in ((0, "too far off to be meant"), (0.5, "it fits 50 % as well as this one"),
                                (None, "fits better: the choice is not clear")):
            reason = {"rule": "runner_up", "met": value == 0.5, "threshold": 0.85, "unit": "share", "place": "OS58",
                      "distance_nm": 30.5}
            if value is not None:
                reason["value"] = value
            psql("-c", f"UPDATE skywitness_store.visit SET reasons = '[{json.dumps(reason)}]' WHERE visit_id = "
                       "'7ab00002-0000-8000-8000-000000000002'")
            sentence = rows("explain", "visit", "7ab00002")["reasons"][0]["sentence"]
            self.assertIn("Hama (OS58), 30.5 NM", sentence)
            self.assertIn(expected, sentence)

    def test_what_is_behind_a_grade(self):
        def reason(rule, met=True):
            return {"rule": rule, "met": met, "threshold": 1, "value": 1, "unit": ""}

        cases = {
            ("A4", ("ground_reports",)): "it was seen on the ground, and was seen to leave",
            ("A4", ("aligned",)): "it was seen down to the runway",
            ("A3", ("took_off",)): "it was seen on the ground",
            ("A3", ("last_height",)): "the two bracket a stop",
            ("A2", ("jump-", "ground_reports")): "doubts about the positions allow no more",
            ("A2", ("flagged_share", "last_height")): "it was lost low on its way down",
            ("A2", ("climbing", "first_height")): "it was found climbing out",
            ("A2", ("climbing", "first_height-")): "it was lost low on its way down",
            ("A1", ("runner_up-",)): "another field fits nearly as well",
            ("A1", ("runner_up",)): "lost too high or too far off",
            ("A0", ()): "only others say so",
        }
        for (grade, rules), expected in cases.items():
            with self.subTest(grade=grade, rules=rules):
                reasons = json.dumps([reason(rule.rstrip("-"), not rule.endswith("-")) for rule in rules])
                psql("-c", f"UPDATE skywitness_store.visit SET grade = '{grade}', reasons = '{reasons}' WHERE "
                           "visit_id = '7ab00002-0000-8000-8000-000000000002'")
                self.assertIn(expected, rows("explain", "visit", "7ab00002")["grade_meaning"])
        psql("-c", "UPDATE skywitness_store.visit SET grade = 'A1', reasons = '[]' WHERE visit_id = "
                   "'7ab00002-0000-8000-8000-000000000002'")

    def test_ids(self):
        several = run("explain", "visit", "7ab00003", status=BAD_DATA)[1]
        self.assertIn("several visits", several)
        self.assertIn("7ab00003-0000-8000-8000-000000000003, 7ab00003-1000-8000-8000-000000000004", several)
        unknown = run("explain", "visit", "abcdef", status=BAD_DATA)
        self.assertEqual(unknown[0], "")
        self.assertIn("`skywitness visits --format csv`", unknown[1])
        self.assertIn("`skywitness sightings --format csv`",
                      run("explain", "sighting", "7ab00009", status=BAD_DATA)[1])
        self.assertIn("skywitness explain sighting 5ea00001",
                      run("explain", "visit", "5ea00001", status=BAD_DATA)[1])
        for word in ("7ab00", "RA-82010", "7ab00001-0000-8000-8000-0000000000010", "7ab0000z"):
            self.assertIn("is no id", run("explain", "visit", word, status=USAGE)[1])

    def test_mistakes(self):
        cases = {
            ("visits", "--grade", "B2"): "expected A0, A1, A2, A3 or A4",
            ("visits", "--grade", "A5"): "expected A0, A1, A2, A3 or A4",
            ("visits", "--grade", "A2A3"): "expected A0, A1, A2, A3 or A4",
            ("visits", "--state", "confrmed"): "did you mean confirmed?",
            ("visits", "--state", "open"): "expected provisional, confirmed, upgraded or superseded",
            ("visits", "--place", "OSLKK"): "did you mean OSLK?",
            ("visits", "--grad", "A2"): "did you mean --grade?",
            ("explain", "visit"): "expected: skywitness explain visit ID",
            ("explain", "visit", "abcdef", "abcdef"): "unexpected argument",
            ("explain", "visit", "abcdef", "--format", "csv"): "words or json",
            ("explain", "visit", "abcdef", "--format", "kml"): "for tracks",
            ("explain", "vsit", "abcdef"): "did you mean explain visit?",
        }
        for words, expected in cases.items():
            with self.subTest(words=words):
                out, talk = run(*words, status=USAGE)
                self.assertEqual(out, "")
                self.assertIn(expected, talk)

    def test_a_reader_may_read(self):
        reader = ("--db", DATABASE + "?user=skywitness_reader")
        self.assertEqual(len(rows(*reader, "visits", *OLD)), 3)
        run(*reader, "explain", "visit", "7ab00001")
        run(*reader, "explain", "sighting", "5ea00001")
        run(*reader, "visits", *NEW, "--format", "gpx")

    def test_a_table_is_cut_and_says_so(self):
        psql("-c", """INSERT INTO skywitness_store.visit (visit_id, anchored_at, decided_at, emitter, detector_version,
                          arrival_seen, departure_seen, icao24, place, state, grade, verb, watch_ids, reasons)
                      SELECT gen_random_uuid(), t, t, 0, 1, true, false, 'abcdef', 'OSLK', 'confirmed', 'A2',
                             'arrived', '{}', '[]'
                      FROM generate_series('2023-01-01'::timestamptz, '2023-01-06', '1 hour') AS t""")
        out, talk = run("visits", "--hex", "abcdef")
        self.assertEqual(len(out.splitlines()), 101)
        self.assertIn("--limit 0", talk)
        self.assertEqual(len(rows("visits", "--hex", "abcdef")), 121)
        psql("-c", "DELETE FROM skywitness_store.visit WHERE icao24 = 'abcdef'")

    def test_without_a_schema(self):
        psql("-c", "CREATE DATABASE nothing")
        for words in (("visits",), ("explain", "visit", "abcdef")):
            out, talk = run("--db", "postgresql:///nothing", *words, "--format", "json", status=UNAVAILABLE)
            self.assertEqual(out, "")
            self.assertIn("db migrate", talk)


if __name__ == "__main__":
    write_configuration(CONFIGURATION, {"places": []})
    run_tests([Sample, Synthetic])
