#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the daemon says of itself: metrics and status over real HTTP, and to systemd by its socket."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import harness
import prometheus_text
from feed_server import JSON, FeedServer
from flights import Fleet


def curl(url, *options):
    """(HTTP status, headers in lower case, body); status 0 when there was no answer."""
    done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "20", "--include", *options, url],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode != 0:
        return 0, {}, ""
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, body


def dashboard_expressions():
    """All queries of docs/grafana.json, with Grafana's own variables filled in."""
    dashboard = json.loads((harness.ROOT / "docs/grafana.json").read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert all(panel["title"] and panel.get("description") for panel in panels), "each panel says what it shows"
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]), "each has its own id"
    return [target["expr"].replace("$__rate_interval", "5m").replace("$job", "skywitness").replace("$feed", ".*")
            for panel in panels for target in panel["targets"]]


def find_promtool():
    return os.environ.get("SKYWITNESS_PROMTOOL") or shutil.which("promtool")


class StatusScenario(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.fleet = Fleet("steady", int(time.time() * 1000), watched=2)
        self.answers = True
        self.feed = FeedServer(lambda path: (200, JSON, self.fleet.answer(0)) if self.answers else (503, {}, b""))
        self.addCleanup(self.feed.close)

    def deaf_webhook(self):
        """One that nobody answers."""
        os.environ["SKYWITNESS_TEST_SECRET"] = "whsec_c2t5d2l0bmVzcyB0ZXN0IHNlY3JldCAyNCE="
        self.addCleanup(os.environ.pop, "SKYWITNESS_TEST_SECRET", None)
        return {"id": "desk", "url": f"http://127.0.0.1:{harness.free_port()}/nobody", "local": True,
                "secret": {"env": "SKYWITNESS_TEST_SECRET"}, "events": ["sighting.opened"], "settling_s": 0}

    def write(self, listen, max_requests_per_day=None, **others):
        self.listen = listen
        limit = {} if max_requests_per_day is None else {"max_requests_per_day": max_requests_per_day}
        return self.write_config([harness.local_feed("steady", self.feed.url, **limit)],
                                 [{"id": "chosen", "hexes": self.fleet.watch_hexes()}],
                                 status={"listen": listen}, **others)

    def get(self, path, *options):
        return curl(f"http://{self.listen}{path}", *options)

    def metrics(self):
        status, headers, body = self.get("/metrics")
        self.assertEqual((status, headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return prometheus_text.read(body)

    def wait_for_status(self, path, status):
        harness.wait_until(lambda: self.get(path)[0] == status, f"{path} answers {status}")


class HttpTest(StatusScenario):
    def test_pages(self):
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}"))
        daemon.wait_for_log("status and metrics at")
        self.wait_for_status("/readyz", 200)
        steady = (("feed", "steady"),)
        harness.wait_until(lambda: self.metrics()["skywitness_polls_total", steady] >= 2, "polls are counted")
        samples = self.metrics()
        self.assertEqual(samples["skywitness_poll_errors_total", steady], 0)
        self.assertGreaterEqual(samples["skywitness_poll_latency_seconds_count", steady], 2)
        self.assertEqual(samples["skywitness_database_state", (("state", "ready"),)], 1)
        self.assertEqual(samples["skywitness_sightings_open", ()], 2)
        self.assertEqual(samples["skywitness_track_points_total", ()], len(self.fleet.points(0)))
        harness.wait_until(lambda: self.metrics()["skywitness_duplicates_total", ()] >= 2,
                           "the same fixes again are counted")
        self.assertEqual(samples["skywitness_journal_oldest_age_seconds", ()], 0)
        self.assertGreater(samples["process_resident_memory_bytes", ()], 1 << 20)
        self.assertGreater(samples["process_open_fds", ()], 5)
        self.assertGreater(samples["skywitness_loop_stall_worst_seconds", ()], 0)
        self.assertLess(abs(samples["process_start_time_seconds", ()] - time.time()), harness.PATIENCE_S)

        status, headers, body = self.get("/status")
        self.assertEqual((status, headers["content-type"]), (200, "application/json"))
        said = json.loads(body)
        self.assertEqual((said["ready"], said["not_ready_because"], said["open_sightings"]), (True, None, 2))
        self.assertEqual([feed["feed"] for feed in said["feeds"]], ["steady"])
        self.assertRegex(said["feeds"][0]["last_good_at"], r"^\d{4}-\d\d-\d\dT.*Z$")

        self.assertEqual(self.get("/healthz")[0], 200)
        self.assertEqual(self.get("/healthz", "--head")[2], "")
        self.assertEqual(self.get("/metrics?x=1")[0], 200)
        for path in ("/", "/metrics/", "/../etc/passwd", "/%2e%2e/etc/passwd", "/" + "x" * 4000):
            self.assertEqual(self.get(path, "--path-as-is")[0], 404, path)
        status, headers, _ = self.get("/metrics", "--request", "POST", "--data", "x" * 100000)
        self.assertEqual((status, headers["allow"]), (405, "get, head"))
        self.stop_daemon(daemon)
        self.assertEqual(self.get("/healthz")[0], 0)

    def test_shipped_rules_name_what_there_is(self):
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}", webhooks=[self.deaf_webhook()],
                                              max_requests_per_day=1000))
        self.wait_for_status("/readyz", 200)
        rules = (harness.ROOT / "docs/alerts.yml").read_text()
        named = set(re.findall(r"\b(?:skywitness|process)_[a-z_]+", rules))
        self.assertGreaterEqual(len(named), 8)
        self.assertLessEqual(named, {name for name, _ in self.metrics()})
        expressions = dashboard_expressions()
        drawn = set().union(*(re.findall(r"(?:skywitness|process)_[a-z_]+", each) for each in expressions))
        self.assertGreaterEqual(len(drawn), 20)
        self.assertLessEqual(drawn, {name for name, _ in self.metrics()})
        promtool = find_promtool()
        if promtool is not None:
            subprocess.run([promtool, "check", "rules", harness.ROOT / "docs/alerts.yml"], check=True,
                           stdout=subprocess.DEVNULL)
            # promtool reads an expression as part of a rule; the dashboard's become rules here.
            as_rules = self.folder / "dashboard.yml"
            as_rules.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": [
                {"record": f"drawn:{number}", "expr": each} for number, each in enumerate(expressions)]}]}))
            checked = subprocess.run([promtool, "check", "rules", as_rules], stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)
            self.assertEqual(checked.returncode, 0, checked.stdout)
        self.stop_daemon(daemon)

    def test_promtool(self):
        promtool = find_promtool()
        if promtool is None:
            self.skipTest("promtool is not installed")
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}"))
        self.wait_for_status("/readyz", 200)
        checked = subprocess.run([promtool, "check", "metrics"], input=self.get("/metrics")[2],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))
        self.stop_daemon(daemon)

    def test_trouble_is_told(self):
        self.addCleanup(self.postgresql.start)
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}"))
        self.wait_for_status("/readyz", 200)
        self.postgresql.crash()
        self.wait_for_status("/readyz", 503)
        self.assertIn("PostgreSQL is not connected", self.get("/readyz")[2])
        self.assertEqual(self.get("/healthz")[0], 200)
        harness.wait_until(lambda: self.metrics()["skywitness_store_lag_entries", ()] > 0, "a lag")
        harness.wait_until(lambda: self.metrics()["skywitness_journal_oldest_age_seconds", ()] > 1,
                           "the age of what waits")
        self.answers = False
        harness.wait_until(lambda: self.metrics()["skywitness_poll_errors_total", (("feed", "steady"),)] > 0,
                           "an error is counted")
        self.postgresql.start()
        self.wait_for_status("/readyz", 200)
        harness.wait_until(lambda: self.metrics()["skywitness_store_lag_entries", ()] == 0, "no lag")
        self.assertEqual(self.metrics()["skywitness_journal_oldest_age_seconds", ()], 0)
        self.stop_daemon(daemon)

    def test_alerts_that_wait(self):
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}", webhooks=[self.deaf_webhook()]))
        self.wait_for_status("/readyz", 200)
        desk = (("webhook", "desk"),)
        harness.wait_until(lambda: self.metrics()["skywitness_outbox_alerts", desk] == 2, "both sightings' alerts wait")
        self.assertEqual(json.loads(self.get("/status")[2])["alerts"]["queued"], {"desk": 2})
        self.stop_daemon(daemon)

    def test_a_schema_that_is_not_there(self):
        config = self.write(f"127.0.0.1:{harness.free_port()}", database=self.postgresql.new_empty_database())
        daemon = self.start_daemon(config)
        daemon.wait_for_log("PostgreSQL cannot be used: .*the journal keeps what comes")
        self.wait_for_status("/readyz", 503)
        harness.wait_until(lambda: self.metrics()["skywitness_track_points_total", ()] > 0, "it goes on watching")
        self.assertEqual(self.metrics()["skywitness_database_state", (("state", "refused"),)], 1)
        self.assertGreater(self.metrics()["skywitness_store_lag_entries", ()], 0)
        self.stop_daemon(daemon)

    def test_rude_clients(self):
        port = harness.free_port()
        daemon = self.start_daemon(self.write(f"127.0.0.1:{port}"))
        self.wait_for_status("/healthz", 200)
        answered = []
        threads = [threading.Thread(target=lambda: answered.append(self.get("/metrics")[0])) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Beyond the limit a connection is refused; what is answered is answered well.
        self.assertTrue(set(answered) <= {0, 200}, answered)
        self.assertGreaterEqual(answered.count(200), 10)
        rude = []
        for line in (b"GET /metrics HT", b"", b"\0\xff" * 50, b"GET /" + b"y" * 60000, b"POST / HTTP/1.1\r\n"
                     b"Content-Length: 99999999999999999999\r\n\r\n"):
            client = socket.create_connection(("127.0.0.1", port))
            rude.append(client)
            self.addCleanup(client.close)
            try:
                client.sendall(line)
            except OSError:
                pass  # hung up on: as good
        polls = self.metrics()["skywitness_polls_total", (("feed", "steady"),)]
        harness.wait_until(lambda: self.metrics()["skywitness_polls_total", (("feed", "steady"),)] > polls,
                           "polling goes on beside clients that hang")
        self.stop_daemon(daemon)

    def test_unix_socket(self):
        path = self.folder / "status.sock"
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(str(path))
        stale.close()  # what a killed daemon leaves
        daemon = self.start_daemon(self.write(f"unix:{path}"))
        daemon.wait_for_log("status and metrics at")
        self.assertEqual(curl("http://localhost/healthz", "--unix-socket", path)[0], 200)
        self.assertEqual(path.stat().st_mode & 0o007, 0)
        self.stop_daemon(daemon)
        self.assertFalse(path.exists())

    def test_addresses_that_are_refused(self):
        precious = self.folder / "precious"
        precious.write_text("not a socket")
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for listen, reason in (("0.0.0.0:8124", "only loopback"), ("[::]:8124", "only loopback"),
                               ("192.0.2.1:8124", "only loopback"), ("example.org:8124", "not an address"),
                               (f"unix:{precious}", "cannot listen"),
                               (f"127.0.0.1:{taken.getsockname()[1]}", "in use")):
            daemon = self.start_daemon(self.write(listen))
            daemon.wait_for_log(f"no status page: .*{reason}")
            self.stop_daemon(daemon)
        self.assertEqual(precious.read_text(), "not a socket")

    def test_feeds_come_and_go(self):
        """However many names there have been, what is configured now is counted."""
        most = 32  # feeds of one configuration
        self.listen = f"127.0.0.1:{harness.free_port()}"
        daemon = None
        for reload in range(6):
            listed = [harness.local_feed(f"r{reload}-{number}", self.feed.url) for number in range(most)]
            path = self.write_config(listed, [{"id": "none", "hexes": ["000001"]}], status={"listen": self.listen},
                                     lease=False)
            if daemon is None:
                daemon = self.start_daemon(path)
                daemon.wait_for_log("status and metrics at")
            else:
                daemon.send(signal.SIGHUP)
                daemon.wait_for_log("configuration reloaded", reload)
            last = (("feed", f"r{reload}-{most - 1}"),)
            harness.wait_until(lambda: self.metrics().get(("skywitness_polls_total", last), 0) >= 1,
                               f"requests are counted after {reload} reloads")
        self.stop_daemon(daemon)

    def test_reload_moves_it(self):
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}"))
        self.wait_for_status("/healthz", 200)
        first = self.listen
        self.write(f"127.0.0.1:{harness.free_port()}")
        daemon.send(signal.SIGHUP)
        self.wait_for_status("/healthz", 200)
        self.assertEqual(curl(f"http://{first}/healthz")[0], 0)
        self.stop_daemon(daemon)


