#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Live ingest, points a second: one feed whose answers of 12,000 aircraft are asked for one after the other, all
watched, journal on; held against the same number of rows sent by a bare libpq pipeline (ingest_limit) in the same run.

A feed's rounds begin a second apart at best, so each round here has many requests: the watch list names all addresses,
which a provider takes a thousand at a time, and the server answers each with all aircraft of the next second.

    SKYWITNESS_BUILD=build-release tests/support/with_postgresql.sh python3 bench/ingest.py [ANSWERS_A_RUN]
"""
import os
import re
import subprocess
import sys
import time

import live
from live import harness

ADDRESSES_AN_ENTRY = 2000 # as many as a watch entry takes
WARM_UP = 5 # answers: the first opens every sighting


def watch_list():
    addresses = subprocess.run([harness.BUILD / "bench/feed_server", "addresses", str(live.AIRCRAFT)], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
    named = [{"id": f"part-{start // ADDRESSES_AN_ENTRY}", "keep_raw": False,
              "hexes": addresses[start:start + ADDRESSES_AN_ENTRY]}
             for start in range(0, len(addresses), ADDRESSES_AN_ENTRY)]
    return live.WATCH_ALL + named


def limit_rate(answers, hour):
    """Rows a second of the bare pipeline, into tables of the same cluster."""
    database = harness.postgresql().new_database()
    environment = {**os.environ, "PGDATABASE": database.name}
    done = subprocess.run([harness.BUILD / "bench/ingest_limit", str(answers), str(live.AIRCRAFT), str(hour)], check=True,
                          env=environment, stdout=subprocess.PIPE, text=True)
    print(f"  {done.stdout.strip()}")
    return float(re.search(r"([0-9.]+) rows/s", done.stdout).group(1))


def daemon_rate(answers, watch):
    server = live.AnswerServer(live.AIRCRAFT, answers)
    try:
        # A provider that takes lists of addresses and does not serve everything at once.
        feed = {"id": live.FEED, "kind": "readsb", "provider": "adsb.lol", "url": server.url, "interval_s": 1,
                "max_requests_per_s": 100, "reuse_connections": True}
        with live.running_daemon([feed], watch) as daemon:
            reader = live.Reader(daemon.database)
            stored_at = {}
            deadline = time.monotonic() + 600
            stored = 0
            while stored < answers:
                stored = reader.number("SELECT count(*) FROM skywitness.poll WHERE points > 0")
                stored_at.setdefault(stored, time.monotonic())
                if time.monotonic() > deadline:
                    raise AssertionError(f"{stored} of {answers} answers stored\\n{daemon.log()}")
                time.sleep(0.01)
            points = reader.number("SELECT count(*) FROM skywitness.track_point")
            reader.close()
            warm = min(count for count in stored_at if count >= WARM_UP)
            seconds = stored_at[stored] - stored_at[warm]
            rate = points / answers * (stored - warm) / seconds
            print(f"  daemon: {points} points; {stored - warm} answers in {seconds:.2f} s: {rate:.0f} points/s; "
                  f"worst stall {live.worst_stall_ms(daemon):.1f} ms, {live.peak_memory_mib(daemon):.0f} MiB",
                  flush=True)
            return rate
    finally:
        server.close()


def main():
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    live.describe_machine()
    watch = watch_list()
    limits, rates = [], []
    for run in range(live.RUNS):
        limits.append(limit_rate(answers, run))
        rates.append(daemon_rate(answers, watch))
    live.summarise("bare pipeline", limits, "rows/s")
    live.summarise("live ingest", rates, "points/s")
    live.summarise("ratio", (rate / limit for rate, limit in zip(rates, limits)), "", 2)


if __name__ == "__main__":
    main()
