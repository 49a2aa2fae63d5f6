#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the operator's tool against a private PostgreSQL and reads every format back.

Called by with_postgresql.sh with the program's path as its only argument. The flights are synthetic.
"""

import datetime
import json
import os
import pathlib
import subprocess
import unittest
import xml.etree.ElementTree as xml

from tool import (BAD_CONFIGURATION, BAD_DATA, CONFIG, DATABASE, FOLDER, HERE, PROGRAM, UNAVAILABLE, USAGE,
                  WANTING, assert_fits_a_terminal, assert_same_rows, psql, rows, run, run_tests,
                  write_configuration)

CONFIGURATION = {
    "database": DATABASE,
    "state_directory": FOLDER.name,
    "watch": [
        {"id": "an124", "types": ["A124"], "registrations": ["RA-8201?"]},
        {"id": "special", "hexes": ["1551df", "1551e0", "155221"], "callsigns": ["RFF*"]},
    ],
    "places": ["places.json"],
    "feeds": [
        {"id": "adsb.lol", "provider": "adsb.lol", "max_requests_per_day": 1000},
        {"id": "roof", "provider": "local", "url": "http://127.0.0.1:1/data"},
        {"id": "resting", "provider": "adsb.fi", "enabled": False},
    ],
}
PLACES = {
    "places": [
        {"id": "OSLK", "kind": "airfield", "name": "Hmeimim / Latakia", "latitude": 35.4011,
         "longitude": 35.9487, "elevation_ft": 157, "country": "SY"},
        {"id": "off-crete", "kind": "circle", "name": "Off Crete", "latitude": 33.5, "longitude": 24.5,
         "radius_nm": 40},
        {"id": "box", "kind": "polygon", "name": "A box", "polygon": {"type": "Polygon", "coordinates": [
            [[37.0, 54.0], [39.0, 54.0], [39.0, 57.0], [37.0, 57.0], [37.0, 54.0]]]}},
    ]
}


def ids(found):
    return [row["sighting_id"][-1] for row in found]


class Database(unittest.TestCase):
    """Before there is a schema; the names sort before all others."""

    def test_1_an_empty_database_is_found_wanting(self):
        out, talk = run("db", "status", status=WANTING)
        self.assertIn("missing", out)
        self.assertIn("db migrate", talk)
        out, talk = run("sightings", "--format", "json", status=UNAVAILABLE)
        self.assertEqual(out, "")  # no "[]": nothing was answered
        self.assertIn("db migrate", talk)

    def test_2_migrate_applies_once(self):
        first = rows("db", "migrate")[0]
        self.assertEqual(first["version_before"], 0)
        self.assertEqual(first["applied"], first["version"])
        again = rows("db", "migrate")[0]
        self.assertEqual(again["applied"], 0)
        self.assertEqual(rows("db", "status")[0]["state"], "current")

    def test_3_synthetic_rows(self):
        psql("-f", str(HERE / "synthetic.sql"))
        status = rows("db", "status")[0]
        self.assertEqual(status["days"], 9)
        self.assertEqual((status["first_day"], status["last_day"]), ("2025-10-20", "2025-10-28"))
        self.assertGreater(status["bytes"], 1000000)


    def test_where(self):
        for database, wanted in (
                ("postgresql:///tracks", ("tracks", None, None, None, True)),
                ("tracks", ("tracks", None, None, None, True)),
                ("host=/run/postgresql port=5433", (None, "/run/postgresql", "5433", None, True)),
                ("postgresql://ada@[::1]:5433/", ("ada", "::1", "5433", "ada", True)),
                ("postgresql://ada:secret@db.example.org/tracks", ("tracks", "db.example.org", None, "ada", False)),
                ("host=127.0.0.1,db.example.org dbname=tracks", ("tracks", "127.0.0.1,db.example.org", None, None, False)),
                ("host=localhost hostaddr=192.0.2.1", (None, "localhost", None, None, False)),
                ("service=elsewhere", (None, None, None, None, False))):
            row, = json.loads(run("--db", database, "--format", "json", "db", "where")[0])
            self.assertEqual(tuple(row[key] for key in ("database", "host", "port", "user", "local")), wanted, database)
        self.assertEqual(rows("db", "where")[0]["local"], True)
        run("--db", "postgresql://[", "db", "where", status=USAGE)
        self.assertEqual(rows("db", "where", config=False)[0]["database"], "skywitness")


class Sightings(unittest.TestCase):
    def test_every_row_format_says_the_same(self):
        found = rows("sightings")
        self.assertEqual(len(found), 4)
        assert_same_rows(self, found, run("sightings", "--format", "csv")[0])

    def test_values(self):
        landed = next(row for row in rows("sightings") if row["sighting_id"].endswith("1"))
        self.assertEqual(landed["icao24"], "15405a")
        self.assertEqual(landed["callsigns"], ["RFF7032", "82010"])
        self.assertEqual(landed["first_seen"], "2025-10-26T08:00:00Z")
        self.assertEqual(landed["feeds"], ["adsb.lol", "roof"])
        self.assertEqual(landed["point_count"], 66)
        self.assertIsNone(landed["origin"])
        self.assertEqual(landed["destination"], "OSLK")

    def test_the_table_fits_a_terminal(self):
        lines = run("sightings")[0].splitlines()
        self.assertEqual(len(lines), 5)
        assert_fits_a_terminal(self, "\n".join(lines))
        start = lines[0].index("first seen")
        for line in lines[1:]:
            self.assertRegex(line[start:], r"^2025-10-\d\dT\d\d:\d\dZ  \d\d:\d\dZ ")

    def test_filters(self):
        cases = {
            (): "4312",
            ("--hex", "15405A"): "41",
            ("--hex", "15405a,~2a3b4c"): "431",
            ("--type", "il62"): "2",
            ("--type", "A124,IL62"): "412",
            ("--callsign", "rff*"): "1",
            ("--callsign", "820??"): "41",
            ("--callsign", "A_B"): "3",
            ("--callsign", "A%B"): "",
            ("--callsign", "RFF*,A?B"): "31",
            ("--state", "open"): "2",
            ("--state", "superseded"): "5",
            ("--since", "2025-10-26"): "12",
            ("--since", "2025-10-26T08:59Z"): "12",
            ("--since", "2025-10-26T08:59:01Z"): "2",
            ("--until", "2025-10-25"): "43",
            ("--until", "2025-10-25T01:00Z"): "4",
            ("--since", "2025-10-25T01:10Z", "--until", "2025-10-26T08:00:01Z"): "31",
            ("--place", "OSLK"): "1",
            ("--place", "off-crete"): "2",
            ("--place", "box"): "4",
            ("--place", "OSLK", "--type", "IL62"): "",
            ("--limit", "2"): "12",
            ("--limit", "0"): "4312",
        }
        for words, expected in cases.items():
            with self.subTest(words=words):
                self.assertEqual("".join(ids(rows("sightings", *words))), expected)

    def test_a_table_is_cut_and_says_so(self):
        psql("-c", """INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter,
                          icao24, state, callsigns, watch_ids, feeds)
                      SELECT gen_random_uuid(), t, t, t, 9, 'abcdef', 'lost_high', '{}', '{}', '{}'
                      FROM generate_series('2025-01-01'::timestamptz, '2025-01-05', '1 hour') AS t""")
        out, talk = run("sightings", "--hex", "abcdef", "--state", "lost_high")
        self.assertEqual(len(out.splitlines()), 98)
        self.assertEqual(talk, "")
        psql("-c", """INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter,
                          icao24, state, callsigns, watch_ids, feeds)
                      SELECT gen_random_uuid(), t, t, t, 9, 'abcdef', 'lost_high', '{}', '{}', '{}'
                      FROM generate_series('2025-01-06'::timestamptz, '2025-01-07', '1 hour') AS t""")
        out, talk = run("sightings", "--hex", "abcdef")
        self.assertEqual(len(out.splitlines()), 101)
        self.assertIn("--limit 0", talk)
        self.assertIn("2025-01-07T00:00Z", out.splitlines()[-1])
        self.assertEqual(len(rows("sightings", "--hex", "abcdef")), 122)
        psql("-c", "DELETE FROM skywitness_store.sighting WHERE icao24 = 'abcdef'")

    def test_mistakes(self):
        cases = {
            ("--place", "OSLKK"): "did you mean OSLK?",
            ("--hex", "RA-82010"): "its address is 15405a",
            ("--hex", "15405"): "six hexadecimal digits",
            ("--hex", "15405a,"): "six hexadecimal digits",
            ("--type", "IL-62M"): "ICAO designator",
            ("--state", "lnaded"): "did you mean landed?",
            ("--since", "2025-10-27", "--until", "2025-10-26"): "not before",
            ("--since", "tomorrow"): "expected a UTC time",
            ("--limit", "-1"): "expected a whole number",
            ("--hxe", "1"): "did you mean --hex?",
            ("--format", "xml"): "no such format",
            ("word",): "unexpected argument",
        }
        for words, expected in cases.items():
            with self.subTest(words=words):
                out, talk = run("sightings", *words, status=USAGE)
                self.assertEqual(out, "")
                self.assertIn(expected, talk)

    def test_a_reader_may_read(self):
        reader = DATABASE + "?user=skywitness_reader"
        self.assertEqual(len(rows("--db", reader, "sightings", "--place", "OSLK")), 1)
        run("--db", reader, "sightings", "--format", "kml")
        run("--db", reader, "feeds")
        talk = run("--db", reader, "db", "migrate", status=UNAVAILABLE)[1]
        self.assertIn("permission denied", talk)


def positions(feature):
    geometry = feature["geometry"]
    if geometry["type"] == "Point":
        return [geometry["coordinates"]]
    if geometry["type"] == "LineString":
        return geometry["coordinates"]
    return [position for part in geometry["coordinates"] for position in part]


class Tracks(unittest.TestCase):
    def test_geojson(self):
        collection = json.loads(run("sightings", "--format", "geojson")[0])
        self.assertEqual(collection["type"], "FeatureCollection")
        features = {feature["id"][-1]: feature for feature in collection["features"]}
        self.assertEqual("".join(sorted(features)), "1234")

        landed = features["1"]
        self.assertEqual(landed["geometry"]["type"], "LineString")
        self.assertEqual(len(positions(landed)), 59)  # 60 moments, one of them implausible
        self.assertEqual(len(landed["properties"]["times"]), 59)
        self.assertEqual(positions(landed)[0], [37.0287, 39.7211, 10668.0])
        self.assertEqual(positions(landed)[-1], [35.9487, 35.4011, 0.0])
        self.assertEqual(landed["properties"]["callsigns"], ["RFF7032", "82010"])
        self.assertIn("adsb.lol", landed["properties"]["attribution"])

        across = features["3"]["geometry"]  # RFC 7946, 3.1.9
        self.assertEqual(across["type"], "MultiLineString")
        west, east = across["coordinates"]
        self.assertEqual(west[-1][:2], [180.0, 61.5])
        self.assertEqual(east[0][:2], [-180.0, 61.5])
        self.assertEqual([len(part) for part in features["3"]["properties"]["times"]], [3, 2])
        self.assertEqual(features["3"]["properties"]["times"][1][0], "2025-10-25T01:15:00Z")
        self.assertEqual(features["3"]["properties"]["registration"], '<R&"D>,\n')

        self.assertEqual(features["4"]["geometry"]["type"], "Point")
        self.assertEqual(positions(features["2"])[1], [25.0, 33.6])  # no altitude known

    def test_doubtful_points_on_demand(self):
        words = ("sightings", "--hex", "15405a", "--since", "2025-10-26", "--format", "geojson")
        feature = json.loads(run(*words, "--doubtful")[0])["features"][0]
        self.assertEqual(len(positions(feature)), 60)

    def test_kml(self):
        names = {"kml": "http://www.opengis.net/kml/2.2", "gx": "http://www.google.com/kml/ext/2.2"}
        root = xml.fromstring(run("sightings", "--format", "kml")[0])
        self.assertEqual(root.tag, "{http://www.opengis.net/kml/2.2}kml")
        marks = root.findall(".//kml:Placemark", names)
        self.assertEqual(len(marks), 4)
        for mark in marks:
            whens = mark.findall(".//kml:when", names)
            coordinates = mark.findall(".//gx:coord", names)
            self.assertEqual(len(whens), len(coordinates))
            for array in mark.findall(".//gx:SimpleArrayData", names):
                self.assertEqual(len(array), len(whens))
            for when in whens:
                datetime.datetime.fromisoformat(when.text.replace("Z", "+00:00"))
        odd = marks[1].find("kml:name", names).text
        self.assertTrue(odd.startswith('<R&"D>,'))
        self.assertEqual(marks[2].findall(".//gx:coord", names)[0].text, "37.028700 39.721100 10668.0")

    def test_gpx(self):
        names = {"gpx": "http://www.topografix.com/GPX/1/1"}
        root = xml.fromstring(run("sightings", "--format", "gpx")[0])
        tracks = root.findall("gpx:trk", names)
        self.assertEqual(len(tracks), 4)
        self.assertEqual([len(track.findall("gpx:trkseg", names)) for track in tracks], [1, 1, 1, 2])
        points = tracks[2].findall(".//gpx:trkpt", names)
        self.assertEqual(len(points), 59)
        self.assertEqual([child.tag.split("}")[1] for child in points[0]], ["ele", "time"])
        self.assertEqual(points[0].get("lat"), "39.721100")
        # The order of elements that the GPX schema wants.
        self.assertEqual([child.tag.split("}")[1] for child in tracks[0]], ["name", "desc", "src", "trkseg"])
        self.assertIsNone(tracks[3].findall(".//gpx:trkpt", names)[1].find("gpx:ele", names))

    def test_readsb(self):
        lines = run("sightings", "--format", "readsb")[0].splitlines()
        traces = {trace["icao"]: trace for trace in map(json.loads, lines)}
        self.assertEqual(sorted(traces), ["15405a", "1551df", "~2a3b4c"])
        an124 = traces["15405a"]
        self.assertEqual((an124["r"], an124["t"]), ("RA-82010", "A124"))
        self.assertEqual(an124["timestamp"], 1761040800.0)
        trace = an124["trace"]
        self.assertEqual(len(trace), 60)
        self.assertTrue(all(len(element) == 14 for element in trace))
        self.assertTrue(all(one[0] < two[0] for one, two in zip(trace, trace[1:])))
        self.assertEqual([index for index, element in enumerate(trace) if element[6] & 2], [0, 1])
        self.assertEqual(trace[1][:8], [424800.0, 39.7211, 37.0287, 35000, 400.0, 191.5, 2, -1200])
        self.assertEqual(trace[1][8]["squawk"], "1234")
        self.assertIsNone(trace[2][8])
        self.assertEqual(trace[30][8]["squawk"], "7000")
        self.assertEqual([element[3] for element in trace[-5:]], ["ground"] * 5)
        stale = [element for element in trace if element[6] & 1]
        self.assertEqual([element[0] for element in stale], [424800.0 + 11 * 60])
        self.assertTrue(all(element[6] & 8 for element in traces["~2a3b4c"]["trace"]))

    def test_no_sighting_is_still_a_document(self):
        words = ("sightings", "--hex", "ffffff", "--format")
        self.assertEqual(json.loads(run(*words, "geojson")[0])["features"], [])
        xml.fromstring(run(*words, "kml")[0])
        xml.fromstring(run(*words, "gpx")[0])
        self.assertEqual(run(*words, "readsb")[0], "")

    def test_tracks_are_for_sightings_only(self):
        self.assertIn("for tracks", run("feeds", "--format", "gpx", status=USAGE)[1])


class Feeds(unittest.TestCase):
    def test_states(self):
        feeds = {row["feed"]: row for row in rows("feeds")}
        self.assertEqual({name: row["state"] for name, row in feeds.items()},
                         {"adsb.lol": "good", "roof": "new", "resting": "disabled", "gone": "down"})
        good = feeds["adsb.lol"]
        self.assertEqual(good["requests_last_hour"], 30)
        self.assertEqual(good["requests_per_minute"], 0.5)
        self.assertEqual(good["points_last_hour"], 30)
        self.assertIn(good["budget_left_today"], range(970, 1001))  # less if today began within 5 minutes
        self.assertIsNone(feeds["roof"]["last_answered_at"])
        self.assertIn("\x1b", feeds["gone"]["last_error"])  # as it came, in JSON

    def test_the_table_is_harmless(self):
        out = run("feeds")[0]
        self.assertNotIn("\x1b", out)
        self.assertEqual(len(out.splitlines()), 5)


class Configuration(unittest.TestCase):
    def test_watch(self):
        found = rows("watch")
        entries = {row["watch_id"]: row for row in found if row["kind"] == "entry"}
        self.assertEqual(list(entries), ["an124", "special"])
        self.assertEqual(entries["an124"]["types"], ["A124"])
        self.assertEqual(entries["special"]["addresses"], ["1551df-1551e0", "155221"])
        self.assertEqual(entries["special"]["address_count"], 3)
        requests = [row for row in found if row["kind"] == "request"]
        self.assertEqual({row["feed"] for row in requests}, {"adsb.lol", "roof"})
        self.assertTrue(all(row["purpose"] and row["interval_s"] > 0 for row in requests))
        self.assertTrue(any("A124" in row["request"] for row in requests))
        only = rows("watch", "--feed", "roof")
        self.assertEqual({row["feed"] for row in only if row["kind"] == "request"}, {"roof"})
        self.assertIn("did you mean roof?", run("watch", "--feed", "rof", status=USAGE)[1])

    def test_watch_table(self):
        out, talk = run("watch")
        self.assertIn("matches all of", out)
        self.assertIn("resting is disabled", talk)
        for line in out.splitlines():
            self.assertLessEqual(len(line), 100)

    def test_a_registration_pattern_stands_for_addresses(self):
        path = pathlib.Path(FOLDER.name) / "pattern.json"
        path.write_text(json.dumps(dict(CONFIGURATION, watch=[{"id": "p", "registrations": ["RA-8201?"]}])))
        entry = rows("--config", str(path), "watch")[0]
        self.assertEqual(entry["addresses"], ["15405a-154063"])
        self.assertEqual(entry["address_count"], 10)

    def test_places(self):
        places = {row["place"]: row for row in rows("places", "list")}
        self.assertEqual(list(places), ["OSLK", "off-crete", "box"])
        self.assertEqual(places["OSLK"]["kind"], "airfield")
        self.assertEqual(places["OSLK"]["elevation_ft"], 157)
        self.assertEqual(places["off-crete"]["radius_nm"], 40)
        self.assertIsNone(places["box"]["elevation_ft"])

    def test_the_order_in_which_a_configuration_is_looked_for(self):
        empty = pathlib.Path(FOLDER.name) / "empty.json"
        empty.write_text(json.dumps({"watch": [{"id": "one", "types": ["A124"]}]}))
        environment = {"SKYWITNESS_CONFIG": str(empty)}
        self.assertEqual([row["watch_id"] for row in rows("watch", env=environment)], ["one"])
        found = rows("--config", str(CONFIG), "watch", env=environment)
        self.assertEqual(found[0]["watch_id"], "an124")

    def test_a_bad_configuration_tells_everything(self):
        bad = pathlib.Path(FOLDER.name) / "bad.json"
        bad.write_text('{"databse": "x", "feeds": [{"id": "a", "provider": "adsb.lol", "interval_s": "abc"}]}')
        out, talk = run("--config", str(bad), "sightings", status=BAD_CONFIGURATION)
        self.assertEqual(out, "")
        self.assertIn("databse", talk)
        self.assertIn("feeds[0].interval_s", talk)
        talk = run("--config", "/nonexistent/skywitness.json", "feeds", status=BAD_CONFIGURATION)[1]
        self.assertIn("--config FILE", talk)

    def test_a_database_suffices_for_sightings(self):
        environment = {"SKYWITNESS_CONFIG": "/nonexistent/skywitness.json"}
        self.assertEqual(len(rows("--db", DATABASE, "sightings", env=environment)), 4)
        self.assertEqual(len(rows("--db", DATABASE, "feeds", env=environment)), 2)


AIRPORTS = """\
"id","ident","type","name","latitude_deg","longitude_deg","elevation_ft","continent","iso_country","iso_region",\
"municipality","scheduled_service","gps_code","iata_code","local_code","home_link","wikipedia_link","keywords"
1,"OSLK","medium_airport","Latakia ""Bassel"" Airport",35.4011,35.9487,157,"AS","SY","SY-LA","Latakia","yes","OSLK","LTK",,,,
2,"HL59","small_airport","Al Khadim",31.9985,21.1918,800,"AF","LY","LY-X",,"no","HL59",,,,,
3,"SY-0001","heliport","Roof",33.5,36.3,,"AS","SY","SY-DI",,"no",,,,,,
4,"OSXX","closed","Gone",34.0,37.0,1000,"AS","SY","SY-HI",,"no",,,,,,
"""
RUNWAYS = """\
"id","airport_ref","airport_ident","length_ft","width_ft","surface","lighted","closed","le_ident","le_latitude_deg",\
"le_longitude_deg","le_elevation_ft","le_heading_degT","le_displaced_threshold_ft","he_ident","he_latitude_deg",\
"he_longitude_deg","he_elevation_ft","he_heading_degT","he_displaced_threshold_ft"
1,1,"OSLK",9175,148,"ASP",1,0,"17",35.4139,35.9475,157,176,,"35",35.3887,35.9494,128,356,
2,2,"HL59",9000,148,"ASP",0,0,"17",32.0126,21.1822,,170,,"35",31.985,21.2,,350,
"""


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = []
        for name, text in (("airports.csv", AIRPORTS), ("runways.csv", RUNWAYS)):
            path = pathlib.Path(FOLDER.name) / name
            path.write_text(text, encoding="utf-8")
            cls.files.append(str(path))

    def imported(self, *words):
        """What the configuration makes of the file that was written."""
        path = pathlib.Path(FOLDER.name) / "imported.json"
        path.unlink(missing_ok=True)
        run("places", "import", *self.files, *words, "-o", str(path))
        main = pathlib.Path(FOLDER.name) / "importing.json"
        main.write_text(json.dumps({"watch": [{"id": "x", "types": ["A124"]}], "places": ["imported.json"]}))
        return {row["place"]: row for row in rows("--config", str(main), "places", "list")}

    def test_filters(self):
        cases = {
            (): ["HL59", "OSLK"],
            ("--country", "sy"): ["OSLK"],
            ("--country", "SY,LY", "--type", "medium_airport,heliport"): ["OSLK", "SY-0001"],
            ("--near", "32,21,50"): ["HL59"],
            ("--ident", "oslk"): ["OSLK"],
            ("--runway", "9100"): ["OSLK"],
            ("--closed", "--country", "SY"): ["OSLK", "OSXX"],
        }
        for words, expected in cases.items():
            with self.subTest(words=words):
                self.assertEqual(sorted(self.imported(*words)), expected)

    def test_values(self):
        field = self.imported("--ident", "OSLK")["OSLK"]
        self.assertEqual(field["name"], 'Latakia "Bassel" Airport')
        self.assertEqual((field["latitude"], field["longitude"], field["elevation_ft"]), (35.4011, 35.9487, 157))
        self.assertEqual(field["longest_runway_ft"], 9175)

    def test_standard_output_is_the_file(self):
        out, talk = run("places", "import", *self.files, "--ident", "OSLK")
        self.assertIn('"OSLK"', out)
        self.assertIn("1 of 4 airports", talk)

    def test_mistakes(self):
        self.assertIn("nothing is written", run("places", "import", *self.files, "--country", "RU", status=WANTING)[1])
        for words, expected in {
            ("--country", "SYR"): "two letters",
            ("--near", "35.4,35.9"): "expected latitude, longitude and nautical miles",
            ("--near", "95,35.9,10"): "expected latitude",
            ("--near", "35.4,35.9,nan"): "expected latitude",
            ("--type", "larg_airport"): "did you mean large_airport?",
        }.items():
            with self.subTest(words=words):
                self.assertIn(expected, run("places", "import", *self.files, *words, status=USAGE)[1])
        self.assertIn("expected: skywitness places import",
                      run("places", "import", self.files[0], status=USAGE)[1])
        run("places", "import", "/nonexistent.csv", self.files[1], status=UNAVAILABLE)
        run("places", "import", self.files[1], self.files[1], status=BAD_DATA)
        run("places", "import", *self.files, "-o", "/nonexistent/places.json", status=UNAVAILABLE)


class Connection(unittest.TestCase):
    def test_away(self):
        nowhere = "postgresql:///skywitness?host=" + FOLDER.name
        for command in (["db", "status"], ["db", "migrate"], ["sightings"], ["feeds"],
                        ["db", "retain", "--days", "10"]):
            with self.subTest(command=command):
                out, talk = run("--db", nowhere, *command, status=UNAVAILABLE)
                self.assertEqual(out, "")
                self.assertIn("cannot be reached", talk)
                self.assertEqual(len(talk.splitlines()), 1)

    def test_no_such_database(self):
        talk = run("--db", "dbname=nothing_there", "sightings", status=UNAVAILABLE)[1]
        self.assertIn("nothing_there", talk)

    def test_no_connection_string(self):
        talk = run("--db", "postgresql://[", "sightings", status=USAGE)[1]
        self.assertIn("database:", talk)

    def test_a_full_disk_is_reported(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "--config", str(CONFIG), "sightings", "--format", "kml"],
                                  stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, UNAVAILABLE)
        self.assertIn(b"standard output", done.stderr)


class Help(unittest.TestCase):
    def commands(self):
        lines = run("help")[0].split("Commands:\n")[1].split("\n\n")[0].splitlines()
        return [line[2:21].split("  ")[0].strip() for line in lines if not line.startswith("  help")]

    def test_every_command_explains_itself(self):
        names = self.commands()
        self.assertIn("db migrate", names)
        for name in names:
            with self.subTest(name=name):
                out, talk = run(*name.split(), "--help")
                self.assertTrue(out.startswith(f"Usage: skywitness {name}"))
                self.assertIn("--config FILE", out)
                self.assertEqual(talk, "")
                self.assertEqual(run("help", *name.split())[0], out)

    def test_the_manual_and_the_completion_know_every_command_and_option(self):
        root = HERE.parent.parent
        manual = (root / "man" / "skywitness.1.scd").read_text(encoding="utf-8")
        completion = (root / "completions" / "skywitness.bash").read_text(encoding="utf-8")
        for name in self.commands():
            with self.subTest(name=name):
                self.assertTrue(f"*{name}*" in manual.replace("\\", ""), "in the manual")
                for word in name.split():
                    self.assertIn(word, completion)
                for line in run("help", *name.split())[0].splitlines():
                    for word in line.split()[:2]:
                        if line.startswith("  ") and word.startswith("--"):
                            self.assertIn(word.rstrip(","), manual.replace("\\", ""))
                            self.assertIn(word.rstrip(","), completion)

    def complete(self, *words):
        """What bash offers for the last word."""
        script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _skywitness; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        completion = HERE.parent.parent / "completions" / "skywitness.bash"
        done = subprocess.run(["bash", "-c", script, str(completion), PROGRAM, *words], capture_output=True,
                              text=True, check=True, env=dict(os.environ, SKYWITNESS_CONFIG=str(CONFIG)))
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_completion(self):
        cases = {
            ("si",): ["sightings"],
            ("db", ""): ["migrate", "status", "retain", "where"],
            ("--format", "csv", "places", "i"): ["import"],
            ("sightings", "--si"): ["--since"],
            ("sightings", "--since", "1d", "--pl"): ["--place"],
            ("sightings", "--place", "o"): ["off-crete"],
            ("--config", str(CONFIG), "sightings", "--place", "OS"): ["OSLK"],
            ("watch", "--feed", "ro"): ["roof"],
            ("sightings", "--format", "g"): ["geojson", "gpx"],
            ("feeds", "--format", "g"): [],
            ("sightings", "--state", "open,la"): ["open,landed"],
            ("visits", "--state", "open,c"): ["open,confirmed"],
            ("visits", "--grade", "A"): ["A0", "A1", "A2", "A3", "A4"],
            ("visits", "--format", "k"): ["kml"],
            ("explain", "vi"): ["visit"],
            ("explain", "sighting", "00000000-0000-8000-8000-000000000002"): ["00000000-0000-8000-8000-000000000002"],
            ("explain", "visit", "--format", ""): ["table", "json"],
            ("places", "import", "--type", "large_airport,med"): ["large_airport,medium_airport"],
            ("feeds", ""): [],
        }
        for words, expected in cases.items():
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words), expected)

    def test_version(self):
        out = run("--version")[0]
        self.assertRegex(out.splitlines()[0], r"^skywitness \d+\.\d+\.\d+$")
        self.assertIn("libpq 1", out)


class Retention(unittest.TestCase):
    """Changes what the others read; the name sorts last but one."""

    def days_before(self, day):
        return (datetime.datetime.now(datetime.timezone.utc).date() - datetime.date.fromisoformat(day)).days

    def test_1_says_first_what_it_would_do(self):
        days = str(self.days_before("2025-10-22"))
        found = rows("db", "retain", "--days", days, "--dry-run")
        self.assertEqual({row["day"] for row in found}, {"2025-10-20", "2025-10-21"})
        self.assertEqual({row["outcome"] for row in found}, {"due"})
        self.assertEqual(rows("db", "status")[0]["days"], 9)

    def test_2_keeps_what_evidence_rests_on_and_drops_the_rest(self):
        psql("-c", "INSERT INTO skywitness_store.held_day VALUES ('2025-10-21', 'a test')")
        days = str(self.days_before("2025-10-22"))
        found = rows("db", "retain", "--days", days)
        self.assertEqual({(row["day"], row["outcome"]) for row in found},
                         {("2025-10-20", "dropped"), ("2025-10-21", "held")})
        self.assertEqual(rows("db", "status")[0]["first_day"], "2025-10-21")
        self.assertEqual(len(rows("sightings", "--hex", "15405a")), 2)
        found = rows("db", "retain", "--days", days)
        self.assertEqual({row["outcome"] for row in found}, {"held"})

    def test_3_a_member_of_the_owning_role_may(self):
        psql("-c", "CREATE ROLE keeper LOGIN IN ROLE skywitness_owner")
        keeper = DATABASE + "?user=keeper"
        days = str(self.days_before("2025-10-22"))
        self.assertEqual(rows("--db", keeper, "db", "status")[0]["role"], "keeper")
        rows("--db", keeper, "db", "retain", "--days", days, "--dry-run")
        psql("-c", "SELECT skywitness_store.ensure_partitions('2025-10-20', '2025-10-20')")
        found = rows("--db", keeper, "db", "retain", "--days", days)
        self.assertIn(("2025-10-20", "dropped"), {(row["day"], row["outcome"]) for row in found})
        writer = DATABASE + "?user=skywitness_writer"
        run("--db", writer, "db", "retain", "--days", days, status=UNAVAILABLE)

    def test_4_waits_for_others_and_says_when_it_could_not_have_it(self):
        days = str(self.days_before("2025-10-23"))
        with subprocess.Popen(["psql", "-X", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as other:
            other.stdin.write("BEGIN; SELECT count(*) FROM skywitness.track_point WHERE observed_at < '2025-10-23';\n"
                              "\\echo locked\n")
            other.stdin.flush()
            while other.stdout.readline().strip() != "locked":
                pass
            out, talk = run("db", "retain", "--days", days, "--format", "json", status=WANTING)
            other.stdin.write("COMMIT;\n")
            other.stdin.close()
            other.wait(timeout=30)
        self.assertIn("busy", {row["outcome"] for row in json.loads(out)})
        self.assertIn("lock", talk)
        found = rows("db", "retain", "--days", days)  # finishes what was begun
        self.assertEqual({(row["day"], row["outcome"]) for row in found},
                         {("2025-10-21", "held"), ("2025-10-22", "dropped")})

    def test_5_does_nothing_unless_told(self):
        out, talk = run("db", "retain")
        self.assertEqual(out, "")
        self.assertIn("retain_days", talk)
        self.assertIn("expected a whole number", run("db", "retain", "--days", "0", status=USAGE)[1])


class Stopped(unittest.TestCase):
    """The server goes away under the tool; the name sorts last."""

    def test_the_connection_is_lost(self):
        psql("-c", "ALTER ROLE skywitness_reader SET statement_timeout = '1ms'")
        talk = run("--db", DATABASE + "?user=skywitness_reader", "sightings", "--place", "OSLK", "--format",
                   "geojson", status=UNAVAILABLE)[1]
        self.assertIn("too long", talk)
        psql("-c", "ALTER ROLE skywitness_reader RESET statement_timeout")


if __name__ == "__main__":
    write_configuration(CONFIGURATION, PLACES)
    run_tests([Database, Sightings, Tracks, Feeds, Configuration, Import, Connection, Help, Retention, Stopped])