class Systemd:
    """The socket that systemd would listen on."""

    def __init__(self, path):
        self.messages = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            self.messages.append(self.socket.recv(65536).decode())

    def count(self, pattern):
        return sum(1 for message in list(self.messages) if re.search(pattern, message, re.MULTILINE))

    def wait_for(self, pattern, more_than=0, patience_s=harness.PATIENCE_S):
        harness.wait_until(lambda: self.count(pattern) > more_than, f"systemd is told {pattern}", patience_s)


class SystemdTest(StatusScenario):
    def setUp(self):
        super().setUp()
        path = self.folder / "notify"
        self.systemd = Systemd(path)
        for name, value in (("NOTIFY_SOCKET", str(path)), ("WATCHDOG_USEC", "1000000")):
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name)

    def test_life(self):
        path = self.write(f"127.0.0.1:{harness.free_port()}")
        daemon = self.start_daemon(path)
        self.systemd.wait_for("^READY=1")
        # There was no journal: a start that reads from PostgreSQL may take its time.
        self.assertEqual(self.systemd.count("^EXTEND_TIMEOUT_USEC=[1-9]"), 1)
        self.systemd.wait_for("^WATCHDOG=1", more_than=3)
        self.systemd.wait_for(r"^STATUS=1 of 1 feeds answer; 2 open sightings; \d+ entries wait for PostgreSQL "
                              r"\(ready\)$")
        daemon.send(signal.SIGHUP)
        self.systemd.wait_for("^RELOADING=1")
        self.systemd.wait_for("^READY=1", more_than=1)
        path.write_text("broken")
        daemon.send(signal.SIGHUP)
        self.systemd.wait_for("^RELOADING=1", more_than=1)
        self.systemd.wait_for("^READY=1", more_than=2)
        self.stop_daemon(daemon)
        self.assertEqual(self.systemd.count("^STOPPING=1"), 1)

    def test_stopped_loop(self):
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}"))
        self.systemd.wait_for("^WATCHDOG=1")
        daemon.send(signal.SIGSTOP)
        time.sleep(1)
        fed = self.systemd.count("^WATCHDOG=1")
        time.sleep(2)
        self.assertEqual(self.systemd.count("^WATCHDOG=1"), fed)
        daemon.send(signal.SIGCONT)
        self.systemd.wait_for("^WATCHDOG=1", more_than=fed)
        self.stop_daemon(daemon)

    def test_journal_that_hangs(self):
        """The loop turns, yet answers get stuck before the journal: recorded into a pipe that nobody empties."""
        self.fleet = Fleet("steady", int(time.time() * 1000), watched=500)
        pipe = self.folder / "recording"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        daemon = self.start_daemon(self.write(f"127.0.0.1:{harness.free_port()}"), "--record", pipe)
        self.systemd.wait_for("^WATCHDOG=1")
        daemon.wait_for_log("the journal takes no answers; the watchdog is not fed any more")
        fed = self.systemd.count("^WATCHDOG=1")
        told = self.systemd.count("^STATUS=.*the journal takes no answers")
        self.systemd.wait_for("^STATUS=.*the journal takes no answers", more_than=told + 3)
        self.assertEqual(self.systemd.count("^WATCHDOG=1"), fed)
        self.assertEqual(self.get("/healthz")[0], 503)
        self.assertEqual(self.metrics()["skywitness_stuck", ()], 1)

        emptying = True

        def empty():
            while emptying:
                try:
                    os.read(reader, 1 << 20)
                except BlockingIOError:
                    time.sleep(0.01)
        thread = threading.Thread(target=empty)
        thread.start()
        try:
            daemon.wait_for_log("it goes on again")
            self.systemd.wait_for("^WATCHDOG=1", more_than=fed)
            self.wait_for_status("/healthz", 200)
            self.stop_daemon(daemon)
        finally:
            emptying = False
            thread.join()


if __name__ == "__main__":
    harness.main()
