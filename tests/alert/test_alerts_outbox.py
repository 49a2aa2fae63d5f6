#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What lies in the outbox: it is forgotten in time, mirrored to the last one, given up when it is, held while its
endpoint asks for it, and does not wait for ever for a secret that cannot be read."""
import json
import pathlib
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import alerts  # noqa: E402
import harness  # noqa: E402
import receivers  # noqa: E402
from receivers import answer  # noqa: E402

OLD = 1200  # more than two purges take
UNMIRRORED = 4500  # more than two entries carry
DAY_US = 86400 * 1000000


class Outbox(alerts.Scenario):
    def test_nothing_old_and_nothing_unmirrored_stays(self):
        """Without any webhook too, which is how the configuration is shipped."""
        daemon = self.start([])
        daemon.wait_for_log("skywitnessd .* watches")
        self.stop_daemon(daemon)
        now_us = int(time.time() * 1000000)
        journal = self.journal()
        journal.execute("BEGIN")
        journal.executemany("INSERT INTO alert (alert_id, type, found_at, body) VALUES (?, 'sighting.opened', ?, '{}')",
                            ((b"old%013d" % n, now_us - 80 * DAY_US) for n in range(OLD)))
        journal.executemany("INSERT INTO alert (alert_id, type, found_at, body) VALUES (?, 'sighting.opened', ?, '{}')",
                            ((b"new%013d" % n, now_us) for n in range(UNMIRRORED)))
        journal.execute("INSERT INTO delivery (alert_id, endpoint, type, subject, found_at, state, attempt, due_at,"
                        " delivered_at, last_status, reason, mirrored) SELECT alert_id, 'desk', type, 'a00000', found_at,"
                        " 1, 1, found_at, found_at, 204, '', 0 FROM alert WHERE found_at = ?", (now_us,))
        journal.execute("COMMIT")
        journal.close()
        daemon = self.start([])
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.delivery") == UNMIRRORED,
                           "all of them in PostgreSQL")
        self.stop_daemon(daemon)
        journal = self.journal()
        left = journal.execute("SELECT count(*), count(*) FILTER (WHERE found_at < ?) FROM alert", (now_us,)).fetchone()
        self.assertEqual(left, (UNMIRRORED, 0))
        journal.close()

    def test_what_is_not_recorded_is_explained(self):
        """Everything is watched and no webhook wants it: the rules are asked when somebody wants to know."""
        daemon = self.start([self.receiver("desk", events=["visit.*"])], watch=[{"id": "everything", "hexes": ["*"]}])
        self.sky.add(1)
        sighting = harness.wait_until(lambda: self.database.value("SELECT sighting_id FROM skywitness.sighting"),
                                      "a sighting")
        explained = self.tool("explain", "sighting", sighting)
        self.assertEqual(explained.returncode, 0, explained.stderr)
        words = " ".join(explained.stdout.split())
        self.assertIn("None was recorded", words)
        self.assertIn("sighting.opened, webhook desk: event sighting.opened is not among its events", words)
        self.assertNotIn("sighting.closed", words)
        alert, = json.loads(self.tool("--format", "json", "explain", "sighting", sighting).stdout)["alerts"]
        self.assertEqual((alert["alert_id"], alert["state"], alert["webhook"]), (None, "not_recorded", "desk"))
        self.stop_daemon(daemon)

    def test_dead_letter(self):
        """The last try fails: the alert is dead, and the others are told at once."""
        webhooks = [self.receiver("deaf", answer(500)), self.receiver("others", events=["webhook.failing"])]
        daemon = self.start(webhooks)
        self.sky.add(1)
        self.requests("deaf", 1)
        self.stop_daemon(daemon)
        journal = self.journal()
        changed = journal.execute("UPDATE delivery SET attempt = 9, due_at = 0 WHERE state = 0 AND endpoint = 'deaf'")
        self.assertEqual(changed.rowcount, 1)
        journal.close()
        daemon = self.start(webhooks)
        data = json.loads(self.requests("others", 1)[0].body)["data"]
        self.assertEqual((data["webhook"], data["reason"]), ("deaf", "HTTP status 500"))
        harness.wait_until(lambda: ("dead", "10") in [row[:2] for row in self.rows("deaf")], "it is dead")
        self.stop_daemon(daemon)

    def test_secret_that_cannot_be_read(self):
        secret = self.folder / "desk.secret"
        listen = f"127.0.0.1:{harness.free_port()}"
        daemon = self.start([self.receiver("desk", secret={"file": str(secret)}),
                             self.receiver("others", events=["webhook.failing"])], status={"listen": listen})
        data = json.loads(self.requests("others", 1)[0].body)["data"]
        self.assertEqual(data["webhook"], "desk")
        self.assertIn("desk.secret", data["reason"])
        with urllib.request.urlopen(f"http://{listen}/status", timeout=30) as page:
            status = json.load(page)["alerts"]
        self.assertEqual([(one["webhook"], one["reason"]) for one in status["troubles"]], [("desk", data["reason"])])
        self.assertEqual(status["webhooks_failing"], 1)
        # Its alerts are tried by the schedule, like those of any other endpoint that fails.
        self.sky.add(1)
        harness.wait_until(lambda: [row for row in self.rows("desk") if row[0] == "queued" and int(row[1]) >= 1
                                    and "desk.secret" in row[3]], "a try that failed for it")
        self.assertIn("webhook desk takes nothing", self.tool("feeds").stderr)
        # It is read again without a word.
        secret.write_text(receivers.SECRET)
        daemon.wait_for_log("webhook desk takes alerts again")
        self.sky.add(1)
        self.assertTrue(self.requests("desk", 1)[0].is_signed())
        self.assertEqual(len(self.receivers["others"].all()), 1)
        self.stop_daemon(daemon)

    def test_the_whole_endpoint_is_left_alone(self):
        """20 alerts wait, and the first is answered 429: none of the others goes out before the time is over."""
        asked = []

        def behave(handler, request):
            asked.append(request.at)
            if len(asked) == 1:
                answer(429, {"Retry-After": "2"})(handler, request)
            else:
                answer(204)(handler, request)

        daemon = self.start([self.receiver("desk", behave)])
        self.sky.add(20)
        self.requests("desk", 21)
        self.assertGreaterEqual(asked[1] - asked[0], 2 - 0.5)
        self.assertEqual(len({request.id for request in self.receivers["desk"].all()}), 20)
        self.stop_daemon(daemon)


if __name__ == "__main__":
    harness.main()
