#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End to end with real neighbours: SYNTHETIC transponder messages into dump1090-mutability, its aircraft.json
through nginx with gzip, the daemon, PostgreSQL."""
import hashlib
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

import adsb_frames
import harness

WATCHED, UNWATCHED = "154076", "3c6444"
CALLSIGN = "RFF7040"
# Off the coast of Latakia, low, inbound: where losing the signal means a landing nearby.
START = (35.20, 35.55)
TRACK_DEG, GROUND_SPEED_KT = 50.0, 210.0
START_ALTITUDE_FT, DESCENT_FT_PER_S = 7000, 10
FRAME_INTERVAL_S = 0.4
CPR_ERROR_M = 12  # 17 bits in a zone of 6 degrees are 5.1 m
METRES_PER_DEGREE = 111195


def distance_m(a, b):
    """Good for a few kilometres."""
    north_m = (a[0] - b[0]) * METRES_PER_DEGREE
    east_m = (a[1] - b[1]) * METRES_PER_DEGREE * math.cos(math.radians(a[0]))
    return math.hypot(north_m, east_m)


class Transponder:
    """Sends the messages of one aircraft in flight to a TCP port, and remembers what it sent."""

    def __init__(self, icao24, callsign, start, port, frame):
        self.icao24, self.callsign, self.start, self.frame = icao24, callsign, start, frame
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.sent = []  # (Unix time, latitude, longitude, altitude_ft)
        self.began = time.time()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        odd = 0
        while not self.stopping.is_set():
            now = time.time()
            latitude, longitude, altitude_ft = self._where(now - self.began)
            # Remembered first: it may be in PostgreSQL before the next line.
            self.sent.append((now, latitude, longitude, altitude_ft))
            self.connection.sendall(
                self.frame(adsb_frames.airborne_position(self.icao24, latitude, longitude, altitude_ft, odd))
                + self.frame(adsb_frames.identification(self.icao24, self.callsign))
                + self.frame(adsb_frames.airborne_velocity(self.icao24, GROUND_SPEED_KT, TRACK_DEG,
                                                           -60 * DESCENT_FT_PER_S)))
            odd = 1 - odd
            self.stopping.wait(FRAME_INTERVAL_S)

    def _where(self, after_s):
        moved_deg = GROUND_SPEED_KT * after_s / 3600 / 60
        return (self.start[0] + moved_deg * math.cos(math.radians(TRACK_DEG)),
                self.start[1] + moved_deg * math.sin(math.radians(TRACK_DEG)) / math.cos(math.radians(self.start[0])),
                round((START_ALTITUDE_FT - DESCENT_FT_PER_S * after_s) / 25) * 25)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        self.connection.close()


NGINX_CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 64; }}
http {{
    log_format encoding '$status $sent_http_content_encoding $http_user_agent';
    access_log {folder}/nginx-access.log encoding;
    client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi; uwsgi_temp_path {folder}/nginx-uwsgi; scgi_temp_path {folder}/nginx-scgi;
    types {{ application/json json; }}
    gzip on; gzip_types application/json; gzip_min_length 0;
    server {{ listen 127.0.0.1:{port}; location /data/ {{ alias {folder}/json/; }} }}
}}
"""


