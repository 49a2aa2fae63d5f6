#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long a daemon reads what another one did, or an earlier one whose journal is lost: millions of SYNTHETIC points of
closed sightings, and of open ones.

    bench/run take_over
"""
import os
import statistics
import time

import live
from live import harness

AIRCRAFT = 500
RUNS = 3
# Points in millions, of closed sightings and of open ones: what is read at most of the former, and a busy hour.
LOADS = [(0, 0), (1, 0), (0, 1), (1, 3)]


def make(closed, points):
    """One sighting of each of 500 aircraft, yesterday's or today's."""
    begin = "now() - interval '2 days'" if closed else "now() - interval '3 hours'"
    first = 1 if closed else AIRCRAFT + 1
    return f"""
SELECT skywitness_store.ensure_partitions(current_date - 3, current_date);
INSERT INTO skywitness_store.track_point (icao24, feed, observed_at, received_at, latitude, longitude, altitude_baro_ft,
    on_ground, flags, emitter, position_source)
SELECT lpad(to_hex(a), 6, '0'), 'synthetic', t, t + interval '1 s', 35 + n * 1e-5, 36, 33000, false, 0, 0, 1
FROM generate_series(0, {points // AIRCRAFT - 1}) AS g (n), LATERAL (SELECT {begin} + n * interval '1 s') AS x (t),
     generate_series({first}, {first + AIRCRAFT - 1}) AS b (a);
INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, point_count, emitter, icao24, state,
    callsigns, watch_ids, feeds)
SELECT gen_random_uuid(), min(observed_at), min(observed_at), max(observed_at), {"count(*)" if closed else "NULL"}, 0,
    icao24, '{"lost_high" if closed else "open"}', '{{SYN1}}', '{{all}}', '{{synthetic}}'
FROM skywitness_store.track_point WHERE icao24 BETWEEN lpad(to_hex({first}), 6, '0')
    AND lpad(to_hex({first + AIRCRAFT - 1}), 6, '0') GROUP BY icao24;
"""


def measure(scenario, number):
    """A start without a journal, until everything is read; the first load says what a start takes anyway."""
    config = scenario.write_config([harness.local_feed(live.FEED, "http://127.0.0.1:9")],
                                   live.WATCH_ALL, state=f"state-{number}")
    began = time.monotonic()
    daemon = scenario.start_daemon(config)
    daemon.wait_for_log("skywitnessd .* watches", patience_s=300)
    took_s = time.monotonic() - began
    if daemon.matching("could not be read"):
        raise AssertionError(daemon.log())
    memory_mib = live.peak_memory_mib(daemon)
    daemon.kill()
    return took_s, memory_mib


class Bench(harness.Scenario):
    def runTest(self):
        live.describe_machine()
        for closed, opened in LOADS:
            self.database = self.postgresql.new_database()
            for is_closed, millions in ((True, closed), (False, opened)):
                if millions > 0:
                    self.database.rows(make(is_closed, int(millions * 1e6)))
            self.database.rows("VACUUM ANALYZE skywitness_store.track_point")
            runs = [measure(self, f"{closed}-{opened}-{run}") for run in range(RUNS)]
            times = [took_s for took_s, _ in runs]
            print(f"{closed} million points of closed sightings, {opened} million of open ones: {statistics.median(times):.1f} s"
                  f" ({min(times):.1f} to {max(times):.1f}), at most {max(memory for _, memory in runs):.0f} MiB; load"
                  f" {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    harness.unittest.main(argv=["take_over"])
