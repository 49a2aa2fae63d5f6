#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The claims of October 2025 against a SYNTHETIC half year of archives whose truth is known (october.py): one backfill
takes them from unverifiable to their verdicts, one more day corrects a verdict and sends the retraction."""
import datetime
import json
import os
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../alert"))
import archive_days  # noqa: E402
import harness  # noqa: E402
import october  # noqa: E402
import receivers  # noqa: E402

BASE = october.ADDED - datetime.timedelta(days=1)
CONFIG = harness.ROOT / "config"
CORRECTED = "an124-three-arrivals"
# By the truth, as far as the base days have it.
EXPECTED = {
    "an124-three-arrivals": "corroborated",
    "il62-libya-latakia-moscow": "corroborated",
    "both-types-landed": "corroborated",
    "two-russian-aircraft": "corroborated",
    "flights-resumed-after-six-months": "corroborated",
}
SURE = [(october.AN124, "A3", "2025-05-02"), (october.AN124, "A3", "2025-10-24"),
        (october.IL62, "A3", "2025-10-26"), (october.AN124, "A3", "2025-10-26")]


class OctoberTest(harness.Scenario):
    @classmethod
    def setUpClass(cls):
        cls.files = october.files()

    def setUp(self):
        super().setUp()
        os.environ["DESK_SECRET"] = receivers.SECRET
        self.receiver = receivers.Receiver()
        self.addCleanup(self.receiver.close)
        # Of a day that is long past: asked for all the same.
        desk = {"id": "desk", "url": self.receiver.url, "secret": {"env": "DESK_SECRET"}, "local": True,
                "events": ["visit.*", "claim.assessed"], "maximum_age_s": 10 * 365 * 86400}
        silent = harness.local_feed("silent", f"http://127.0.0.1:{harness.free_port()}", interval_s=3600)
        self.config = self.write_config(
            [silent], [{"id": "an124", "types": ["A124"]}, {"id": "il62", "types": ["IL62"]},
                       {"id": "transports", "types": ["IL76", "AN12", "AN72", "T154", "T134"]}],
            reports=[str(CONFIG / "reports/2025-10-hmeimim.json")], claims=[str(CONFIG / "claims/2025-10-hmeimim.json")],
            airframes=[str(CONFIG / "airframes.json")], webhooks=[desk])

    def backfill(self, last, first=october.FIRST):
        paths = []
        for day in october.days_until(last):
            if day < first:
                continue
            path = self.folder / f"v{day:%Y.%m.%d}-planes-readsb-prod-0.tar"
            path.write_bytes(archive_days.tar([(key, body) for key, body in self.files.items()
                                               if october.day_of(key[0]) == day]))
            paths.append(path)
        done = subprocess.run([harness.BUILD / "skywitness", "--config", self.config, "backfill", "traces", "--feed",
                               october.FEED, *paths], capture_output=True, text=True, timeout=2 * harness.PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def verdicts(self):
        return dict(self.database.rows("SELECT claim_id, verdict FROM skywitness.claim_status ORDER BY 1"))

    def told(self, kind, place="OSLK"):
        """Alerts of a kind that reached the receiver, by their id; each is signed."""
        alerts = {}
        for request in list(self.receiver.requests):
            alert = json.loads(request.body)
            self.assertTrue(request.is_signed())
            if alert["type"] == kind and alert["data"].get("place", {}).get("id", place) == place:
                alerts[alert["data"]["alert_id"]] = alert
        return alerts

    def wait_for_verdict(self, was, verdict):
        harness.wait_until(lambda: [alert for alert in self.told("claim.assessed").values() if
                                    (alert["data"]["claim_id"], alert["data"]["verdict_before"],
                                     alert["data"]["verdict"]) == (CORRECTED, was, verdict)],
                           f"the alert that {CORRECTED} is {verdict}")

    def visits(self):
        return self.database.rows("SELECT icao24, grade, arrived_before::date FROM skywitness.visit WHERE place = 'OSLK'"
                                  " AND superseded_at IS NULL ORDER BY arrived_before")

    def test_one_backfill_and_an_added_day(self):
        daemon = self.start_daemon(self.config)
        harness.wait_until(lambda: len(self.verdicts()) == 10 and all(self.verdicts().values()), "claims judged")
        before = self.verdicts()
        self.assertEqual({before[claim] for claim in EXPECTED}, {"unverifiable"})

        self.backfill(BASE)
        after = self.verdicts()
        self.assertEqual({claim: after[claim] for claim in EXPECTED}, EXPECTED)
        self.assertEqual(self.visits(), [*SURE, (october.AN124, "A2", "2025-10-29")])
        known, seen = october.known_and_seen(october.days_until(BASE))
        self.assertLess(seen, known)
        self.assertEqual(self.database.rows("SELECT sum(known), sum(seen) FROM skywitness.control_sample"
                                            " WHERE place = 'OSLK'"), [(str(known), str(seen))])
        landing = harness.wait_until(
            lambda: [alert for alert in self.told("visit.arrived").values()
                     if "2025-10-29T22" in alert["data"]["between"][0]], "the alert of the arrival")
        self.wait_for_verdict("unverifiable", "corroborated")

        self.backfill(october.ADDED, october.ADDED)
        self.assertEqual(self.visits(), SURE)
        self.assertEqual(self.verdicts(), {**after, CORRECTED: "partly"})
        retracted = harness.wait_until(lambda: list(self.told("visit.retracted").values()), "the retraction")
        self.assertEqual([(alert["data"]["replaces_alert_id"], alert["data"]["visit_id"]) for alert in retracted],
                         [(landing[0]["data"]["alert_id"], landing[0]["data"]["visit_id"])])
        self.wait_for_verdict("corroborated", "partly")
        self.stop_daemon(daemon)


if __name__ == "__main__":
    harness.main()