class LiveTest(harness.Scenario):
    def start_process(self, *command):
        log = open(self.folder / f"{os.path.basename(command[0])}.log", "wb")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.addCleanup(lambda: (process.kill(), process.wait()))
        return process

    def start_receiver(self):
        (self.folder / "json").mkdir()
        self.raw_port, self.beast_port = harness.free_port(), harness.free_port()
        self.start_process("dump1090-mutability", "--net-only", "--quiet", "--net-bind-address", "127.0.0.1",
                           "--net-ri-port", str(self.raw_port), "--net-bi-port", str(self.beast_port),
                           "--net-ro-port", "0", "--net-sbs-port", "0", "--net-bo-port", "0", "--net-http-port", "0",
                           "--write-json", str(self.folder / "json"), "--write-json-every", "1")
        harness.wait_until((self.folder / "json/aircraft.json").exists, "dump1090-mutability writes aircraft.json")

    def start_nginx(self):
        port = harness.free_port()
        configuration = self.folder / "nginx.conf"
        configuration.write_text(NGINX_CONFIGURATION.format(folder=self.folder, port=port))
        self.start_process(shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", str(configuration),
                           "-e", str(self.folder / "nginx-error.log"))
        harness.wait_until(lambda: harness.is_listening(port), "nginx listens")
        return f"http://127.0.0.1:{port}"

    def has_position(self):
        try:
            aircraft = json.loads((self.folder / "json/aircraft.json").read_bytes())["aircraft"]
        except (OSError, ValueError):  # being replaced
            return False
        return any(item["hex"] == WATCHED and "lat" in item for item in aircraft)

    def test_injected_flight(self):
        self.start_receiver()
        url = self.start_nginx()
        recording = self.folder / "recording.ndjson"
        config = self.write_config([harness.local_feed("receiver", f"{url}/data")],
                                   [{"id": "an124-air-force", "hexes": [WATCHED]}])
        daemon = self.start_daemon(config, "--record", recording)
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.poll WHERE error IS NULL") >= 2,
                           "two polls of an empty sky")
        self.assertEqual(self.database.sightings(), [])

        watched = Transponder(WATCHED, CALLSIGN, START, self.beast_port, adsb_frames.beast_frame)
        unwatched = Transponder(UNWATCHED, "DLH400", (34.9, 35.2), self.raw_port, adsb_frames.raw_line)
        self.addCleanup(watched.stopping.set)
        self.addCleanup(unwatched.stopping.set)
        harness.wait_until(self.has_position, "dump1090-mutability decodes the position", step_s=0.01)
        on_disk_at = time.time()
        harness.wait_until(self.database.sightings, "a sighting in PostgreSQL")
        self.check_within_two_polls(on_disk_at)
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.track_point") >= 8,
                           "more points")
        watched.stop()
        unwatched.stop()
        status, took_s = daemon.stop()
        self.assertEqual(status, 0, daemon.log())
        self.assertLess(took_s, 10 + harness.START_S)

        self.check_stored(watched)
        self.check_ledger(recording)
        encodings = (self.folder / "nginx-access.log").read_text().splitlines()
        self.assertTrue(any(line.startswith("200 gzip skywitness") for line in encodings), encodings[:3])
        self.check_loss_of_signal(config, recording)

    def check_within_two_polls(self, on_disk_at):
        kept = self.database.rows(f"SELECT aircraft_kept FROM skywitness.poll WHERE asked_at > to_timestamp({on_disk_at})"
                                  " ORDER BY asked_at LIMIT 2")
        earlier = self.database.count(f"SELECT count(*) FROM skywitness.poll WHERE asked_at <= to_timestamp({on_disk_at})"
                                      " AND aircraft_kept > 0")
        self.assertTrue(earlier or ("1",) in kept, f"not in the first two polls after it was there: {kept}")

    def check_stored(self, watched):
        points = self.database.points()
        self.assertEqual({point[0] for point in points}, {WATCHED})
        for _, at_ms, feed, latitude, longitude, altitude_ft in points:
            self.assertEqual(feed, "receiver")
            sent = min(watched.sent, key=lambda row: distance_m(row[1:3], (latitude, longitude)))
            self.assertLess(distance_m(sent[1:3], (latitude, longitude)), CPR_ERROR_M)
            self.assertLess(abs(sent[0] - at_ms / 1000), 3, "the position's time is that of its message")
            self.assertIn(altitude_ft, [row[3] for row in watched.sent if abs(row[0] - sent[0]) < 3])
        rows = self.database.rows("SELECT icao24, callsigns, watch_ids, feeds, state, point_count"
                                  " FROM skywitness.sighting")
        self.assertEqual(rows, [(WATCHED, f"{{{CALLSIGN}}}", "{an124-air-force}", "{receiver}", "open",
                                 str(len(points)))])
        speeds = self.database.rows("SELECT DISTINCT ground_speed_kt BETWEEN 207 AND 213, track_deg BETWEEN 49 AND 51,"
                                    " vertical_rate_fpm BETWEEN -640 AND -560, on_ground, doubts FROM skywitness.track_point"
                                    " WHERE ground_speed_kt IS NOT NULL")
        self.assertEqual(speeds, [("t", "t", "t", "f", "{}")])

    def check_ledger(self, recording):
        answers = [json.loads(line) for line in recording.read_text().splitlines()]
        recorded = sorted((hashlib.sha256(answer["body"].encode()).hexdigest(), str(len(answer["body"].encode())),
                           str(len(json.loads(answer["body"])["aircraft"]))) for answer in answers if answer["status"])
        ledger = sorted(self.database.rows("SELECT encode(body_sha256, 'hex'), bytes, aircraft_heard"
                                           " FROM skywitness.poll WHERE status = 200 AND error IS NULL"))
        self.assertEqual(ledger, recorded)

    def silence(self, recording, minutes):
        """Answers without aircraft, one a minute after the recording's last."""
        last = json.loads(recording.read_text().splitlines()[-1])
        last_ms = json.loads(last["body"])["now"] * 1000
        for minute in minutes:
            at_ms = last_ms + minute * 60000
            body = json.dumps({"now": at_ms / 1000, "messages": 1, "aircraft": []})
            yield json.dumps({**last, "asked": harness.utc_text(at_ms + 400), "answered": harness.utc_text(at_ms + 500),
                              "body": body}) + "\n"

    def check_loss_of_signal(self, config, recording):
        """The recording and then silence, replayed, since nobody wants to wait for so long: a flight lost low
        is over after ten minutes and the few that late points are given."""
        first, second = self.folder / "first.ndjson", self.folder / "second.ndjson"
        first.write_text(recording.read_text() + "".join(self.silence(recording, range(1, 10))))
        second.write_text("".join(self.silence(recording, range(10, 20))))
        replayed = self.postgresql.new_database()
        for file, state in ((first, "open"), (second, "lost_low")):
            self.replay(config, file, database=replayed)
            self.assertEqual(replayed.points(), self.database.points())
            rows = replayed.rows("SELECT s.icao24, s.state, s.last_seen = p.last, s.point_count = p.points,"
                                 " ST_NPoints(s.path) = p.points FROM skywitness.sighting s,"
                                 " (SELECT max(observed_at) AS last, count(*) AS points FROM skywitness.track_point) p")
            self.assertEqual(rows, [(WATCHED, state, "t", "t", "t")])


if __name__ == "__main__":
    if shutil.which("dump1090-mutability") is None or not os.path.exists("/usr/sbin/nginx"):
        print("needs dump1090-mutability and nginx: scripts install both for ./check")
        sys.exit(harness.SKIPPED)
    harness.main()
