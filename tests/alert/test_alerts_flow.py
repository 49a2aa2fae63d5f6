#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From an injected SYNTHETIC flight to a verified webhook: the real daemon, a real PostgreSQL, a receiver."""
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import harness  # noqa: E402
import receivers  # noqa: E402
from feed_server import JSON, FeedServer  # noqa: E402

WATCHED = "1540fe"
OSLK = (35.401, 35.949)
SETTLING_S = 4


class Landing:
    """Comes down to Hmeimim's runway from the south and stops there. Nobody flew this."""

    def __init__(self, out_s=40, icao24=WATCHED):
        self.began = time.time()
        self.out_s = out_s
        self.icao24 = icao24

    def answer(self, path):
        if not path.endswith("aircraft.json"):
            return None
        now = time.time()
        left_s = self.out_s - (now - self.began)
        speed_kt = 140 if left_s > 0 else max(0, 100 + 5 * left_s)
        distance_deg = max(left_s, 0) * 140 / 3600 / 60
        aircraft = {"hex": self.icao24, "type": "adsb_icao", "flight": "SYN1    ", "r": "RA-82078", "t": "A124",
                    "gs": speed_kt, "track": 0.0, "squawk": "2000",
                    "lat": round(OSLK[0] - distance_deg, 6), "lon": OSLK[1], "nic": 8, "nac_p": 9, "sil": 3,
                    "version": 2, "seen_pos": 0.1, "seen": 0.1, "mlat": [], "tisb": [], "messages": 9, "rssi": -9.0}
        if left_s > 0:
            altitude_ft = 157 + int(left_s * 12)
            aircraft |= {"alt_baro": altitude_ft, "alt_geom": altitude_ft + 50, "baro_rate": -720}
        else:
            aircraft |= {"alt_baro": "ground"}
        body = json.dumps({"now": round(now, 3), "messages": 1, "aircraft": [aircraft]}).encode()
        return 200, JSON, body


def webhook(receiver, identifier="desk", **others):
    return {"id": identifier, "url": receiver.url, "secret": {"env": "DESK_SECRET"}, "local": True, **others}


class Flow(harness.Scenario):
    def setUp(self):
        super().setUp()
        os.environ["DESK_SECRET"] = receivers.SECRET
        self.receiver = receivers.Receiver()
        self.addCleanup(self.receiver.close)

    def serve(self, landing):
        server = FeedServer(landing.answer)
        self.addCleanup(server.close)
        return server.url

    def types(self):
        return [json.loads(request.body)["type"] for request in self.receiver.all()]

    def test_landing(self):
        """sighting.opened at once, visit.arrived when it is down: signed, stored, mirrored, explained."""
        url = self.serve(Landing(out_s=20))
        settled = receivers.Receiver()
        self.addCleanup(settled.close)
        config = self.write_config([harness.local_feed("one", url)], [{"id": "an124", "types": ["A124"]}],
                                   webhooks=[webhook(self.receiver, watch=["an124"], time_zone="Asia/Damascus"),
                                             webhook(self.receiver, "other", events=["claim.*"]),
                                             webhook(settled, "settled", events=["sighting.*"], settling_s=SETTLING_S)])
        daemon = self.start_daemon(config)
        harness.wait_until(lambda: "sighting.opened" in self.types(), "sighting.opened")
        opened = self.receiver.all()[0]
        self.assertTrue(opened.is_signed(), opened.headers)
        document = json.loads(opened.body)
        self.assertEqual(document["data"]["alert_id"], opened.id)
        self.assertEqual(document["data"]["aircraft"]["icao24"], WATCHED)
        self.assertEqual(document["data"]["watch_ids"], ["an124"])
        # The same where it must be seen for a while first: later, and with the same words.
        late = harness.wait_until(settled.all, "sighting.opened, settled")[0]
        self.assertEqual((late.id, late.body), (opened.id, opened.body))
        self.assertGreaterEqual(late.at - opened.at, SETTLING_S - 2)  # on a busy machine the first may come late
        harness.wait_until(lambda: "visit.arrived" in self.types(), "visit.arrived", 180)
        arrived = next(json.loads(r.body)["data"] for r in self.receiver.all() if b"visit.arrived" in r.body)
        self.assertEqual(arrived["place"]["id"], "OSLK")
        self.assertIn("Hmeimim", arrived["summary"])
        self.assertTrue(all(r.is_signed() for r in self.receiver.all()))
        rows = harness.wait_until(
            lambda: self.database.rows("SELECT a.type FROM skywitness.delivery d JOIN skywitness.alert a USING (alert_id)"
                                       " WHERE d.endpoint = 'desk' AND d.state = 'delivered' AND a.type = 'visit.arrived'"
                                       " AND d.attempt = 1 AND d.last_status = 204"), "the mirror says delivered")
        self.assertEqual(len(rows), 1)
        reason = self.database.value("SELECT reason FROM skywitness.delivery WHERE endpoint = 'other' LIMIT 1")
        self.assertIn("is not among its events", reason)
        sighting = document["data"]["sighting_id"]
        explained = subprocess.run([harness.BUILD / "skywitness", "--config", config, "--db",
                                    self.database.uri("skywitness_writer"), "explain", "sighting", sighting],
                                   capture_output=True, text=True)
        self.assertEqual(explained.returncode, 0, explained.stderr)
        words = " ".join(explained.stdout.split())
        self.assertIn("sighting.opened, webhook desk: delivered", words)
        self.assertIn("sighting.opened, webhook other: not sent, event sighting.opened is not among its events", words)
        body = self.database.value(f"SELECT body FROM skywitness.alert WHERE alert_id = '{opened.id}'")
        self.assertEqual(body.encode(), opened.body)
        self.stop_daemon(daemon)
        before = len(self.receiver.all())
        daemon = self.start_daemon(config)
        time.sleep(4)
        self.stop_daemon(daemon)
        ids = [request.id for request in self.receiver.all()]
        self.assertEqual(len(ids), len(set(ids)), "nothing twice")
        self.assertGreaterEqual(len(ids), before)


if __name__ == "__main__":
    harness.main()
