#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two daemons, one database: one asks the feed, the other stands by and takes over; no request is made twice, no
sighting opened twice, nothing alerted twice. The flights are SYNTHETIC."""
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time

import harness
from feed_server import JSON, FeedServer
from flights import Flight
from postgresql_proxy import PostgresqlProxy

FEED = "shared"
TAKE_OVER_S = 30  # the promise
NAMES = ("first", "second")
os.environ["DESK_SECRET"] = "whsec_c3ludGhldGljIHNlY3JldCBmb3IgdGVzdHM="


class Requests:
    """A feed that knows which daemon asked when, by the path that it was given."""

    def __init__(self):
        self.began_ms = int(time.time() * 1000)
        self.flights = [Flight(f"a0000{n}", n, self.began_ms, callsign=f"SYN{n:03d}", registration=f"SY-{n:03d}",
                               type_code="A124") for n in range(3)]
        self.lock = threading.Lock()
        self.seen = []
        self.server = FeedServer(self._answer)

    def _answer(self, path):
        now_ms = int(time.time() * 1000)
        with self.lock:
            self.seen.append((path.split("/")[1], time.monotonic()))
        return 200, JSON, json.dumps({"now": now_ms / 1000, "messages": 1, "aircraft": [
            flight.describe(now_ms, 50) for flight in self.flights]}).encode()

    def of(self, name, since=0.0):
        with self.lock:
            return [at for who, at in self.seen if who == name and at >= since]


class Webhook:
    def __init__(self):
        self.lock = threading.Lock()
        self.bodies = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    outer.bodies.append(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def opened(self):
        with self.lock:
            return [body["data"]["aircraft"]["icao24"] for body in self.bodies if body["type"] == "sighting.opened"]


class Through:
    """A database at the end of a proxy's line."""

    def __init__(self, line, database):
        self.line, self.database = line, database

    def uri(self, user):
        return self.line.uri(self.database, user)


