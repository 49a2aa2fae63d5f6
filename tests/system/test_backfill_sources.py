#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Past days over HTTP. The flights are those of the bundled sample: SYNTHETIC."""
import datetime
import gzip
import io
import json
import os
import pty
import random
import re
import subprocess
import sys
import tarfile
import time

import archive_days
import archive_servers
import harness

SAMPLE = harness.ROOT / "config/sample/latakia-2025-10-synthetic.ndjson.gz"
FEED = "synthetic-sample"
PART = 20480
GOOD, WANTING, USAGE, UNAVAILABLE = 0, 1, 64, 69
WATCH = [{"id": "an124", "types": ["A124"]}, {"id": "il62", "types": ["IL62"]}]


def day_text(begins, separator="-"):
    return datetime.datetime.fromtimestamp(begins, datetime.timezone.utc).strftime(separator.join(("%Y", "%m", "%d")))


def moved(body, days):
    """A trace as if it had been flown some days later."""
    trace = json.loads(gzip.decompress(body))
    trace["timestamp"] += days * 86400
    return gzip.compress(json.dumps(trace).encode(), 9, mtime=0)


def quiet_day(files, day, days_later):
    """A day with the other traffic of another one, and no watched aircraft."""
    return [((day + days_later * 86400, address), moved(body, days_later))
            for (begins, address), body in files.items() if begins == day and address.startswith("77")]


