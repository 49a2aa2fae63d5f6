#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A synthetic day (bench/archive.py) over HTTP from nginx on loopback, beside the same from the page cache, one after
the other, five times; the median of the ratios counts, and the largest memory of `skywitness backfill`.

    tests/support/with_postgresql.sh python3 bench/archive_http.py SKYWITNESS FOLDER
"""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/system"))
import archive_servers  # noqa: E402

ROUNDS = 5


def configuration(folder, nginx, parts):
    """The shipped one with a mirror instead of adsb.lol's own."""
    day = re.search(r"v(\d{4})\.(\d\d)\.(\d\d)-", parts[0].name)
    for part in parts:
        (nginx.files / part.name).symlink_to(part.resolve())
    (nginx.files / "index").write_text(",".join(nginx.url(f"/{part.name}") for part in parts) + "\n")
    path = folder / "skywitness.json"
    path.write_text(json.dumps({
        "watch": [{"id": "all", "types": ["A124", "IL62"]}], "places": [str(ROOT / "config/places/*.json")],
        "history": [{"id": "mirror", "kind": "adsb.lol-releases", "feed": "synthetic", "index": nginx.url("/index"),
                     "local": True, "max_requests_per_s": 100}]}))
    return path, "-".join(day.groups())


def measure(tool, *words):
    begin = time.monotonic()
    process = subprocess.Popen([*tool, *words], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{words}: status {status}")
    return time.monotonic() - begin, usage.ru_maxrss // 1024


def main():
    program, folder = sys.argv[1:]
    host, port, user = (os.environ[key] for key in ("PGHOST", "PGPORT", "PGUSER"))
    parts = sorted(pathlib.Path(folder).glob("*.tar.??")) or sorted(pathlib.Path(folder).glob("*.tar"))
    size = sum(part.stat().st_size for part in parts)
    ratios, seconds, memory = [], [], 0
    with tempfile.TemporaryDirectory() as temporary:
        nginx = archive_servers.Nginx(pathlib.Path(temporary))
        config, day = configuration(pathlib.Path(temporary), nginx, parts)
        try:
            for number in range(ROUNDS):
                times = []
                for kind, words in (("disk", ["traces", "--feed", "synthetic", *parts]),
                                    ("http", ["mirror", "--from", day, "--to", day])):
                    database = f"{kind}_{number}"
                    subprocess.run(["createdb", database], check=True)
                    tool = [program, "--config", config, "--db", f"postgresql:///{database}?host={host}&port={port}&user={user}"]
                    subprocess.run([*tool, "db", "migrate"], check=True, stdout=subprocess.DEVNULL)
                    taken, rss = measure(tool, "backfill", *words)
                    times.append(taken)
                    subprocess.run(["dropdb", database], check=True)
                ratios.append(times[1] / times[0])
                seconds.append(times[1])
                memory = max(memory, rss)
                print(f"disk {times[0]:.2f} s, http {times[1]:.2f} s, ratio {ratios[-1]:.2f}", flush=True)
        finally:
            nginx.close()
    print(f"median ratio {statistics.median(ratios):.2f}; {size / 1e6 / statistics.median(seconds):.0f} MB/s; "
          f"largest process {memory} MiB")


if __name__ == "__main__":
    main()
