#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Alerts that no feed's answer brings: a changed verdict and a prediction that went by wait in PostgreSQL, in the
assessment's own transaction, until a daemon's journal has them. All flights and claims are SYNTHETIC."""
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT / "tests/alert")]
import harness  # noqa: E402
import receivers  # noqa: E402

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
KILLS = 8
EVENTS = 300
SEED = 20251026


def day(offset):
    return f"{NOW + datetime.timedelta(days=offset):%Y-%m-%d}"


def prediction(identifier, first, last):
    """Reported ten days ago: such aircraft will come between these days."""
    return {"id": identifier, "statement": f"SYNTHETIC: an An-124 will come ({identifier}).", "reports": ["rumour"],
            "clauses": [{"id": "comes", "kind": "arrivals", "aircraft": {"types": ["A124"]}, "place": "OSLK",
                         "verb": "arrived", "window": {"from": day(first), "to": day(last)}, "count": {"min": 1}}]}


class Pending(harness.Scenario):
    def setUp(self):
        super().setUp()
        os.environ["DESK_SECRET"] = receivers.SECRET
        self.receiver = receivers.Receiver()
        self.addCleanup(self.receiver.close)

    def write(self, claims=(), **others):
        (self.folder / "claims.json").write_text(json.dumps({
            "reports": [{"id": "rumour", "publisher": "made up", "published": day(-10), "source_reliability": "F"}],
            "claims": list(claims)}))
        webhook = {"id": "desk", "url": self.receiver.url, "secret": {"env": "DESK_SECRET"}, "local": True,
                   "quiet_s": 0, "maximum_age_s": 30 * 86400, **others}
        heard = harness.local_feed("heard", "http://127.0.0.1:9", enabled=False, licence="a made-up licence")
        return self.write_config([heard], [{"id": "an124", "types": ["A124"]}], webhooks=[webhook],
                                 claims=[str(self.folder / "claims.json")])

    def documents(self, kind):
        return [document for request in self.receiver.all()
                if (document := json.loads(request.body))["type"] == kind]

    def tool(self, config, *arguments):
        done = subprocess.run([harness.BUILD / "skywitness", "--config", config, "--db",
                               self.database.uri("skywitness_writer"), *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def pending(self):
        return self.database.rows("SELECT type, subject FROM skywitness.pending_event ORDER BY 1, 2")

    def add_visit(self, days_ago):
        came = f"{NOW - datetime.timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"
        self.database.rows(
            "WITH s AS (INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter,"
            " icao24, state, registration, type_code, callsigns, watch_ids, feeds)"
            f" VALUES (gen_random_uuid(), '{came}', '{came}', '{came}', 0, '154076', 'landed', 'RA-82038', 'A124', '{{}}',"
            " '{}', '{heard}') RETURNING sighting_id),"
            " v AS (INSERT INTO skywitness_store.visit (visit_id, anchored_at, decided_at, arrived_after,"
            " arrived_before, departed_after, departed_before, emitter, detector_version, arrival_seen,"
            " departure_seen, icao24, place, state, grade, verb, registration, type_code, watch_ids, reasons, sighting_in)"
            f" SELECT gen_random_uuid(), t, now(), t, t + '20 min'::interval, t + '3 h'::interval,"
            " t + '200 min'::interval, 0, 1, true, true, '154076', 'OSLK', 'confirmed', 'A3', 'landed', 'RA-82038',"
            f" 'A124', '{{}}', '[]', (SELECT sighting_id FROM s) FROM (SELECT '{came}'::timestamptz) AS given (t) RETURNING *)"
            " INSERT INTO skywitness_store.visit_history SELECT * FROM v")

    def test_overdue_and_assessed(self):
        config = self.write([prediction("missed", -8, -4), prediction("ahead", -2, 5),
                             prediction("settling", -6, 0), prediction("told-of-the-past", -20, -12)])
        daemon = self.start_daemon(config)
        overdue = harness.wait_until(lambda: self.documents("claim.overdue"), "claim.overdue")
        data = overdue[0]["data"]
        self.assertEqual((data["claim_id"], data["clause"]), ("missed", "comes"))
        self.assertIn(data["verdict"], ("unverifiable", "not_observed"))
        self.assertIn("We could not have seen it", data["coverage"])
        self.assertIn("We could not have seen it", data["summary"])
        self.assertEqual(len(data["between"]), 2)
        self.assertEqual(overdue[0]["timestamp"][:10], (datetime.datetime.fromisoformat(
            data["between"][1].replace("Z", "+00:00")) + datetime.timedelta(days=1)).date().isoformat())
        # It comes to light after all: the verdict changes. A daemon that starts looks at once.
        self.stop_daemon(daemon)
        self.add_visit(5)
        daemon = self.start_daemon(config)
        changed = harness.wait_until(lambda: [d for d in self.documents("claim.assessed")
                                              if d["data"]["claim_id"] == "missed"], "claim.assessed")
        self.assertEqual(changed[0]["data"]["verdict"], "corroborated")
        self.assertEqual(changed[0]["data"]["verdict_before"], data["verdict"])
        harness.wait_until(lambda: not self.pending(), "the journal has them, the table is empty")
        self.stop_daemon(daemon)
        # The same again makes nothing new, whoever assesses.
        self.tool(config, "claims", "assess")
        self.assertEqual([d["data"]["claim_id"] for d in self.documents("claim.overdue")], ["missed"])
        ids = [request.id for request in self.receiver.all()]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(self.pending(), [])

    def test_waits_without_a_daemon(self):
        """Assessed by hand with no daemon: the alert is in the assessment's transaction, and leaves later."""
        config = self.write([prediction("missed", -8, -4)], events=["claim.assessed"])
        self.tool(config, "claims", "import", self.folder / "claims.json")
        self.tool(config, "claims", "assess")
        self.assertEqual(self.pending(), [("claim.overdue", "missed")])
        self.add_visit(6)
        self.tool(config, "claims", "assess")
        self.tool(config, "claims", "assess")
        self.assertEqual(self.pending(), [("claim.assessed", "missed"), ("claim.overdue", "missed")])
        daemon = self.start_daemon(config)
        assessed = harness.wait_until(lambda: self.documents("claim.assessed"), "claim.assessed")
        # By whose data it is so.
        self.assertEqual((assessed[0]["data"]["feeds"], assessed[0]["data"]["attribution"]),
                         (["heard"], ["heard, a made-up licence"]))
        harness.wait_until(lambda: not self.pending(), "the table is empty")
        harness.wait_until(lambda: self.database.count("SELECT count(*) FROM skywitness.delivery") == 2, "the mirror")
        self.stop_daemon(daemon)
        self.assertEqual(self.database.rows("SELECT type, state FROM skywitness.delivery ORDER BY 1"),
                         [("claim.assessed", "delivered"), ("claim.overdue", "not_sent")])

    def test_killed(self):
        """SIGKILL while events are taken over: each is delivered under its id, with the same bytes, and none stays."""
        config = self.write()
        chance = random.Random(SEED)
        wanted = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(EVENTS)]

        def add(identifiers):
            rows = ",".join(f"('{one}', jsonb_build_object('type', 'feed.silent', 'alert_id', '{one}', 'subject',"
                            f" 'feed-{one[:8]}', 'reason', 'made up', 'happened_at', '{NOW:%Y-%m-%dT%H:%M:%SZ}'))"
                            for one in identifiers)
            self.database.rows(f"INSERT INTO skywitness_store.pending_event (event_id, event) VALUES {rows}")

        share = EVENTS // KILLS
        for kill in range(KILLS):
            add(wanted[kill * share:(kill + 1) * share if kill < KILLS - 1 else EVENTS])
            daemon = self.start_daemon(config)
            daemon.wait_for_log("skywitnessd .* watches")
            time.sleep(chance.uniform(0.05, 1.0))
            daemon.kill()
        # One that cannot be read is given up and blocks none of the others.
        self.database.rows("INSERT INTO skywitness_store.pending_event (event_id, recorded_at, event) VALUES"
                           " (gen_random_uuid(), '2000-01-01', '{\"type\": \"from.the.future\"}')")
        daemon = self.start_daemon(config)
        harness.wait_until(lambda: not self.pending(), "all taken")
        harness.wait_until(lambda: {request.id for request in self.receiver.all()} == set(wanted), "all delivered")
        daemon.wait_for_log("is given up: an event whose")
        bodies = {}
        for request in self.receiver.all():
            self.assertTrue(request.is_signed())
            self.assertEqual(bodies.setdefault(request.id, request.body), request.body)
        self.stop_daemon(daemon)


if __name__ == "__main__":
    harness.main()
