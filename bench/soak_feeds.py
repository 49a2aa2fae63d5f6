# SPDX-License-Identifier: MIT
"""The soak's feeds: SYNTHETIC aircraft that come and go, served through a real nginx by a server that remembers
every answer and can misbehave."""
import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "system"))
import harness  # noqa: E402
from flights import Flight  # noqa: E402

LIFE_S = 600  # of a place's aircraft; then the next one takes the place
LANDER_LIFE_S, LANDER_APPROACH_S = 120, 45
AIRFIELD = (35.401, 35.949)  # Hmeimim, OSLK
# The daemon takes two positions of an aircraft within 0.5 s for the same (track/thresholds.h).
ANSWERS_APART_S = 0.6


class Lander(Flight):
    """Comes down to the runway from the south and stands there. Nobody flew this."""

    def state(self, at_ms):
        left_s = LANDER_APPROACH_S - (at_ms - self.base_ms) / 1000
        latitude_deg = AIRFIELD[0] - max(left_s, 0) * 140 / 3600 / 60
        speed_kt = 140 if left_s > 0 else max(0, 100 + 5 * left_s)
        # On the ground it rolls a little, so that every moment has a place of its own.
        longitude_deg = AIRFIELD[1] + (at_ms - self.base_ms) * 1e-9
        return round(latitude_deg, 6), round(longitude_deg, 6), speed_kt, 157 + int(left_s * 12) if left_s > 0 else None

    def position(self, at_ms):
        return self.state(at_ms)[:2]

    def describe(self, now_ms, position_age_ms):
        _, _, speed_kt, altitude_ft = self.state(now_ms - position_age_ms)
        altitude = {"alt_baro": "ground"} if altitude_ft is None else {
            "alt_baro": altitude_ft, "alt_geom": altitude_ft + 50, "baro_rate": -720}
        described = super().describe(now_ms, position_age_ms)
        for key in ("alt_baro", "alt_geom", "baro_rate"):
            del described[key]
        return {**described, **altitude, "gs": speed_kt, "track": 0.0}

    def altitude(self, at_ms):
        return self.state(at_ms)[3]


