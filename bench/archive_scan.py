#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads a synthetic day (bench/archive.py) from the page cache, beside `gzip -dc` of the same bytes on as many cores
as `skywitness backfill` uses, one after the other, five times; the median of the ratios counts. An empty database
each time: all aircraft are scanned and the watched ones stored.

    tests/support/with_postgresql.sh python3 bench/archive_scan.py SKYWITNESS FOLDER
"""
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

ROUNDS = 5
ROOT = pathlib.Path(__file__).resolve().parents[1]


def main():
    program, folder = sys.argv[1:]
    host, port, user = (os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER"))
    parts = sorted(pathlib.Path(folder).glob("*.tar.??"))
    size = sum(part.stat().st_size for part in parts)
    ratios, seconds = [], []
    with tempfile.TemporaryDirectory() as unpacked:
        names = pathlib.Path(unpacked) / "all.gz"
        with names.open("wb") as together:  # gzip takes one after the other as one
            for part in parts:
                with tarfile.open(part) as archive:
                    for member in archive:
                        together.write(archive.extractfile(member).read())
        for number in range(ROUNDS):
            database = f"round_{number}"
            subprocess.run(["createdb", database], check=True)
            uri = f"postgresql:///{database}?host={host}&port={port}&user={user}"
            tool = [program, "--config", ROOT / "config/skywitness.json", "--db", uri]
            subprocess.run([*tool, "db", "migrate"], check=True, stdout=subprocess.DEVNULL)
            subprocess.run([*tool, "claims", "import", *ROOT.glob("config/reports/*.json"),
                            *ROOT.glob("config/claims/*.json")], check=True, stdout=subprocess.DEVNULL)
            begin = time.monotonic()
            with names.open("rb") as stream:
                subprocess.run(["gzip", "-dc"], stdin=stream, stdout=subprocess.DEVNULL, check=True)
            gzip_s = time.monotonic() - begin
            begin = time.monotonic()
            subprocess.run([*tool, "backfill", "traces", *parts], check=True,
                           stderr=None if number == 0 else subprocess.DEVNULL)
            seconds.append(time.monotonic() - begin)
            ratios.append(seconds[-1] / gzip_s)
            print(f"gzip -dc {gzip_s:.2f} s, backfill {seconds[-1]:.2f} s, ratio {ratios[-1]:.2f}", flush=True)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"median ratio {statistics.median(ratios):.2f}; {size / 1e6 / statistics.median(seconds):.0f} MB/s packed; "
          f"largest process {memory} MiB")


if __name__ == "__main__":
    main()
