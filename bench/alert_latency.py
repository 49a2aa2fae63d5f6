#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From the last byte of a feed's answer of 12,000 aircraft to the first byte of the webhook's request: SYNTHETIC
answers in each of which one more watched aircraft appears. Then the same again beside a second webhook that takes the
requests and never answers: what that does to the first.

    SKYWITNESS_BUILD=build-release tests/support/with_postgresql.sh python3 bench/alert_latency.py [ANSWERS]
"""
import gzip
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import receivers  # noqa: E402
from flights import Flight  # noqa: E402

BUILD = pathlib.Path(os.environ["SKYWITNESS_BUILD"])
AIRCRAFT = 12000
ANSWERS = int(sys.argv[1]) if len(sys.argv) > 1 else 100  # of each of the two


class Feed(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    others = b""
    step = 0
    sent_at = {}  # address: when the last byte of the answer that brought it was written

    def do_GET(self):
        Feed.step += 1
        now_ms = int(time.time() * 1000)
        flight = Flight(f"a1{Feed.step:04x}", Feed.step, now_ms, type_code="A124")
        body = (b'{"now":%.3f,"messages":1,"aircraft":[' % (now_ms / 1000) + self.others
                + json.dumps(flight.describe(now_ms, 100)).encode() + b"]}")
        headers = b""
        if b"gzip" in self.headers.get("Accept-Encoding", "").encode():
            body = gzip.compress(body, 1)
            headers = b"Content-Encoding: gzip\r\n"
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + headers
                         + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.wfile.flush()
        Feed.sent_at[flight.icao24] = time.monotonic()

    def log_message(self, *arguments):
        pass


def webhook(receiver, identifier):
    return {"id": identifier, "url": receiver.url, "secret": {"env": "DESK_SECRET"}, "local": True,
            "events": ["sighting.opened"]}


def measure(url, dead):
    """The daemon anew; returns the waits in ms, sorted."""
    receiver, dead_receiver = receivers.Receiver(), receivers.Receiver(receivers.hang(3600))
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "skywitness.json"
        config.write_text(json.dumps({
            "database": "postgresql:///skywitness", "state_directory": f"{folder}/state",
            "watch": [{"id": "an124", "types": ["A124"]}],
            "feeds": [{"id": "sky", "kind": "readsb", "provider": "local", "interval_s": 1, "max_requests_per_s": 100,
                       "url": url}],
            "webhooks": [webhook(receiver, "desk")] + ([webhook(dead_receiver, "dead")] if dead else [])}))
        daemon = subprocess.Popen([BUILD / "skywitnessd", "--config", config], stderr=subprocess.DEVNULL)
        try:
            while len(receiver.all()) < ANSWERS:
                time.sleep(0.5)
        finally:
            daemon.terminate()
            daemon.wait()
    waits_ms = sorted(1000 * (request.at - Feed.sent_at[json.loads(request.body)["data"]["aircraft"]["icao24"]])
                      for request in receiver.all())
    receiver.close()
    return waits_ms


def main():
    base_ms = int(time.time() * 1000)
    Feed.others = b"".join(json.dumps(Flight(f"3{n:05x}", n, base_ms).describe(base_ms, 100)).encode() + b","
                           for n in range(AIRCRAFT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["DESK_SECRET"] = receivers.SECRET
    subprocess.run([BUILD / "skywitness", "--db", "postgresql:///skywitness", "db", "migrate"], check=True,
                   stdout=subprocess.DEVNULL)
    p99_ms = []
    for words, dead in (("alone", False), ("beside one that never answers", True)):
        waits_ms = measure(f"http://127.0.0.1:{server.server_address[1]}", dead)
        p99_ms.append(waits_ms[int(len(waits_ms) * 0.99) - 1])
        print(f"{len(waits_ms)} alerts, {AIRCRAFT} aircraft an answer, {words}: median"
              f" {waits_ms[len(waits_ms) // 2]:.1f} ms, p99 {p99_ms[-1]:.1f} ms, worst {waits_ms[-1]:.1f} ms;"
              f" load {os.getloadavg()[0]:.1f}", flush=True)
    print(f"p99 beside a dead one: {p99_ms[1] / p99_ms[0]:.2f} of that alone")


if __name__ == "__main__":
    main()
