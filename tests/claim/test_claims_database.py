#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claims in a private PostgreSQL by the operator's tool: import, assess, list, show, export, coverage.

Called by with_postgresql.sh with the program's path as its only argument. All visits, sightings and polls are
synthetic: made up here, nobody flew or received them.
"""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else "build/skywitness"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATABASE = "postgresql:///" + os.environ["PGDATABASE"]
FOLDER = tempfile.TemporaryDirectory(prefix="skywitness-claims-")
CONFIG = pathlib.Path(FOLDER.name) / "skywitness.json"

GOOD, WANTING, USAGE, BAD_DATA = 0, 1, 64, 65

CONFIGURATION = {
    "database": DATABASE + "?user=skywitness_writer",
    "state_directory": FOLDER.name,
    "watch": [{"id": "an124", "types": ["A124"]}],
    "places": [str(ROOT / "config/places/*.json")],
    "reports": [str(ROOT / "config/reports/*.json")],
    "claims": [str(ROOT / "config/claims/*.json")],
    "feeds": [
        {"id": "adsb.lol", "provider": "adsb.lol", "areas": [{"place": "OSLK", "radius_nm": 250}]},
        {"id": "synthetic-sample", "provider": "local", "url": "http://127.0.0.1", "enabled": False},
    ],
}


def run(*words, status=GOOD):
    environment = dict(os.environ, SKYWITNESS_CONFIG=str(CONFIG))
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, env=environment, timeout=120,
                          check=False)
    out, talk = done.stdout.decode(), done.stderr.decode()
    if done.returncode != status:
        raise AssertionError(f"{words}: status {done.returncode}, expected {status}\n{out}\n{talk}")
    return out, talk


def rows(*words):
    return json.loads(run(*words, "--format", "json")[0])


def psql(sql, role="postgres", fails=False):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", role, "-c", sql],
                          capture_output=True, text=True, check=False)
    if (done.returncode != 0) != fails:
        raise AssertionError(f"{sql}\n{done.stderr}")
    return done.stderr if fails else done.stdout.strip()


def verdicts(found):
    return {row["claim_id"]: row["verdict"] for row in found}


def write(name, document):
    path = pathlib.Path(FOLDER.name) / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def visit(number, place, arrived_after, arrived_before, icao24="154076", registration="RA-82038", type_code="A124",
          grade="A3", state="confirmed", stay="3 hours"):
    """Writes one state of a visit with its sightings, as the daemon does: newest and history."""
    key = f"00000000-0000-8000-8000-{number:012d}"
    sighting = f"00000000-0000-8000-9000-{number:012d}"
    values = f"""'{key}', '{arrived_after}', '{arrived_before}', now(), '{arrived_after}', '{arrived_before}',
        '{arrived_before}'::timestamptz + '{stay}', '{arrived_before}'::timestamptz + '{stay}' + '20 min',
        '{sighting}', NULL, 0, 1, true, true, '{icao24}', '{place}', '{state}', '{grade}', 'landed',
        '{registration}', '{type_code}', '{{}}', '[]'"""
    columns = """visit_id, anchored_at, decided_at, recorded_at, arrived_after, arrived_before, departed_after,
        departed_before, sighting_in, sighting_out, emitter, detector_version, arrival_seen, departure_seen, icao24,
        place, state, grade, verb, registration, type_code, watch_ids, reasons"""
    psql(f"""INSERT INTO skywitness_store.visit ({columns}) VALUES ({values})
             ON CONFLICT (icao24, visit_id) DO UPDATE SET state = excluded.state, grade = excluded.grade,
             recorded_at = now(), decided_at = now();
             INSERT INTO skywitness_store.visit_history ({columns.replace("anchored_at, decided_at",
                                                                          "decided_at, anchored_at")})
             SELECT {columns.replace("anchored_at, decided_at", "clock_timestamp(), anchored_at")}
             FROM skywitness_store.visit WHERE visit_id = '{key}';
             INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter, icao24,
             state, registration, type_code, callsigns, watch_ids, feeds, path)
             VALUES ('{sighting}', '{arrived_after}', '{arrived_after}'::timestamptz - interval '4 hours',
             '{arrived_after}', 0, '{icao24}', 'lost_low', '{registration}', '{type_code}', '{{}}', '{{}}',
             '{{synthetic-sample}}', public.ST_SetSRID('LINESTRING ZM (36 34 9000 1761300000, 35.95 35.4 900 1761303000)'
             ::public.geometry, 4326)) ON CONFLICT DO NOTHING""")


class Claims(unittest.TestCase):
    """The tests follow one another: each finds the database as the one before left it."""

    def test_01_import_on_an_empty_database(self):
        psql("SELECT 1")
        subprocess.run([PROGRAM, "--db", DATABASE, "db", "migrate"], check=True, capture_output=True)
        found = rows("claims", "import")
        self.assertEqual(len(found), 18)
        self.assertEqual(set(verdicts(found).values()), {"unverifiable", "untestable"})
        self.assertTrue(all(row["is_new"] for row in found))

    def test_02_again_changes_nothing(self):
        out, talk = run("claims", "import", "--format", "json")
        self.assertIn("12 reports (0 new, 0 changed), 18 claims (0 new, 0 changed)", talk)
        self.assertFalse(any(row["is_new"] for row in json.loads(out)))
        self.assertEqual(psql("SELECT count(*), max(number) FROM skywitness.assessment"), "18|1")
        self.assertEqual(rows("claims", "assess", "--due"), [])

    def test_03_a_bad_file_is_refused_whole(self):
        good = {"claims": [{"id": "good-one", "statement": "s", "reports": ["fakti-2026-01-29"], "clauses": [
            {"id": "x", "kind": "untestable", "reason": "words"}]}]}
        bad = {"claims": [{"id": "bad-one", "statement": "s", "reports": ["nobody"], "clauses": [
            {"id": "x", "kind": "arrivals", "aircraft": {"types": ["IL26M"]}, "place": "OSLX", "verb": "touched",
             "window": {"from": "2025-10-29", "to": "2025-10-24"}, "count": 3}]}]}
        out, talk = run("claims", "import", write("good.json", good), write("bad.json", bad), status=BAD_DATA)
        self.assertEqual(out, "")
        for part in ('unknown place "OSLX"', '"IL26M"; the nearest known one is "IL62"', "empty or reversed",
                     'got "touched"', "nothing was imported", "bad.json: claims[0].clauses[0].place"):
            self.assertIn(part, talk)
        out, talk = run("claims", "import", write("syntax.json", '{"claims": [}'), status=BAD_DATA)
        self.assertIn("syntax.json:1:13: expected", talk)
        self.assertEqual(psql("SELECT count(*) FROM skywitness.claim"), "18")
        # What it cites is stored already: no file has to bring it again.
        self.assertEqual(verdicts(rows("claims", "import", Claims.path("good.json"))), {"good-one": "untestable"})

    @staticmethod
    def path(name):
        return pathlib.Path(FOLDER.name) / name

    def test_04_visits_corroborate(self):
        visit(1, "OSLK", "2025-10-24T10:00Z", "2025-10-24T10:20Z")
        visit(2, "OSLK", "2025-10-26T10:00Z", "2025-10-26T10:20Z")
        due = verdicts(rows("claims", "assess", "--due"))
        self.assertIn("an124-three-arrivals", due)
        self.assertNotIn("moscow-talks-2026-01-28", due)
        self.assertEqual(due["an124-three-arrivals"], "unverifiable")  # `last`: the 29th was not looked at
        self.assertEqual(psql("SELECT k.verdict FROM skywitness.assessment_clause k JOIN skywitness.claim_status s "
                              "USING (assessment_id) WHERE claim_id = 'an124-three-arrivals' AND clause_id = 'three'"),
                         "consistent")
        visit(3, "OSLK", "2025-10-29T10:00Z", "2025-10-29T10:20Z")
        found = rows("claims", "assess", "an124-three-arrivals")[0]
        self.assertEqual((found["verdict"], found["number"]), ("corroborated", 3))
        self.assertTrue(found["synthetic"])
        self.assertFalse(rows("claims", "assess", "an124-three-arrivals")[0]["is_new"])

    def test_05_a_superseded_visit_makes_a_new_assessment(self):
        visit(2, "OSLK", "2025-10-26T10:00Z", "2025-10-26T10:20Z", state="superseded")
        found = rows("claims", "assess", "an124-three-arrivals")[0]
        self.assertEqual((found["verdict"], found["previous_verdict"], found["number"]),
                         ("consistent", "corroborated", 4))
        old = rows("explain", "assessment", psql("SELECT assessment_id FROM skywitness.assessment "
                                                 "WHERE claim_id = 'an124-three-arrivals' AND number = 3"))
        self.assertEqual(old["assessment"]["verdict"], "corroborated")
        self.assertEqual(len(old["assessment"]["clauses"][0]["evidence"]), 3)  # as it was

    def test_06_as_of_shows_what_was_known_and_records_nothing(self):
        before = psql("SELECT count(*) FROM skywitness.assessment")
        moment = psql("SELECT to_char(max(recorded_at) - interval '1 microsecond', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
                      "FROM skywitness.visit_history")
        found = rows("claims", "assess", "an124-three-arrivals", "--as-of", moment)[0]
        self.assertEqual(found["verdict"], "corroborated")
        self.assertIsNone(found["assessment_id"])
        found = rows("claims", "assess", "an124-three-arrivals", "--as-of", "2025-11-05")[0]
        self.assertEqual(found["verdict"], "unverifiable")  # nothing had been recorded then
        self.assertEqual(psql("SELECT count(*) FROM skywitness.assessment"), before)

    def test_07_an_edited_claim_is_a_new_version(self):
        document = json.loads(psql("SELECT document FROM skywitness_store.claim "
                                   "WHERE claim_id = 'an124-three-arrivals' AND is_current"))
        document["clauses"][0]["count"] = 2
        path = write("edited.json", {"claims": [document]})
        found = rows("claims", "import", path)[0]
        self.assertEqual((found["verdict"], found["number"]), ("corroborated", 5))
        self.assertEqual(psql("SELECT string_agg(version || ':' || is_current, ' ' ORDER BY version) "
                              "FROM skywitness.claim WHERE claim_id = 'an124-three-arrivals'"), "1:false 2:true")
        shown = rows("explain", "assessment", psql("SELECT assessment_id FROM skywitness.assessment "
                                                   "WHERE claim_id = 'an124-three-arrivals' AND number = 4"))
        self.assertEqual(shown["claim"]["clauses"][0]["count"], 3)  # the version it judged
        run("claims", "import")
        self.assertEqual(psql("SELECT version FROM skywitness.claim_status WHERE claim_id = 'an124-three-arrivals'"),
                         "3")

    def test_08_list_in_every_format(self):
        found = rows("claims", "list")
        self.assertEqual(len(found), 19)
        by_csv = list(csv.DictReader(io.StringIO(run("claims", "list", "--format", "csv")[0], newline="")))
        self.assertEqual([row["claim_id"] for row in by_csv], [row["claim_id"] for row in found])
        table = run("claims", "list")[0]
        self.assertIn("(synthetic data)", table)
        one = next(row for row in found if row["claim_id"] == "flights-resumed-after-six-months")
        self.assertEqual((one["report_count"], one["independent_reports"]), (5, 1))
        one = next(row for row in found if row["claim_id"] == "first-moscow-visit-october-2024")
        self.assertEqual(one["conflicting_reports"], 3)
        self.assertEqual(verdicts(rows("claims", "list", "--verdict", "untestable")).get("good-one"), "untestable")

    def test_09_show_lets_a_reader_check(self):
        text = run("claims", "show", "an124-three-arrivals")[0]
        for part in ("RESTS ON SYNTHETIC DATA", "exactly 3 claimed", "147 hours", "behind it bloomberg-2025-10-30",
                     "visit 00000000-0000-8000-8000-000000000001, supports", "What would change this",
                     "3 reports, 1 independent", "Il-26M"):
            self.assertIn(part, text)
        self.assertNotIn("false", text.lower())
        text = run("claims", "show", "first-moscow-visit-october-2024")[0]
        self.assertIn("Contradicted by another report (dates): fakti-2026-01-29", text)
        run("claims", "show", "no-such-claim", status=WANTING)
        run("explain", "assessment", "999999", status=WANTING)
        run("explain", "assessment", "x", status=USAGE)
        run("claims", "show", status=USAGE)

    def test_10_claimreview(self):
        reviews = json.loads(run("claims", "export", "--format", "claimreview", "--author", "The desk")[0])
        self.assertEqual(len(reviews), 19)
        review = next(r for r in reviews if "came to Hmeimim three times" in r["claimReviewed"])
        self.assertEqual(review["@type"], "ClaimReview")
        self.assertEqual(review["author"]["name"], "The desk")
        self.assertIn("disambiguatingDescription", review)  # synthetic
        self.assertEqual(len(review["itemReviewed"]["appearance"]), 3)
        silent = next(r for r in reviews if "north-eastern Syria" in r["claimReviewed"])
        self.assertNotIn("ratingValue", silent["reviewRating"])
        run("claims", "export", "--format", "rss", status=USAGE)
        run("claims", "export", "no-such-claim", status=69)

    def test_11_coverage_from_the_ledger(self):
        psql("""INSERT INTO skywitness_store.feed VALUES ('adsb.lol') ON CONFLICT DO NOTHING;
            INSERT INTO skywitness_store.poll (poll_id, asked_at, answered_at, bytes, status, aircraft_heard,
              aircraft_kept, points, feed, request, error)
            SELECT gen_random_uuid(), t, t, 1, 200, 1, 0, 0, 'adsb.lol', '/v2/test',
              CASE WHEN t >= '2025-10-27T02:00Z' AND t < '2025-10-27T02:10Z' THEN 'HTTP 503' END
            FROM generate_series('2025-10-27T00:00Z'::timestamptz, '2025-10-27T03:59Z', '1 minute') AS g (t);
            INSERT INTO skywitness_store.poll_nearby (asked_at, poll_id, heard_low, lowest_ft, place, feed)
            SELECT asked_at, poll_id, 2, 2900, 'OSLK', feed FROM skywitness_store.poll
            WHERE asked_at = '2025-10-27T01:30Z'""")
        found = rows("coverage", "OSLK", "--since", "2025-10-27", "--until", "2025-10-27T05:00Z")
        self.assertEqual([row["state"] for row in found],
                         ["looked_no_cover", "covered_not_seen",
                          "not_looked",  # 10 of 12 slots good: less than nine tenths
                          "looked_no_cover", "not_looked"])
        self.assertEqual([row["polls_ok"] for row in found], [12, 12, 10, 12, None])
        talk = run("coverage", "OSLK", "--since", "2025-10-27", "--until", "2025-10-27T05:00Z")[1]
        self.assertIn("looked 60 % of hours, could have seen below 10,000 ft in 20 %", talk)
        run("coverage", "XXXX", status=USAGE)
        # Later weeks profit: the same hour was heard in one of four weeks only, which is not enough; in two it is.
        psql("""INSERT INTO skywitness_store.poll (poll_id, asked_at, answered_at, bytes, status, aircraft_heard,
              aircraft_kept, points, feed, request)
            SELECT gen_random_uuid(), t + w * interval '7 days', t, 1, 200, 1, 0, 0, 'adsb.lol', '/v2/test'
            FROM generate_series('2025-10-27T01:00Z'::timestamptz, '2025-10-27T01:59Z', '1 minute') AS g (t),
              generate_series(1, 2) AS weeks (w);
            INSERT INTO skywitness_store.poll_nearby (asked_at, poll_id, heard_low, lowest_ft, place, feed)
            SELECT asked_at, poll_id, 2, 2900, 'OSLK', feed FROM skywitness_store.poll
            WHERE asked_at = '2025-11-03T01:30Z'""")
        found = rows("coverage", "OSLK", "--since", "2025-11-10T01:00Z", "--until", "2025-11-10T02:00Z")
        self.assertEqual(found[0]["state"], "covered_not_seen")

    def test_12_coverage_touches_claims(self):
        rows("claims", "assess")
        psql("UPDATE skywitness_store.claim_check SET checked_at = checked_at - interval '1 hour'")
        psql("""INSERT INTO skywitness_store.coverage_hour (place, hour, state, polls_due, polls_ok, others_low, source)
            SELECT 'OSLK', h, 'covered_not_seen', 12, 12, 5, 'archive'
            FROM generate_series('2025-10-23T21:00Z'::timestamptz, '2025-10-29T23:00Z', '1 hour') AS g (h)
            ON CONFLICT (place, hour) DO UPDATE SET state = excluded.state, source = excluded.source,
            computed_at = now()""")
        due = verdicts(rows("claims", "assess", "--due"))
        self.assertEqual(due["an124-three-arrivals"], "partly")  # two of three, every hour covered
        self.assertNotIn("moscow-talks-2026-01-28", due)
        self.assertEqual(rows("coverage", "OSLK", "--since", "2025-10-27", "--until", "2025-10-27T05:00Z",
                              "--refresh")[0]["source"], "archive")  # the ledger does not undo an archive

    def test_13_a_visit_in_the_pause(self):
        visit(4, "OSLK", "2025-07-15T10:00Z", "2025-07-15T10:20Z", icao24="152a8d", registration="RA-76429",
              type_code="IL76", grade="A2")
        due = verdicts(rows("claims", "assess", "--due"))
        self.assertEqual(due["flights-resumed-after-six-months"], "contradicted")
        text = run("claims", "show", "flights-resumed-after-six-months")[0]
        self.assertIn("visit_in_the_pause", text)
        self.assertIn("contradicts: RA-76429 IL76 at OSLK, A2", text)

    def test_14_presence_by_the_path(self):
        psql("""INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter, icao24,
            state, registration, type_code, callsigns, watch_ids, feeds, path)
            VALUES ('00000000-0000-8000-a000-000000000001', '2025-10-26T05:00Z', '2025-10-26T05:00Z',
            '2025-10-26T07:00Z', 0, '1551df', 'lost_high', 'RA-86495', 'IL62', '{}', '{}', '{adsb.lol}',
            public.ST_SetSRID('LINESTRING ZM (20.3 32.0 9000 1761454800, 22.5 31.5 9000 1761456600,
            28.0 33.5 9000 1761460200)'::public.geometry, 4326))""")
        visit(5, "OSLK", "2025-10-26T09:00Z", "2025-10-26T09:20Z", icao24="1551df", registration="RA-86495",
              type_code="IL62")
        visit(6, "UUMU", "2025-10-26T16:00Z", "2025-10-26T16:20Z", icao24="1551df", registration="RA-86495",
              type_code="IL62")
        found = rows("claims", "assess", "il62-libya-latakia-moscow")[0]
        self.assertEqual(found["verdict"], "corroborated")
        shown = rows("claims", "show", "il62-libya-latakia-moscow")
        presence = shown["assessment"]["clauses"][0]["evidence"][0]
        self.assertEqual((presence["kind"], presence["place"]), ("presence", "libya"))
        self.assertEqual((presence["from"], presence["to"]), ("2025-10-26T05:00:00Z", "2025-10-26T05:30:00Z"))

    def test_15_named_airframes_elsewhere(self):
        claim = {"id": "named", "statement": "s", "reports": ["fakti-2026-01-29"], "clauses": [
            {"id": "x", "kind": "arrivals", "aircraft": {"registrations": ["RA-82039"]}, "place": "OSLK", "count": 1,
             "window": {"from": "2025-10-27T10:00Z", "to": "2025-10-27T12:00Z"}}]}
        path = write("named.json", {"claims": [claim]})
        self.assertNotEqual(rows("claims", "import", path)[0]["verdict"], "contradicted")
        visit(7, "UUMU", "2025-10-27T09:00Z", "2025-10-27T09:20Z", icao24="154077", registration="RA-82039",
              stay="4 hours")
        due = verdicts(rows("claims", "assess", "--due"))
        self.assertEqual(due["named"], "contradicted")

    def test_16_two_at_once_number_without_gap_or_double(self):
        psql("UPDATE skywitness_store.visit SET grade = 'A2' WHERE visit_id = '00000000-0000-8000-8000-000000000001'")
        environment = dict(os.environ, SKYWITNESS_CONFIG=str(CONFIG))
        several = [subprocess.Popen([PROGRAM, "claims", "assess"], env=environment, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE) for _ in range(4)]
        for one in several:
            self.assertEqual(one.wait(), GOOD, one.communicate()[1])
        self.assertEqual(psql("SELECT count(*) FROM (SELECT claim_id FROM skywitness.assessment GROUP BY claim_id "
                              "HAVING max(number) <> count(*)) AS broken"), "0")
        self.assertEqual(psql("SELECT count(*) FROM skywitness.assessment a JOIN skywitness.assessment b "
                              "ON a.claim_id = b.claim_id AND a.number = b.number + 1 "
                              "JOIN skywitness_store.assessment x ON x.assessment_id = a.assessment_id "
                              "JOIN skywitness_store.assessment y ON y.assessment_id = b.assessment_id "
                              "WHERE x.essence = y.essence AND x.version = y.version"), "0")

    def test_17_points_behind_a_verdict_are_evidence(self):
        """A presence has no visit; the sighting is evidence by the assessment alone."""
        spans = "skywitness_store.evidence_spans('2025-10-26', '2025-10-27', '2025-10-28')"
        self.assertEqual(psql(f"SELECT count(*) FROM {spans} WHERE icao24 = '1551df' AND NOT unfinished "
                              "AND since = '2025-10-26T05:00Z' AND until = '2025-10-26T07:00Z'"), "1")

    def test_18_roles(self):
        for view in ("report", "claim", "clause", "assessment", "assessment_clause", "evidence", "coverage_hour",
                     "claim_status", "report_conflict", "control_sample"):
            psql(f"SELECT * FROM skywitness.{view} LIMIT 1", role="skywitness_reader")
        psql("SELECT * FROM skywitness_store.assessment", role="skywitness_reader", fails=True)
        for table in ("assessment", "assessment_clause", "evidence"):
            psql(f"DELETE FROM skywitness_store.{table}", role="skywitness_writer", fails=True)
        psql("UPDATE skywitness_store.assessment SET verdict = 'corroborated'", role="skywitness_writer", fails=True)


if __name__ == "__main__":
    CONFIG.write_text(json.dumps(CONFIGURATION))
    unittest.main(verbosity=1)
