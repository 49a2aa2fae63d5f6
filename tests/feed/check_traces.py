#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the trace scanner against Python's own reading of every recorded trace, point by point.

Usage: check_traces.py PRINT_TRACE      (recordings are found by the environment variable SKYWITNESS_RECORDINGS)
Exits with 77 (skipped) where there are none.
"""
import decimal
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys

# Points of each recording by a count made once with jq: '.trace | length'. None is repeated.
TOTAL_FILES, TOTAL_POINTS = 13, 2818
CARRY_US = 15 * 60 * 1000000


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def text(value):
    return "-" if value is None else value


def number(value):
    return "-" if value is None else "%.9g" % single(value)


def expected(trace):
    """What each element says, by feeds.md 2.3."""
    begins = int(decimal.Decimal(str(trace["timestamp"])) * 1000000)
    last, carried, carried_at = None, {}, None
    for element in trace["trace"]:
        element = element + [None] * (14 - len(element))
        at = begins + int((decimal.Decimal(str(element[0])) * 1000000).to_integral_value())
        if at == last:
            continue
        flags, details = element[6], element[8] or {}
        if last is None or at - last > CARRY_US or flags & 2:
            carried = {}
        last = at
        for key in ("flight", "squawk", "type"):
            if key in details:
                carried[key] = details[key]
        ground = element[3] == "ground"
        baro = None if ground or flags & 8 else element[3]
        geom = element[10] if element[10] is not None else details.get("alt_geom")
        if geom is None and flags & 8:
            geom = element[3]
        rate = element[7] if element[7] is not None else element[11]
        callsign = carried.get("flight", "").strip() or None
        squawk = carried.get("squawk")
        source = element[9] if element[9] is not None else carried.get("type", "unknown")
        yield " ".join([str(at), f"{element[1]:.6f}", f"{element[2]:.6f}", str(text(baro)), str(text(geom)),
                        number(element[4]), number(None if element[5] is None else element[5] % 360),
                        str(text(rate)), str(text(details.get("nic"))), str(int(ground)), source,
                        text(callsign), text(squawk)])


def main():
    folder = os.environ.get("SKYWITNESS_RECORDINGS")
    files = sorted(pathlib.Path(folder or "/nonexistent").glob("traces/trace_full_*.json"))
    if not files:
        print("skipped: no recordings (SKYWITNESS_RECORDINGS)")
        return 77
    points = wrong = 0
    for path in files:
        body = path.read_bytes()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        wanted = list(expected(json.loads(body)))
        done = subprocess.run([sys.argv[1]], input=body, capture_output=True, check=True)
        got = done.stdout.decode().splitlines()
        points += len(got) - 1
        if len(got) - 1 != len(wanted):
            print(f"{path.name}: {len(got) - 1} points instead of {len(wanted)}")
            wrong += 1
        for one, other in zip(got[1:], wanted):
            if one != other:
                print(f"{path.name}:\n  got      {one}\n  expected {other}")
                wrong += 1
                break
    print(f"{len(files)} traces, {points} points")
    if (len(files), points) != (TOTAL_FILES, TOTAL_POINTS):
        print(f"expected {TOTAL_FILES} traces, {TOTAL_POINTS} points")
        wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
