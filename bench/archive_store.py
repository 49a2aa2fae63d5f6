#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Storing an archive's points as `skywitness backfill` does (bench/archive_store.c: points, files, what is pending),
beside psql's COPY ... (FORMAT binary) of the same rows into the same table of another new database. One after the
other, in turns which is first, five times; the median of the ratios counts. For bench/run.
"""
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROUNDS = 5
ROWS = int(os.environ.get("SKYWITNESS_BENCH_ROWS", "1000000"))
TO_REACH = 0.7
BUILD = pathlib.Path(os.environ["SKYWITNESS_BUILD"])
TABLE = "skywitness_store.track_point"


def uri(database):
    host, port, user = (os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER"))
    return f"postgresql:///{database}?host={host}&port={port}&user={user}"


def psql(database, *commands):
    words = [word for command in commands for word in ("-c", command)]
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", uri(database), *words], check=True,
                   stdout=subprocess.DEVNULL)


def new_database(name):
    subprocess.run(["dropdb", "--if-exists", name], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["createdb", name], check=True)
    subprocess.run([BUILD / "skywitness", "--db", uri(name), "db", "migrate"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    psql(name, "SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-27')", "CHECKPOINT")


def ours_s():
    new_database("ours")
    done = subprocess.run([BUILD / "bench/archive_store", uri("ours"), str(ROWS)], check=True, capture_output=True)
    return float(done.stdout)


def psql_s(path):
    new_database("theirs")
    begin = time.monotonic()
    psql("theirs", f"\\copy {TABLE} FROM '{path}' (FORMAT binary)")
    return time.monotonic() - begin


def main():
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rows"
        ours_s()  # nobody's first time counts
        psql("ours", f"\\copy (SELECT * FROM {TABLE}) TO '{path}' (FORMAT binary)")
        psql_s(path)
        for number in range(ROUNDS):
            if number % 2 == 0:
                ours, theirs = ours_s(), psql_s(path)
            else:
                theirs, ours = psql_s(path), ours_s()
            ratios.append(theirs / ours)
            print(f"backfill {ROWS / ours:,.0f} rows/s, COPY {ROWS / theirs:,.0f} rows/s, ratio {ratios[-1]:.2f}",
                  flush=True)
    load = os.getloadavg()[0]
    print(f"archive_store: median ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), to reach "
          f"{TO_REACH}; {ROWS:,} rows; load {load:.1f}")


if __name__ == "__main__":
    main()
