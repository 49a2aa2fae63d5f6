#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Endpoints that refuse, hang, redirect, are gone, throttle, break off, flood or cannot be trusted: each gets what
the schedule says, and none delays its neighbours."""
import email.utils
import json
import pathlib
import signal
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import alerts  # noqa: E402
import harness  # noqa: E402
import receivers  # noqa: E402
from receivers import answer, close_in_the_middle, hang, huge  # noqa: E402

FIRST_RETRY_S = (4, 6)  # 5 s with a fifth of jitter


class Faults(alerts.Scenario):
    def test_each_fault(self):
        good = receivers.Receiver()
        self.addCleanup(good.close)
        trusted_by_nobody = receivers.Receiver(tls_folder=self.folder)
        self.addCleanup(trusted_by_nobody.close)
        closed = harness.free_port()
        dated = []

        def later(handler, request):
            dated.append(time.time())
            answer(429, {"Retry-After": email.utils.formatdate(time.time() + 10, usegmt=True)})(handler, request)

        webhooks = [
            self.receiver("good"), self.receiver("refuses", answer(500)), self.receiver("slow", answer(204, delay_s=2)),
            self.receiver("redirects", answer(302, {"Location": f"{good.url}/elsewhere"})),
            self.receiver("throttles", answer(429, {"Retry-After": "9"})), self.receiver("dated", later),
            self.receiver("half", close_in_the_middle), self.receiver("flood", huge),
            self.receiver("hangs", hang(60)), self.webhook("closed", f"http://127.0.0.1:{closed}"),
            self.webhook("untrusted", good.url.replace("http://", "https://")),
            self.webhook("self-signed", trusted_by_nobody.url),
            self.webhook("private", good.url.replace("http://", "https://"), local=False),
        ]
        daemon = self.start(webhooks)
        self.sky.add(1)
        for name in ("refuses", "redirects", "half", "flood"):
            first, second = self.requests(name, 2)[:2]
            self.assertEqual((first.id, first.body), (second.id, second.body), name)
            self.assertTrue(first.is_signed() and second.is_signed(), name)
            waited_s = second.at - first.at
            self.assertGreater(waited_s, FIRST_RETRY_S[0] - 0.5, name)
        self.assertEqual(trusted_by_nobody.all(), [], "a certificate of nobody's was believed")
        self.assertEqual(good.all(), [], "a redirect was followed, or an untrusted certificate believed")
        for name, least_s in (("throttles", 9), ("dated", 8)):
            first, second = self.requests(name, 2)[:2]
            self.assertGreaterEqual(second.at - first.at, least_s - 0.5, name)
        self.requests("hangs", 2)  # 15 s, and 5 s later
        expected = {"good": ("delivered", "204", ""), "slow": ("delivered", "204", ""),
                    "refuses": ("queued", "500", "HTTP status 500"),
                    "redirects": ("queued", "302", "redirects are not followed"),
                    "throttles": ("queued", "429", "429"), "half": ("queued", "0", ""), "flood": ("queued", "0", ""),
                    "hangs": ("queued", "0", ""), "closed": ("queued", "0", ""), "untrusted": ("queued", "0", ""),
                    "self-signed": ("queued", "0", "certificate"),
                    "private": ("queued", "0", "")}
        for name, (state, status, part) in expected.items():
            def as_expected(name=name, state=state, status=status, part=part):
                rows = self.rows(name)
                return (len(rows) == 1 and rows[0][0] == state and rows[0][2] == status and int(rows[0][1]) >= 1
                        and part in rows[0][3] and (state == "delivered" or rows[0][3]))
            harness.wait_until(as_expected, f"the mirror knows {name}: {self.rows(name)}", 30)
        self.stop_daemon(daemon)

    def test_gone(self):
        """410 disables; the others are told; what comes meanwhile is given up; `webhook enable` begins anew."""
        others = self.receiver("others")
        others["events"] = ["webhook.failing"]
        status = harness.free_port()
        daemon = self.start([self.receiver("gone", answer(410)), others], status={"listen": f"127.0.0.1:{status}"})
        self.sky.add(1)
        failing = self.requests("others", 1)[0]
        document = json.loads(failing.body)
        self.assertEqual(document["type"], "webhook.failing")
        self.assertEqual(document["data"]["webhook"], "gone")
        daemon.wait_for_log("answered 410")
        self.sky.add(3)
        harness.wait_until(lambda: [row[0] for row in self.rows("gone") if row[0] == "dead"] == ["dead"] * 4,
                           "all of them given up")
        self.assertEqual(len(self.receivers["gone"].all()), 1)
        said = self.tool("feeds")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertRegex(said.stderr, "webhook gone takes nothing: .*; 0 alerts wait, 4 were given up; "
                                      "the last it took: none")
        with urllib.request.urlopen(f"http://127.0.0.1:{status}/status", timeout=30) as page:
            troubles = json.load(page)["alerts"]["troubles"]
        self.assertEqual([(one["webhook"], one["disabled"]) for one in troubles], [("gone", True)])
        # A restart does not forget it.
        self.stop_daemon(daemon)
        daemon = self.start_daemon(self.config)
        self.sky.add(1)
        harness.wait_until(lambda: len(self.rows("gone")) == 5, "the fifth")
        self.receivers["gone"].behave = answer(204)
        time.sleep(1)
        self.assertEqual(len(self.receivers["gone"].all()), 1)
        asked = self.tool("webhook", "enable", "gone")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.sky.add(1)
        sent = self.requests("gone", 2)[1]
        # One of the dead is sent again under its own id.
        dead = self.database.value("SELECT alert_id FROM skywitness.delivery WHERE endpoint = 'gone'"
                                   " AND state = 'dead' LIMIT 1")
        self.assertNotEqual(sent.id, dead)
        asked = self.tool("webhook", "replay", dead)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertEqual(self.requests("gone", 3)[2].id, dead)
        self.assertEqual(self.tool("webhook", "enable", "nobody").returncode, 1)
        self.assertEqual(self.tool("webhook", "replay", "00000000-0000-8000-8000-000000000000").returncode, 1)
        explained = self.tool("explain", "alert", dead)
        self.assertEqual(explained.returncode, 0, explained.stderr)
        self.assertIn("gone", explained.stdout)
        listed = self.tool("--format", "csv", "webhook", "list", "--state", "delivered,dead", "--webhook", "gone")
        self.assertIn(dead, listed.stdout)
        self.stop_daemon(daemon)
        self.assertEqual(self.tool("webhook", "enable", "gone").returncode, 69)

    def test_one_dead_neighbour_delays_nobody(self):
        """Ten endpoints that hang hold none of what a good one is to get: it has all as soon as without them."""
        count = 60
        good = self.receiver("good", answer(204, delay_s=0.03))
        hanging = [self.receiver(f"hangs{n}", hang(120)) for n in range(10)]

        def add_and_wait(until):
            began = time.monotonic()
            self.sky.add(count)
            self.requests("good", until, 60)
            return time.monotonic() - began

        daemon = self.start([good])
        daemon.wait_for_log("skywitnessd .* watches")
        alone_s = add_and_wait(count)
        self.write_config([harness.local_feed("sky", self.sky.server.url)], [{"id": "all", "types": ["A124"]}],
                          webhooks=hanging + [good])
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("configuration reloaded")
        beside_s = add_and_wait(2 * count)
        # A hanging one has its place until the timeout of 15 s: the good one did not wait for any of these to end.
        self.assertLess(beside_s, 3 * alone_s + 5)
        self.assertLessEqual(max(len(self.receivers[f"hangs{n}"].all()) for n in range(10)), 1)
        self.assertEqual(min(len(self.receivers[f"hangs{n}"].all()) for n in range(10)), 1)
        self.assertEqual(len({request.id for request in self.receivers["good"].all()}), 2 * count)
        self.assertLessEqual(self.receivers["good"].most_open, 2)
        status, took_s = daemon.stop()
        self.assertEqual(status, 0, daemon.log())
        self.assertLess(took_s, 10 + harness.START_S)

    def test_reload(self):
        """SIGHUP: a new webhook gets what comes from then on, one that is gone gets no more."""
        daemon = self.start([self.receiver("first")])
        self.sky.add(1)
        self.requests("first", 1)
        self.write_config([harness.local_feed("sky", self.sky.server.url)], [{"id": "all", "types": ["A124"]}],
                          webhooks=[self.receiver("second")])
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("configuration reloaded")
        self.sky.add(1)
        self.requests("second", 1)
        self.assertEqual(len(self.receivers["first"].all()), 1)
        self.stop_daemon(daemon)

    def test_old_news_is_recorded_and_not_sent(self):
        daemon = self.start([{**self.receiver("desk"), "maximum_age_s": 0}])
        self.sky.add(1)
        harness.wait_until(lambda: self.rows("desk"), "the decision")
        self.assertEqual(self.rows("desk")[0][0], "not_sent")
        self.assertIn("more than its maximum of 0 s", self.rows("desk")[0][3])
        self.assertEqual(self.receivers["desk"].all(), [])
        self.stop_daemon(daemon)


if __name__ == "__main__":
    harness.main()