class TwoDaemonsTest(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.postgresql.start)
        self.requests = Requests()
        self.addCleanup(self.requests.server.close)
        self.webhook = Webhook()
        self.addCleanup(self.webhook.server.shutdown)

    def start(self, name, line=None, **others):
        config = self.write_config(
            [harness.local_feed(FEED, f"{self.requests.server.url}/{name}")],
            [{"id": "all", "hexes": [flight.icao24 for flight in self.requests.flights]}], name=f"{name}.json",
            state=f"state-{name}", status={"listen": f"unix:{self.folder}/{name}.status"},
            webhooks=[{"id": "desk", "url": self.webhook.url, "secret": {"env": "DESK_SECRET"}, "local": True,
                       "events": ["sighting.opened"]}], **({"database": Through(line, self.database)} if line else {}),
            **others)
        return self.start_daemon(config)

    def wait_for(self, name, since, patience_s=harness.PATIENCE_S):
        """The first request of that daemon after `since`."""
        return harness.wait_until(lambda: self.requests.of(name, since), f"{name} asks", patience_s)[0]

    def assert_quiet(self, name, since):
        self.assertEqual(self.requests.of(name, since), [], f"{name} asked")

    def page(self, name, page):
        """What its status page says, in a moment at which it is ready."""
        return subprocess.run(["curl", "--silent", "--fail", "--retry", "20", "--max-time", "20", "--unix-socket",
                               self.folder / f"{name}.status", f"http://localhost/{page}"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()

    def holder(self):
        return self.database.rows("SELECT l.journal_id, h.holder IS NOT NULL FROM skywitness_store.feed_lease l"
                                  f" LEFT JOIN skywitness.feed_health h USING (feed) WHERE feed = '{FEED}'")

    def test_one_at_a_time(self):
        first = self.start("first")
        self.wait_for("first", 0)
        second = self.start("second")
        second.wait_for_log("stands by")
        mark = time.monotonic()
        self.wait_for("first", mark)
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.sighting") == 3, "sightings")
        held = self.holder()
        self.assertEqual(held[0][1], "t")
        self.assertEqual((self.page("first", "readyz"), self.page("second", "readyz")),
                         ("ready", "ready; stands by for 1 of 1 feeds"))
        self.assertEqual([json.loads(self.page(name, "status"))["stands_by_for"] for name in NAMES], [0, 1])

        # PostgreSQL away for both: the one that asked goes on, and has its feed back afterwards.
        self.postgresql.crash()
        mark = time.monotonic()
        time.sleep(3)
        self.assertGreater(len(self.requests.of("first", mark)), 1)
        self.postgresql.start()
        mark = time.monotonic()
        harness.wait_until(lambda: self.database.count(
            "SELECT count(*) FROM skywitness_store.feed_lock_holders()") == 1, "the lock is held again")
        time.sleep(2)
        self.assertGreater(len(self.requests.of("first", mark)), 0)
        self.assertEqual(self.holder(), held)
        self.assert_quiet("second", 0)

        # Stopped, not dead: its session ends by the server's clock, and when it goes on it does not ask.
        first.send(signal.SIGSTOP)
        stopped = time.monotonic()
        took_s = self.wait_for("second", stopped) - stopped
        self.assertLess(took_s, TAKE_OVER_S)
        self.assertGreater(took_s, 10)  # by the server's patience, not by chance
        first.send(signal.SIGCONT)
        going_on = time.monotonic()
        first.wait_for_log("stands by")
        time.sleep(2)
        self.assert_quiet("first", going_on)
        self.assertNotEqual(self.holder(), held)

        # Dead: the other way round.
        killed = time.monotonic()
        second.kill()
        took_s = self.wait_for("first", killed) - killed
        self.assertLess(took_s, TAKE_OVER_S)
        first.wait_for_log("took over")
        self.assert_quiet("second", killed + 1)

        # In good order, at once; and nothing was said twice by either.
        second = self.start("second")
        second.wait_for_log("stands by")
        self.wait_for("first", time.monotonic())
        ended = time.monotonic()
        self.stop_daemon(first)
        self.wait_for("second", ended, TAKE_OVER_S)
        second.wait_for_log("took over")
        self.wait_for("second", time.monotonic() + 1)
        self.stop_daemon(second)
        sightings = self.database.rows("SELECT icao24, state FROM skywitness.sighting ORDER BY 1")
        self.assertEqual(sightings, [(flight.icao24, "open") for flight in self.requests.flights])
        self.assertEqual(sorted(self.webhook.opened()), [flight.icao24 for flight in self.requests.flights])

    def ready(self, name):
        """The status and the words of /readyz."""
        with socket.socket(socket.AF_UNIX) as page:
            page.connect(f"{self.folder}/{name}.status")
            page.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: page.recv(4096), b"")).decode()
        return int(answer.split()[1]), answer.partition("\r\n\r\n")[2].strip()

    def proxy(self, name):
        proxy = PostgresqlProxy(self.folder / f"line-{name}")
        self.addCleanup(proxy.close)
        return proxy

    def test_lines_are_cut(self):
        """The line of the first is cut, and it knows of a second, which was last there two hours ago: it stops asking, and
        only then does the second ask, although its own line breaks while it reads what the first one did."""
        first_line, second_line = self.proxy("first"), self.proxy("second")
        self.start("first", line=first_line)
        self.wait_for("first", 0)
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.sighting") == 3, "sightings")
        second = self.start("second")
        second.wait_for_log("stands by")
        self.stop_daemon(second)
        self.database.rows("UPDATE skywitness_store.feed_standby SET seen_at = seen_at - interval '2 hours'")
        harness.wait_until(lambda: self.database.value(
            "SELECT l.seen_at > s.seen_at + interval '2 hours 1 second' FROM skywitness_store.feed_lease l,"
            " skywitness_store.feed_standby s") == "t", "the first has looked again")
        time.sleep(1)  # and heard it
        first_line.cut()
        cut = time.monotonic()
        second = self.start("second", line=second_line)
        second.wait_for_log("watches 1 feeds")
        second_line.swallow = b"PARTITION BY s.sighting_id"  # the points of open sightings
        harness.wait_until(second_line.swallowing, "the second is in the middle of reading")
        self.assertEqual(self.ready("second"), (503, "what another daemon did is being read"))
        self.assert_quiet("second", 0)
        second_line.swallow = None
        second_line.hang_up()
        asked = self.wait_for("second", cut)
        second.wait_for_log("took over")
        time.sleep(2)
        self.assertLess(asked - cut, TAKE_OVER_S + harness.START_S)
        self.assert_quiet("first", cut + 1)
        self.assertEqual(self.database.count("SELECT count(*) FROM skywitness.sighting"), 3)

    def test_without_leases(self):
        self.start("first", lease=False)
        self.start("second", lease=False)
        for name in NAMES:
            self.wait_for(name, 0)
        self.assertEqual(self.holder(), [])

    def test_what_was_known_of_another(self):
        """PostgreSQL is away when they start: the one that stood by stays quiet, the other asks."""
        first = self.start("first")
        self.wait_for("first", 0)
        second = self.start("second")
        second.wait_for_log("stands by")
        memory = self.folder / "state-second/leases"
        harness.wait_until(lambda: memory.exists() and "not" in memory.read_text(), "it is remembered")
        second.kill()
        first.kill()
        self.postgresql.crash()
        mark = time.monotonic()
        self.start("second")
        self.start("first")
        self.wait_for("first", mark)
        time.sleep(3)
        self.assert_quiet("second", mark)


if __name__ == "__main__":
    harness.main()
