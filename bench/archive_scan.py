#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`skywitness backfill traces` of a synthetic day (bench/archive.py) from the page cache, all aircraft, beside `gzip -dc`
of the same bytes on as many cores: as many processes, each with its share of the files. An empty database each time; in
turns which is first; five times; the median of the ratios counts. What the database holds afterwards must be the
truth that the generator wrote. For bench/run; SKYWITNESS_BENCH_AIRCRAFT says how many there are, SKYWITNESS_BENCH_ARCHIVE
names a folder that archive.py filled before.
"""
import json
import os
import pathlib
import statistics
import subprocess
import tarfile
import tempfile
import time

import archive

ROUNDS = 5
TO_REACH = 1.5
RESIDENT_MIB = 200
AIRCRAFT = int(os.environ.get("SKYWITNESS_BENCH_AIRCRAFT", "6000"))
DAY_BYTES = 3.2e9  # of a day of October 2025
ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ["SKYWITNESS_BUILD"])
JOBS = os.cpu_count()


class Joined:
    """The parts of a split tar as one file."""

    def __init__(self, parts):
        self.files = [part.open("rb") for part in parts]

    def read(self, size):
        while self.files:
            data = self.files[0].read(size)
            if data:
                return data
            self.files.pop(0).close()
        return b""


def shares(parts, folder):
    """One file a job: gzip takes members one after the other as one."""
    paths = [folder / f"share-{number}.gz" for number in range(JOBS)]
    files = [path.open("wb") for path in paths]
    with tarfile.open(fileobj=Joined(parts), mode="r|") as day:
        for number, member in enumerate(day):
            files[number % JOBS].write(day.extractfile(member).read())
    for file in files:
        file.close()
    return paths


def gzip_s(paths):
    begin = time.monotonic()
    running = [subprocess.Popen(["gzip", "-dc", path], stdout=subprocess.DEVNULL) for path in paths]
    for process in running:
        if process.wait() != 0:
            raise RuntimeError("gzip failed")
    return time.monotonic() - begin


class Database:
    def __init__(self, name):
        host, port, user = (os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER"))
        self.uri = f"postgresql:///{name}?host={host}&port={port}&user={user}"
        subprocess.run(["dropdb", "--if-exists", name], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["createdb", name], check=True)
        self.tool = [BUILD / "skywitness", "--config", ROOT / "config/skywitness.json", "--db", self.uri]
        self.run("db", "migrate")
        self.run("claims", "import", *ROOT.glob("config/reports/*.json"), *ROOT.glob("config/claims/*.json"))

    def run(self, *words):
        subprocess.run([*self.tool, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def rows(self, sql):
        done = subprocess.run(["psql", "-X", "-At", "-c", sql, self.uri], check=True, capture_output=True, text=True)
        return [line.split("|") for line in done.stdout.splitlines()]

    def backfill(self, parts):
        """(seconds until all was read and stored, seconds in all, MiB)"""
        begin, read_s = time.monotonic(), None
        process = subprocess.Popen([*self.tool, "backfill", "traces", *parts], stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if "points: stored" in line:
                read_s = time.monotonic() - begin
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or read_s is None:
            raise RuntimeError(f"backfill: status {process.returncode}")
        return read_s, time.monotonic() - begin, usage.ru_maxrss / 1024

    def check(self, truth):
        files = self.rows("SELECT count(*), sum(points) FROM skywitness_store.history_file")
        stored = self.rows("SELECT icao24, count(*) FROM skywitness_store.track_point GROUP BY 1")
        heard = self.rows("SELECT extract(hour FROM hour AT TIME ZONE 'UTC')::int, count(*), min(lowest_ft)"
                          " FROM skywitness_store.history_heard WHERE place = 'OSLK' GROUP BY 1")
        is_true = (files == [[str(truth["files"]), str(truth["points"])]]
                   and {row[0]: int(row[1]) for row in stored} == truth["watched"]
                   and {row[0]: [int(row[1]), int(row[2])] for row in heard} == truth["heard"])
        if not is_true:
            raise RuntimeError("the database does not hold what the archive does")


def measure(folder, scratch):
    truth = json.loads((folder / "truth.json").read_text())
    parts = sorted(folder.glob("*.tar.a?"))
    paths = shares(parts, scratch)
    gzip_s(paths)
    ratios, seconds, most_mib = [], [], 0
    for number in range(ROUNDS):
        database = Database("scan")
        alone = gzip_s(paths) if number % 2 == 0 else None
        read_s, all_s, mib = database.backfill(parts)
        alone = alone or gzip_s(paths)
        database.check(truth)
        ratios.append(read_s / alone)
        seconds.append(read_s)
        most_mib = max(most_mib, mib)
        print(f"gzip -dc {alone:.2f} s, reading and storing {read_s:.2f} s, ratio {ratios[-1]:.2f}; with deriving "
              f"{all_s:.2f} s; {mib:.0f} MiB", flush=True)
    rate = truth["bytes"] / statistics.median(seconds)
    print(f"archive_scan: median ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), to stay "
          f"below {TO_REACH}; {rate / 1e6:.0f} MB/s packed on {JOBS} cores, a day of {DAY_BYTES / 1e9:.1f} GB in "
          f"{DAY_BYTES / rate:.0f} s, twelve in {12 * DAY_BYTES / rate / 60:.0f} minutes; {most_mib:.0f} MiB resident, to stay "
          f"below {RESIDENT_MIB}; load {os.getloadavg()[0]:.1f}")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folder = pathlib.Path(os.environ.get("SKYWITNESS_BENCH_ARCHIVE", scratch / "day"))
        if not (folder / "truth.json").exists():
            archive.write_day(folder, AIRCRAFT, "2025-10-26", 2000000000)
        measure(folder, scratch)


if __name__ == "__main__":
    main()