class SourcesTest(harness.Scenario):
    @classmethod
    def setUpClass(cls):
        if archive_servers.program() is None:
            print("no nginx: nothing is tested")
            sys.exit(harness.SKIPPED)
        with gzip.open(SAMPLE, "rt") as lines:
            cls.files = archive_days.traces(lines)
        cls.days = {}
        for (day, address), body in cls.files.items():
            cls.days.setdefault(day, []).append(((day, address), body))
        for files in cls.days.values():
            random.Random(6).shuffle(files)

    def setUp(self):
        super().setUp()
        self.nginx = archive_servers.Nginx(self.folder)
        self.addCleanup(self.nginx.close)
        self.faulty = archive_servers.FaultServer()
        self.addCleanup(self.faulty.close)

    def config(self, *sources, **others):
        return self.write_config(
            [], WATCH, airframes=[str(harness.ROOT / "config/airframes.json")],
            places=[str(harness.ROOT / "config/places/*.json")],
            history=[{"local": True, "feed": FEED, "max_requests_per_s": 100, **source} for source in sources], **others)

    def releases(self, url, **others):
        return {"id": "adsb.lol", "kind": "adsb.lol-releases", "index": url, **others}

    def tool(self, config, *words, status=GOOD, database=None, stdin=b""):
        database = database or self.database
        done = subprocess.run([harness.BUILD / "skywitness", "--config", config, "--db",
                               database.uri("skywitness_writer"), *map(str, words)], capture_output=True, input=stdin,
                              timeout=harness.PATIENCE_S * 2)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stderr.decode()

    def fetch(self, config, *words, first="2025-10-24", last="2025-10-29", source="adsb.lol", **others):
        return self.tool(config, "backfill", source, "--from", first, "--to", last, *words, **others)

    def publish(self, days=None, base="/releases"):
        """One release a day, the larger ones split; the index as adsb.lol writes it."""
        lines = []
        for day, files in sorted((days or self.days).items(), reverse=True):
            tag = f"v{day_text(day, '.')}-planes-readsb-prod-0"
            urls = []
            for name, part in archive_days.parts(tag, archive_days.tar(files), PART):
                archive_servers.write(self.nginx.files, f"storage/{tag}/{name}", part)
                urls.append(self.nginx.url(f"{base}/{tag}/{name}"))
            lines.append(",".join(urls))
        archive_servers.write(self.nginx.files, "2025/index.txt", ("\n".join(lines) + "\n").encode())
        storage = f"127.0.0.1:{self.nginx.storage}"
        return self.releases(self.nginx.url("/{year}/index.txt"), hosts=[storage])

    def from_disk(self, config):
        database = self.postgresql.new_database()
        paths = []
        for day, files in sorted(self.days.items()):
            path = self.folder / f"{archive_days.release(day)}.tar"
            path.write_bytes(archive_days.tar(files))
            paths.append(path)
        self.tool(config, "backfill", "traces", "--feed", FEED, *paths, database=database)
        return database

    def visits(self, database):
        return database.rows("SELECT icao24, place, grade, state, verb, arrived_after, arrived_before, departed_after,"
                             " departed_before FROM skywitness.visit WHERE state <> 'superseded'"
                             " ORDER BY icao24, coalesce(arrived_before, departed_after), place")

    def whole_days(self, database=None):
        return [day for day, in (database or self.database).rows(
            "SELECT day FROM skywitness.history_day WHERE whole_at IS NOT NULL ORDER BY 1")]

    def assert_same(self, expected):
        self.assertEqual(self.database.points(), expected.points())
        self.assertEqual(self.visits(self.database), self.visits(expected))
        self.assertEqual(self.whole_days(), self.whole_days(expected))

    def test_releases(self):
        config = self.config(self.publish())
        expected = self.from_disk(config)
        talk = self.fetch(config)
        self.assertIn("6 days to fetch", talk)
        self.assert_same(expected)
        self.assertGreater(len(self.visits(self.database)), 4)
        # Each part once for its size and once for its bytes, by way of the redirect.
        parts = len(list(self.nginx.files.glob("storage/*/*.tar.a?")))
        self.assertGreater(parts, 6)
        # Run again nothing is fetched but the index.
        before = len(self.nginx.asked("GET /storage"))
        self.assertIn("0 days to fetch, 6 read before", self.fetch(config))
        self.assertEqual(len(self.nginx.asked("GET /storage")), before)

    def test_what_was_read_from_disk_is_not_fetched(self):
        config = self.config(self.publish())
        first = next(iter(sorted(self.nginx.files.glob("storage/*/*.tar.aa"))))
        self.tool(config, "backfill", "traces", "--feed", FEED, first)
        self.assertIn("5 days to fetch, 1 read before", self.fetch(config))
        self.assert_same(self.from_disk(config))

    def test_claims_get_their_verdicts(self):
        """What is unverifiable becomes a verdict by the twelve days that are asked for."""
        days = dict(self.days)
        base = min(days)
        for begins, later in ((base, -4), (base, -3), (base, -2), (base, -1), (max(days), 1), (max(days), 2)):
            days[begins + later * 86400] = quiet_day(self.files, begins, later)
        config = self.config(self.publish(days))
        claims = [*sorted((harness.ROOT / "config/reports").glob("*.json")),
                  harness.ROOT / "config/claims/2025-10-hmeimim.json"]
        self.tool(config, "claims", "import", *claims)
        verdicts = "SELECT claim_id, verdict FROM skywitness.claim_status ORDER BY 1"
        before = dict(self.database.rows(verdicts))
        self.assertEqual(before["an124-three-arrivals"], "unverifiable")
        talk = self.fetch(config, first="2025-10-20", last="2025-10-31")
        self.assertIn("12 days to fetch", talk)
        after = dict(self.database.rows(verdicts))
        self.assertIn(after["an124-three-arrivals"], ("corroborated", "consistent"))
        self.assertEqual(after["il62-libya-latakia-moscow"], "corroborated")
        self.assertEqual(self.database.count(
            "SELECT count(*) FROM skywitness.history_day WHERE whole_at IS NOT NULL"), 12)

    def test_the_last_days_of_a_year(self):
        """They are published in the next one, and listed there."""
        begins = min(self.days)
        day = begins - 297 * 86400
        config = self.config(self.publish({day: quiet_day(self.files, begins, -297)}))
        for index in (None, b"https://example.org/v2024.12.30-planes-readsb-prod-0.tar\n"):
            if index is not None:
                archive_servers.write(self.nginx.files, "2024/index.txt", index)
            self.assertIn("1 days to fetch", self.fetch(config, "--again", first="2024-12-31", last="2024-12-31"))
        self.assertIn("2024-12-23: missing", self.fetch(config, first="2024-12-23", last="2024-12-23", status=WANTING))

    def test_progress_on_a_terminal(self):
        """A bar there, plain lines elsewhere, and nothing of a bar left behind."""
        config = self.config(self.publish_faulty())
        for path in self.archives():
            self.faulty.faults[path] = archive_servers.Fault(cuts=[20000])
        ours, theirs = pty.openpty()
        process = subprocess.Popen([harness.BUILD / "skywitness", "--config", config, "--db",
                                    self.database.uri("skywitness_writer"), "backfill", "adsb.lol", "--from",
                                    "2025-10-24", "--to", "2025-10-29"], stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            shown += piece
        os.close(ours)
        self.assertEqual(process.wait(harness.PATIENCE_S), GOOD)
        text = shown.decode()
        bars = re.findall(r"2025-10-2\d \(\d of 6\) \[[#.]{4,24}\] +\d+ % \d+ of \d+ MB, [\d.]+ MB/s"
                          r"(, about \d+:\d\d left)?", text)
        self.assertGreater(sum(left != "" for left in bars), 0, text)
        plain = self.fetch(config)
        self.assertNotIn("\033", plain)
        self.assertEqual(text.count("\r\033[K"), len(bars))
        self.assertRegex(text.split("\033[K")[-1], "skywitness: read ")

    # --- which archive makes which day whole ----------------------------------------------------------

    def archive(self, day):
        return archive_days.tar(self.days[day])

    def traces(self, *words, **others):
        return self.tool(self.config(), "backfill", "traces", "--feed", FEED, *words, **others)

    def test_a_flight_from_the_day_before(self):
        """readsb gives its trace the time of its first point; nobody read that day's archive."""
        day = sorted(self.days)[2]
        files = list(self.days[day])
        trace = json.loads(gzip.decompress(files[0][1]))
        trace["timestamp"] -= 900
        for element in trace["trace"]:
            element[0] += 900
        files[0] = (files[0][0], gzip.compress(json.dumps(trace).encode()))
        path = self.folder / f"{archive_days.release(day)}.tar"
        path.write_bytes(archive_days.tar(files))
        self.traces(path)
        self.assertEqual(self.whole_days(), ["2025-10-26"])
        self.assertEqual(self.database.rows("SELECT day FROM skywitness.history_day ORDER BY 1"),
                         [("2025-10-25",), ("2025-10-26",)])

    def test_archives_of_some_aircraft(self):
        """Two days one after the other on standard input. Their tars do not say that all aircraft are in them."""
        first, second = sorted(self.days)[1:3]
        both = self.archive(first) + self.archive(second)
        talk = self.traces("-", stdin=both)
        self.assertIn(f"read {len(self.days[first]) + len(self.days[second])} files (0 known, 0 bad)", talk)
        self.assertEqual(talk.count("its day does not count as listened to"), 2)
        self.assertEqual(self.whole_days(), [])
        self.traces("--whole-day", "-", stdin=both)
        self.assertEqual(self.whole_days(), ["2025-10-25", "2025-10-26"])

    def test_so_many_files_are_a_whole_day(self):
        """20,000 (history/archive_day.h), without a name, and one that began the day before."""
        begins = sorted(self.days)[2]
        files = []
        for number in range(20001):
            at = begins if number > 0 else begins - 600
            body = b'{"icao":"%06x","timestamp":%d,"trace":[[1,35,36,1000,1,1,0,0,null]]}' % (0x400000 + number, at)
            files.append(((begins, f"{0x400000 + number:06x}"), gzip.compress(body, 1)))
        self.traces("-", stdin=archive_days.tar(files[:-1]))
        self.assertEqual(self.whole_days(), [])
        self.traces("-", stdin=archive_days.tar(files))
        self.assertEqual(self.whole_days(), ["2025-10-26"])

    def test_pipes_that_are_wrong(self):
        """Parts in wrong order, and one left out."""
        day = sorted(self.days)[0]
        body = self.archive(day)
        parts = [body[at:at + PART // 4] for at in range(0, len(body), PART // 4)]
        self.assertGreater(len(parts), 2)
        for order in ([1, 0, *range(2, len(parts))], [0, *range(2, len(parts))]):
            talk = self.traces("--whole-day", "-", stdin=b"".join(parts[number] for number in order), status=WANTING)
            self.assertNotIn(" 0 bad", talk)
        self.assertEqual(self.whole_days(), [])

    def test_a_damaged_header(self):
        """The file is lost, the others are stored; the whole archive is taken when it comes again."""
        day = sorted(self.days)[0]
        path = self.folder / f"{archive_days.release(day)}.tar"
        body = bytearray(self.archive(day))
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            body[archive.getmembers()[3].offset + 120] ^= 64
        path.write_bytes(body)
        talk = self.traces(path, status=WANTING)
        self.assertIn(f"{path}: a damaged header", talk)
        self.assertIn(f"read {len(self.days[day]) - 1} files (0 known, 1 bad)", talk)
        self.assertEqual(self.whole_days(), [])
        path.write_bytes(self.archive(day))
        self.traces(path)
        self.assertEqual(self.whole_days(), ["2025-10-24"])

    def test_a_release_without_its_middle(self):
        """The index lacks a part. What there is is read, and asked for again when the index has it."""
        day = sorted(self.days)[0]
        source = self.publish_faulty({day: self.days[day]}, PART // 4)
        whole = self.faulty.files["/index"]
        urls = whole.split(b",")
        self.assertGreater(len(urls), 2)
        self.faulty.files["/index"] = b",".join(urls[:1] + urls[2:])
        config = self.config(source)
        for _ in range(2):
            talk = self.fetch(config, last="2025-10-24", status=WANTING)
            self.assertIn("1 days to fetch, 0 read before", talk)
            self.assertIn("the index lacks its part .tar.ab", talk)
            self.assertEqual(self.whole_days(), [])
        self.faulty.files["/index"] = whole
        self.fetch(config, last="2025-10-24")
        self.assertEqual(self.whole_days(), ["2025-10-24"])

    def test_names_that_nobody_wants(self):
        """With addresses watched and nowhere to listen, others' files are not unpacked: nobody finds their damage."""
        day = sorted(self.days)[0]
        wanted = [file for file in self.days[day] if file[0][1] == "154076"]
        self.assertEqual(len(wanted), 1)
        files = [(key, body if key[1] == "154076" else body[:-9]) for key, body in self.days[day]]
        path = self.folder / f"{archive_days.release(day)}.tar"
        path.write_bytes(archive_days.tar(files))
        config = self.write_config([], [{"id": "one", "hexes": ["154076"]}],
                                   places=[str(harness.ROOT / "config/places/*.json")])
        talk = self.tool(config, "backfill", "traces", "--feed", FEED, path)
        self.assertIn(f"read {len(files)} files (0 known, 0 bad)", talk)
        self.assertIn(f"{len(files) - 1} of them were not looked into", talk)
        self.assertEqual(self.whole_days(), [])
        points = len(json.loads(gzip.decompress(wanted[0][1]))["trace"])
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.track_point"), points)
        # Somewhere to listen at, all are read.
        self.tool(config, "claims", "import", *sorted((harness.ROOT / "config/reports").glob("*.json")),
                  harness.ROOT / "config/claims/2025-10-hmeimim.json")
        talk = self.tool(config, "backfill", "traces", "--feed", FEED, path, status=WANTING)
        self.assertIn(f"{len(files) - 1} bad", talk)

    # --- networks and servers that do wrong -------------------------------------------------------

    def publish_faulty(self, days=None, size=PART):
        """The same releases from the server of our own."""
        lines = []
        for day, files in sorted((days or self.days).items()):
            tag = f"v{day_text(day, '.')}-planes-readsb-prod-0"
            urls = []
            for name, part in archive_days.parts(tag, archive_days.tar(files), size):
                self.faulty.files[f"/{tag}/{name}"] = part
                urls.append(self.faulty.url(f"/{tag}/{name}"))
            lines.append(",".join(urls))
        self.faulty.files["/index"] = "\n".join(lines).encode()
        return self.releases(self.faulty.url("/index"))

    def archives(self):
        return sorted(path for path in self.faulty.files if path.endswith((".tar", ".aa", ".ab", ".ac")))

    def test_connections_that_break(self):
        """Cut anywhere, with servers that go on and such that begin anew: the same rows."""
        config = self.config(self.publish_faulty())
        expected = self.from_disk(config)
        chance = random.Random(20251026)
        for number, path in enumerate(self.archives()):
            size = len(self.faulty.files[path])
            self.faulty.faults[path] = archive_servers.Fault(
                cuts=[chance.randrange(0, size) for _ in range(chance.randint(0, 2))], ignores_range=number % 3 == 0,
                statuses=[503] if number % 4 == 0 else [])
        self.fetch(config)
        self.assert_same(expected)
        asked = [(path, asked, headers) for path, asked, headers in self.faulty.log if asked not in (None, "bytes=0-0")]
        self.assertGreater(len(asked), 3)
        for _, _, headers in asked:
            self.assertEqual(headers["If-Range"], '"one"')
            self.assertTrue(headers["User-Agent"].startswith("skywitness/"))
            self.assertNotIn("Authorization", headers)

    def test_lasting_trouble_is_told(self):
        config = self.config(self.publish_faulty())
        self.faulty.faults[self.archives()[0]] = archive_servers.Fault(statuses=[503] * 3)
        self.assertRegex(self.fetch(config, last="2025-10-24"), r"HTTP status 503; trying again in \d s")

    def test_a_file_that_changes(self):
        config = self.config(self.publish_faulty())
        path = self.archives()[2]
        self.faulty.faults[path] = archive_servers.Fault(cuts=[5000], etags=['"one"', '"two"'])
        talk = self.fetch(config, status=WANTING)
        self.assertIn("it changed while it was fetched", talk)
        self.assertEqual(self.database.count(
            "SELECT count(*) FROM skywitness.history_day WHERE whole_at IS NOT NULL"), 5)
        # The next run takes what is missing, and that alone.
        self.faulty.faults.clear()
        self.assertIn("1 days to fetch, 5 read before", self.fetch(config))
        self.assert_same(self.from_disk(config))

    def test_what_is_missing_is_named(self):
        """A part, a day, a release that is refused: named, exit status 1, and the others go on."""
        config = self.config(self.publish_faulty())
        paths = self.archives()
        split = sorted(path for path in paths if path.endswith(".ab"))
        last_part = self.faulty.files.pop(split[0])
        alone = next(path for path in paths if path.endswith((".tar", ".aa")) and path[:24] != split[0][:24])
        self.faulty.faults[alone] = archive_servers.Fault(statuses=[403] * 9)
        talk = self.fetch(config, last="2025-10-30", status=WANTING)
        self.assertIn("2025-10-30: missing: the index names no release of it", talk)
        self.assertRegex(talk, r"\.tar\.ab: there is no such file")
        self.assertRegex(talk, "refused .HTTP status 403.")
        self.assertEqual(self.database.count(
            "SELECT count(*) FROM skywitness.history_day WHERE whole_at IS NOT NULL"), 4)
        self.faulty.files[split[0]] = last_part
        self.faulty.faults.clear()
        self.fetch(config)
        self.assert_same(self.from_disk(config))

    def test_hostile_indexes(self):
        tag = "v2025.10.24-planes-readsb-prod-0"
        good = self.publish_faulty()
        name = f"/{tag}/{tag}.tar"
        source = self.releases(self.faulty.url("/index"))
        for index, said in (
                (f"https://example.net{name}", "the host example.net is not one of the source's"),
                (f"http://169.254.169.254{name}", "is not one of the source's"),
                (f"file://{name}", "not one of|neither https nor http|not a URL"),
                (f"{self.faulty.url(name)}.aa,{self.faulty.url(name)}.ac", r"the index lacks its part .tar.ab"),
                (f"{self.faulty.url(name)}.aa,{self.faulty.url(name)}.aa", "do not belong together"),
                ("x" * 20000, "line 1 is no list of files"),
                (f"{self.faulty.url(name)}\0", "line 1 is no list of files"),
                ("<html>", "names no release")):
            self.faulty.files["/index"] = index.encode()
            talk = self.fetch(self.config(source), last="2025-10-24", status=WANTING)
            self.assertRegex(talk, said)
        self.faulty.files["/index"] = b"# nothing\n" * 500000
        self.assertRegex(self.fetch(self.config(source), last="2025-10-24", status=65), "larger than such a file may be")
        self.faulty.files["/index"] = self.faulty.url(name).encode()
        self.faulty.faults[name] = archive_servers.Fault(target="http://127.0.0.1:9/elsewhere")
        self.assertRegex(self.fetch(self.config(good), last="2025-10-24", status=WANTING),
                         "redirect: .*the host 127.0.0.1:9 is not one of the source's")
        # Plain http and private addresses are for sources that say so.
        del source["index"]
        public = self.config({**source, "index": self.faulty.url("/index").replace("http:", "https:"), "local": False})
        self.assertRegex(self.fetch(public, last="2025-10-24", status=UNAVAILABLE), "the address is not a public one")

    def test_killed_and_run_again(self):
        config = self.config(self.publish_faulty())
        for wait_s in (0.1, 0.3, 0.5, 0.8):
            process = subprocess.Popen([harness.BUILD / "skywitness", "--config", config, "--db",
                                        self.database.uri("skywitness_writer"), "backfill", "adsb.lol", "--from",
                                        "2025-10-24", "--to", "2025-10-29"], stderr=subprocess.DEVNULL)
            time.sleep(wait_s)
            process.kill()
            process.wait()
        self.fetch(config)
        self.assert_same(self.from_disk(config))

    # --- one aircraft-day a request -----------------------------------------------------------------

    def publish_traces(self):
        for (day, address), body in self.files.items():
            archive_servers.write(self.nginx.files, f"globe_history/{day_text(day, '/')}/traces/{address[-2:]}/"
                                                    f"trace_full_{address}.json", body)
        return {"id": "web", "kind": "readsb-web", "url": f"http://127.0.0.1:{self.nginx.storage}"}

    def test_traces_from_the_web(self):
        config = self.config(self.publish_traces(), self.publish())
        flown = sum(address in ("154076", "1551df") for _, address in self.files)
        talk = self.fetch(config, "--hex", "154076,1551DF,4242aa", source="web")
        self.assertIn("18 aircraft-days to fetch", talk)
        self.assertIn(f"{18 - flown} traces are not there", talk)
        expected = self.from_disk(config)
        self.assertEqual(self.database.points(), expected.points())
        self.assertEqual(self.visits(self.database), self.visits(expected))
        # Silence of some aircraft's files is no coverage, and neither are traces that are not there.
        self.assertEqual(self.database.count(
            "SELECT count(*) FROM skywitness.history_day WHERE whole_at IS NOT NULL"), 0)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.coverage_hour"), 0)
        # Only what was not there is asked for again; and the archives' files are known by their bytes.
        self.assertIn(f"{18 - flown} aircraft-days to fetch, {flown} read before",
                      self.fetch(config, "--hex", "154076,1551df,4242aa", source="web"))
        self.assertIn(f"({flown} known, 0 bad)", self.fetch(config))
        self.assertEqual(self.database.points(), expected.points())

    def test_a_locked_door(self):
        """A server that refuses everything is left alone, not asked thousands of times."""
        archive_servers.write(self.nginx.files, "globe_history/x", b"")
        source = {"id": "web", "kind": "readsb-web", "url": self.faulty.url()}
        self.faulty.files["/globe_history/2025/10/24/traces/76/trace_full_154076.json"] = next(
            body for (_, address), body in self.files.items() if address == "154076")
        for day in range(25, 30):
            path = f"/globe_history/2025/10/{day}/traces/76/trace_full_154076.json"
            self.faulty.files[path] = b"x"
            self.faulty.faults[path] = archive_servers.Fault(statuses=[403])
        talk = self.fetch(self.config(source), "--hex", "154076", source="web", status=UNAVAILABLE)
        self.assertIn("refused 5 times in a row", talk)
        self.assertEqual(len(self.faulty.log), 6)
        # What was read before is derived.
        self.assertGreater(self.database.count("SELECT count(*) FROM skywitness.sighting"), 0)

    def test_requests_keep_their_distance(self):
        config = self.config({**self.publish_traces(), "max_requests_per_s": 5})
        began = time.monotonic()
        self.fetch(config, "--hex", "4242aa,4242ab", source="web")
        self.assertGreaterEqual(time.monotonic() - began, 11 / 5)

    def test_a_claim_chooses(self):
        config = self.config(self.publish_traces(), self.publish())
        claims = [*sorted((harness.ROOT / "config/reports").glob("*.json")),
                  harness.ROOT / "config/claims/2025-10-hmeimim.json"]
        self.tool(config, "claims", "import", *claims)
        # 26 October by UTC and in the zones of its places, and a day to either side.
        talk = self.tool(config, "backfill", "adsb.lol", "--claim", "il62-libya-latakia-moscow", status=GOOD)
        days = self.database.rows("SELECT day FROM skywitness.history_day ORDER BY 1")
        self.assertEqual([day for day, in days], ["2025-10-24", "2025-10-25", "2025-10-26", "2025-10-27"])
        verdicts = dict(self.database.rows("SELECT claim_id, verdict FROM skywitness.claim_status"))
        self.assertEqual(verdicts["il62-libya-latakia-moscow"], "corroborated")
        self.assertIn("assessed anew", talk)
        # The claim's aircraft are asked for and kept, watched or not.
        other = self.postgresql.new_database()
        unwatched = self.write_config(
            [], [{"id": "none", "hexes": ["424242"]}], name="unwatched.json",
            airframes=[str(harness.ROOT / "config/airframes.json")],
            history=[{"local": True, "feed": FEED, "max_requests_per_s": 100, **self.publish_traces()}])
        self.tool(unwatched, "claims", "import", *claims, database=other)
        self.tool(unwatched, "backfill", "web", "--claim", "il62-libya-latakia-moscow", "--from", "2025-10-26", "--to",
                  "2025-10-26", database=other)
        self.assertEqual(other.rows("SELECT DISTINCT icao24 FROM skywitness.track_point"), [("1551df",)])

    def test_wrong_calls(self):
        config = self.config(self.publish_traces())
        for words, said in ((("backfill", "web"), "say which days"),
                            (("backfill", "web", "--from", "2025-10-29", "--to", "2025-10-24"), "before --from"),
                            (("backfill", "wep", "--from", "2025-10-24", "--to", "2025-10-24"), "did you mean web"),
                            (("backfill", "web", "--from", "2025-10-24", "--to", "2025-10-24", "--record"), "--claim"),
                            (("backfill", "web", "--from", "2025-10-24", "--to", "2025-10-24", "--hex", "15"), "--hex")):
            self.assertIn(said, self.tool(config, *words, status=USAGE))
        self.assertIn("they are not over", self.fetch(config, first="2199-01-01", last="2199-01-02", source="web",
                                                      status=WANTING))
        self.tool(config, "backfill", "web", "--claim", "nobody-said", status=UNAVAILABLE)


if __name__ == "__main__":
    harness.main()
