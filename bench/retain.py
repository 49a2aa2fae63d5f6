#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How fast a day goes: millions of SYNTHETIC points of one day, a tenth of them evidence of visits, and the ledger.

    bench/run retain

A writer inserts beside it all the while; its longest wait is what retention costs others.
"""
import os
import pathlib
import subprocess
import threading
import time

PROGRAM = pathlib.Path(os.environ["SKYWITNESS_BUILD"]) / "skywitness"
MILLIONS = 3
URI = f"postgresql:///skywitness?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"
AIRCRAFT = 500
POINTS = int(MILLIONS * 1e6 / AIRCRAFT)
MAKE = f"""
SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-26');
SELECT skywitness_store.ensure_partitions(current_date, current_date);
INSERT INTO skywitness_store.track_point (icao24, feed, observed_at, received_at, latitude, longitude, altitude_baro_ft,
    on_ground, flags, emitter, position_source)
SELECT lpad(to_hex(a), 6, '0'), 'synthetic', t, t, 35, 36, 33000, false, 0, 0, 1
FROM generate_series(0, {POINTS - 1}) AS g (n), LATERAL (SELECT '2025-10-26'::timestamptz
    + n * interval '1 day' / {POINTS + 1}) AS x (t), generate_series(1, {AIRCRAFT}) AS b (a);
INSERT INTO skywitness_store.sighting (sighting_id, opened_at, first_seen, last_seen, emitter, icao24, state, callsigns,
    watch_ids, feeds)
SELECT gen_random_uuid(), '2025-10-26', '2025-10-26', '2025-10-26T23:59:59Z', 0, lpad(to_hex(a), 6, '0'), 'landed',
    '{{}}', '{{}}', '{{}}' FROM generate_series(1, {AIRCRAFT}) AS b (a);
INSERT INTO skywitness_store.visit (visit_id, anchored_at, decided_at, arrived_before, sighting_in, emitter,
    detector_version, arrival_seen, departure_seen, icao24, place, state, grade, verb, watch_ids, reasons)
SELECT gen_random_uuid(), opened_at, last_seen, last_seen, sighting_id, 0, 1, true, false, icao24, 'OSLK', 'confirmed',
    'A3', 'landed', '{{}}', '[]' FROM skywitness_store.sighting ORDER BY icao24 LIMIT {AIRCRAFT // 10};
INSERT INTO skywitness_store.feed VALUES ('synthetic');
INSERT INTO skywitness_store.poll (poll_id, asked_at, answered_at, bytes, status, aircraft_heard, aircraft_kept, points,
    feed, request)
SELECT gen_random_uuid(), t, t, 1, 200, 1, 1, 1, 'synthetic', '/v2/' || n
FROM generate_series('2025-10-26'::timestamptz, '2025-10-26T23:59:59Z', '2 s') AS g (t), generate_series(1, 10) AS r (n);
ANALYZE;
"""
INSERT = ("INSERT INTO skywitness_store.track_point (icao24, feed, observed_at, received_at, latitude, longitude, on_ground,"
          " flags, emitter, position_source) SELECT lpad(to_hex(n), 6, '0'), 'beside', clock_timestamp(), now(), 35, 36,"
          " false, 0, 0, 1 FROM generate_series(1, 100) AS g (n);\n\\echo done\n")


def psql(sql):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql], check=True, stdout=subprocess.DEVNULL)


class Beside(threading.Thread):
    """Inserts without a pause."""

    def __init__(self):
        super().__init__()
        self.waits, self.ended = [], False

    def run(self):
        with subprocess.Popen(["psql", "-X", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql_beside:
            while not self.ended:
                began = time.monotonic()
                psql_beside.stdin.write(INSERT)
                psql_beside.stdin.flush()
                psql_beside.stdout.readline()
                self.waits.append(time.monotonic() - began)
            psql_beside.stdin.close()


def main():
    subprocess.run([PROGRAM, "--db", URI, "db", "migrate"], check=True, stdout=subprocess.DEVNULL)
    psql(MAKE)
    beside = Beside()
    beside.start()
    time.sleep(2)
    quiet, beside.waits = beside.waits, []
    began = time.monotonic()
    subprocess.run([PROGRAM, "--db", URI, "db", "retain", "--days", "30", "--ledger-days", "30"], check=True)
    took_s = time.monotonic() - began
    busy = beside.waits
    beside.ended = True
    beside.join()
    rows = POINTS * AIRCRAFT
    print(f"load {os.getloadavg()[0]:.1f}: {rows} points, a tenth kept, and 432,000 polls gone in {took_s:.1f} s:"
          f" {rows / took_s:,.0f} points/s; an insert of 100 rows beside it waited {max(busy) * 1000:.0f} ms at most"
          f" ({max(quiet) * 1000:.0f} ms before)")


if __name__ == "__main__":
    main()