class Traffic:
    """What one feed hears. Which aircraft are there follows from the time alone, so that an answer's points can be
    made again at the end from its time."""

    def __init__(self, feed, tag, places, began_ms):
        self.feed, self.tag, self.places, self.began_ms = feed, tag, places, began_ms

    def flights(self, now_ms):
        for place in range(self.places):
            # Staggered: one after the other is replaced, not all at once.
            life = (now_ms - self.began_ms + place * LIFE_S * 1000 // self.places) // (LIFE_S * 1000)
            number = place + life * self.places
            yield Flight(f"a{self.tag:x}{number:04x}", number, self.began_ms, callsign=f"SY{self.tag}{number % 10000:04d}",
                         registration=f"SY-{number:05d}", type_code="A124")
        life = (now_ms - self.began_ms) // (LANDER_LIFE_S * 1000)
        yield Lander(f"c{self.tag:x}{life:04x}", life, self.began_ms + life * LANDER_LIFE_S * 1000,
                     callsign=f"LA{self.tag}{life:04d}", registration=f"LA-{life:05d}", type_code="A124")

    @staticmethod
    def age_ms(flight):
        return flight.number * 73 % 400

    def answer(self, now_ms):
        aircraft = [flight.describe(now_ms, self.age_ms(flight)) for flight in self.flights(now_ms)]
        return json.dumps({"now": now_ms / 1000, "messages": 1, "aircraft": aircraft}).encode()

    def point_lines(self, now_ms):
        """The points of that answer as check_points in soak_check.py reads them from PostgreSQL."""
        for flight in self.flights(now_ms):
            at_ms = now_ms - self.age_ms(flight)
            latitude_deg, longitude_deg = flight.position(at_ms)
            altitude = flight.altitude(at_ms) if isinstance(flight, Lander) else flight.altitude_baro_ft
            yield (f"{flight.icao24}|{at_ms}|{self.feed}|{latitude_deg:.6f}|{longitude_deg:.6f}|"
                   f"{'' if altitude is None else altitude}\n")


def reset(connection):
    """Ends it with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Handed:
    """One good answer that was handed out."""

    def __init__(self, number, feed, generation, now_ms, body):
        self.number, self.feed, self.generation, self.now_ms = number, feed, generation, now_ms
        self.sha256 = hashlib.sha256(body).hexdigest()
        self.asked_again = False  # the same process went on to its next question


class FeedOrigin:
    """Behind nginx. Paths are /GENERATION/FEED/aircraft.json: which life of the daemon asks. `fault` is None or
    the name of one of the ways to misbehave."""

    def __init__(self, traffics, seed):
        self.traffics = {traffic.feed: traffic for traffic in traffics}
        self.fault = None
        self.dice = random.Random(seed)
        self.lock = threading.Lock()
        self.handed = []
        self.last = {}  # (generation, feed): what was handed to it last
        self.last_ms = dict.fromkeys(self.traffics, 0)
        self.requests = 0
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                origin.serve(self)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def hand_out(self, generation, feed):
        with self.lock:
            # Two may ask at once: one of them a daemon that was killed meanwhile.
            now_ms = max(int(time.time() * 1000), self.last_ms[feed] + int(ANSWERS_APART_S * 1000))
            self.last_ms[feed] = now_ms
        time.sleep(max(0.0, now_ms / 1000 - time.time()))
        body = self.traffics[feed].answer(now_ms)
        with self.lock:
            handed = Handed(len(self.handed), feed, generation, now_ms, body)
            self.handed.append(handed)
            self.last[generation, feed] = handed
        return handed, body

    def serve(self, handler):
        _, generation, feed, _ = handler.path.split("/", 3)
        with self.lock:
            self.requests += 1
            before = self.last.pop((generation, feed), None)
            if before is not None:
                before.asked_again = True
            fault, dice = self.fault, self.dice.random()
        misbehave = FEED_FAULTS.get(fault)
        try:
            if misbehave is not None:
                misbehave(handler, dice)
                return
            handed, body = self.hand_out(generation, feed)
            send(handler, 200, body, {"X-Answer": str(handed.number)})
        except OSError:
            handler.close_connection = True

    def asked_again(self):
        with self.lock:
            return sum(handed.asked_again for handed in self.handed)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def send(handler, status, body, headers=None):
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()


def reset_at_once(handler, _dice):
    reset(handler.connection)
    handler.close_connection = True


def reset_midway(handler, _dice):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b'{"now": 1, "aircraft": [' + b'{"hex": "a00001"},' * 2000)
    handler.wfile.flush()
    reset_at_once(handler, None)


def send_garbage(handler, dice):
    body = os.urandom(int(dice * 100000) + 1) if dice < 0.5 else b'{"now": 1700000000.0, "aircraft": [{"hex": '
    send(handler, 200, body)


def send_error(handler, dice):
    send(handler, 503 if dice < 0.5 else 429, b"busy", {"Retry-After": "3"})


def say_nothing(handler, _dice):
    time.sleep(12)
    handler.close_connection = True


FEED_FAULTS = {"resets": reset_at_once, "breaks off": reset_midway, "garbage": send_garbage, "errors": send_error,
               "silence": say_nothing}

NGINX = """
daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
    log_format answers '$request_uri|$status|$request_completion|$upstream_http_x_answer';
    access_log {folder}/nginx-access.log answers;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    gzip on; gzip_proxied any; gzip_types application/json; gzip_comp_level 1;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{origin}; proxy_http_version 1.1; proxy_read_timeout 60s; }}
    }}
}}
"""


class Front:
    """nginx between the daemon and the origin; its log tells which answers went out whole."""

    def __init__(self, folder, origin_port):
        self.folder = folder
        self.port = harness.free_port()
        user = "user root;" if os.getuid() == 0 else ""
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(NGINX.format(folder=folder, port=self.port, origin=origin_port, user=user))
        self.process = None
        self.start()

    def start(self):
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = subprocess.Popen([program, "-c", self.configuration, "-e", self.folder / "nginx-error.log"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_until(lambda: harness.is_listening(self.port), "nginx listens")

    def stop(self):
        self.process.terminate()  # at once, connections and all
        self.process.wait()

    def sent_whole(self):
        """Numbers of the answers whose last byte was handed to the daemon's connection."""
        whole = set()
        with open(self.folder / "nginx-access.log", encoding="ascii", errors="replace") as log:
            for line in log:
                _, status, completion, number = line.rstrip("\n").rsplit("|", 3)
                if status == "200" and completion == "OK" and number.isdigit():
                    whole.add(int(number))
        return whole
