# SPDX-License-Identifier: MIT
"""Archives as readsb writes them, made from recorded answers: one gzip file an aircraft and UTC day. SYNTHETIC where
the answers are."""
import collections
import datetime
import gzip
import io
import json
import math
import tarfile

DAY_S = 86400
EARTH_NM = 3440.0695


def distance_nm(a, b):
    p, q = math.radians(a[0]), math.radians(b[0])
    h = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_NM * math.asin(math.sqrt(h))


def observations(lines):
    """(address, seconds, object) of each distinct position in recorded answers."""
    seen = {}
    for line in lines:
        body = json.loads(json.loads(line)["body"])
        for aircraft in body.get("ac", []):
            if "lat" in aircraft:
                at = round(body["now"] / 1000 - aircraft["seen_pos"], 2)
                seen[aircraft["hex"], at] = aircraft
    return [(address, at, aircraft) for (address, at), aircraft in sorted(seen.items(), key=lambda item: item[0])]


def element(begins, at, aircraft, number):
    """feeds as readsb's globe_index.c writes them: details with every fourth point."""
    details = {key: aircraft[key] for key in ("type", "flight", "squawk", "nic", "rc", "version", "nac_p", "sil")
               if key in aircraft}
    return [round(at - begins, 2), aircraft["lat"], aircraft["lon"], aircraft.get("alt_baro"), aircraft.get("gs"),
            aircraft.get("track"), 0, aircraft.get("baro_rate"), details if number % 4 == 0 else None,
            aircraft.get("type"), aircraft.get("alt_geom"), None, None, None]


def pack(days):
    """Gzip bytes of each {(begins, address): [(seconds, object)]}, as readsb writes a trace."""
    files = {}
    for (begins, address), points in days.items():
        header = {"icao": address, "timestamp": float(begins)}
        first = points[0][1]
        header.update({key: first[key] for key in ("r", "t") if key in first} or {"noRegData": True})
        number, last, elements = 0, None, []
        for at, aircraft in points:
            if last is None or at - last > 600:
                number = 0  # a new flight begins with its details
            elements.append(element(begins, at, aircraft, number))
            number, last = number + 1, at
        files[begins, address] = gzip.compress(json.dumps({**header, "trace": elements}).encode(), 9, mtime=0)
    return files


def by_day(observations):
    """(address, seconds, object) in order of time, as {(begins, address): [(seconds, object)]}."""
    days = collections.defaultdict(list)
    for address, at, aircraft in observations:
        days[int(at // DAY_S) * DAY_S, address].append((at, aircraft))
    return days


def traces(lines):
    """{(day, address): gzip bytes}"""
    return pack(by_day(observations(lines)))


def tar(files):
    """As a release of adsb.lol holds them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for (_, address), body in files:
            info = tarfile.TarInfo(f"./traces/{address[-2:]}/trace_full_{address}.json")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return packed.getvalue()


def release(begins):
    """A release's name; backfills know the day by it."""
    day = datetime.datetime.fromtimestamp(begins, datetime.timezone.utc)
    return f"v{day:%Y.%m.%d}-planes-readsb-synthetic-0"


def parts(name, body, size):
    """The files of a release, as `split -b` makes them: one .tar, or .tar.aa and so on beyond that size."""
    if len(body) <= size:
        return [(f"{name}.tar", body)]
    return [(f"{name}.tar.a{chr(97 + at // size)}", body[at:at + size]) for at in range(0, len(body), size)]
