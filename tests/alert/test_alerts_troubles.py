#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Feeds that fall silent and webhooks that take nothing, over hours that a set clock makes short: told once, over reloads
and restarts, and so is the end."""
import json
import pathlib
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import alerts  # noqa: E402
import harness  # noqa: E402
from feed_server import FeedServer  # noqa: E402
from receivers import answer  # noqa: E402

BAD = (500, {}, b"")
SILENT_S = 360  # longer than the five minutes that a feed is given
LOOK_S = 2.2  # it is looked at every two seconds


class Troubles(alerts.Scenario):
    def test_feed(self):
        clock = alerts.Clock(self)
        is_well = False
        self.sky.add(1)
        first = FeedServer(lambda path: BAD)
        second = FeedServer(lambda path: self.sky.answer(path) if is_well else BAD)
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        desk = self.receiver("desk", events=["feed.*"])

        def told():
            found = {request.id: json.loads(request.body)["type"] for request in self.receivers["desk"].all()}
            return list(found.values())

        def write(url, *others):
            return self.write_config([harness.local_feed("one", url), *others], [{"id": "all", "types": ["A124"]}],
                                     webhooks=[desk])

        daemon = self.start_daemon(write(first.url), environment=clock.environment)
        daemon.wait_for_log("feed one gives no usable answer")
        clock.set(SILENT_S)
        harness.wait_until(lambda: told() == ["feed.silent"], "it is silent")
        # Asked elsewhere it is well.
        is_well = True
        write(second.url, harness.local_feed("two", "http://127.0.0.2:9"))
        daemon.send(signal.SIGHUP)
        harness.wait_until(lambda: told() == ["feed.silent", "feed.recovered"], "it has recovered")
        # Nobody is told of one that is not asked any more.
        daemon.wait_for_log("feed two gives no usable answer")
        config = write(second.url)
        daemon.send(signal.SIGHUP)
        daemon.wait_for_log("configuration reloaded", count=2)
        # That it was silent before is no reason not to tell of it again.
        is_well = False
        daemon.wait_for_log("feed one gives no usable answer", count=2)
        clock.set(2 * SILENT_S)
        harness.wait_until(lambda: told() == ["feed.silent", "feed.recovered", "feed.silent"], "it is silent again")
        # A restart neither repeats that nor forgets that its end is to be told.
        self.stop_daemon(daemon)
        daemon = self.start_daemon(config, environment=clock.environment)
        daemon.wait_for_log("feed one gives no usable answer")
        clock.set(4 * SILENT_S)
        time.sleep(LOOK_S)
        is_well = True
        clock.set(8 * SILENT_S)
        daemon.send(signal.SIGHUP)  # asks at once
        harness.wait_until(lambda: told()[-1] == "feed.recovered" and len(told()) >= 4, "it has recovered again")
        self.assertEqual(told(), ["feed.silent", "feed.recovered", "feed.silent", "feed.recovered"])
        self.stop_daemon(daemon)

    def test_webhook_for_an_hour(self):
        """Announced when the hour is over, although no try falls due by then."""
        clock = alerts.Clock(self)
        daemon = self.start([self.receiver("deaf", answer(503, {"Retry-After": "86400"})),
                             self.receiver("others", events=["webhook.failing", "sighting.opened"])],
                            environment=clock.environment)
        self.sky.add(1)
        self.requests("deaf", 1)
        self.requests("others", 1)
        clock.set(3720)
        self.sky.add(1)  # so that it looks at the clock
        found = self.requests("others", 3)
        failing = [json.loads(request.body) for request in found if b'"webhook.failing"' in request.body]
        self.assertEqual([document["data"]["webhook"] for document in failing], ["deaf"])
        self.assertEqual(len(self.receivers["deaf"].all()), 1)
        self.stop_daemon(daemon)


if __name__ == "__main__":
    harness.main()
