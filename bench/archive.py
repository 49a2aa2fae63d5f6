#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a SYNTHETIC day of an archive as adsb.lol publishes it: one gzip file (level 9) an aircraft, in a tar that is
split into parts, and beside it truth.json: what is in it. Nobody flew or received any of it.

    archive.py FOLDER [AIRCRAFT] [DAY] [PART_BYTES]      (60000 aircraft, 2025-10-26, 2000000000 bytes a part)

A real day of October 2025 has some 60,000 aircraft in 2.9 to 3.6 GiB, that is some 50 kB a file. Flights here are
curves with noise in every number, so that they pack about as badly. One aircraft in a thousand is an An-124 or Il-62M,
which the shipped watch list keeps; one in 250 begins its day low over Hmeimim.
"""
import collections
import datetime
import gzip
import io
import json
import math
import multiprocessing
import pathlib
import random
import sys
import tarfile

POINTS = (200, 3000)  # of an aircraft
EARTH_NM = 3440.0695
# Whom coverage there hears: methods.md 3e.
PLACE, HEARD_NM, HEARD_FT = (35.4011, 35.9487), 25.0, 157 + 10000
LOW_POINTS = 30


def distance_nm(latitude, longitude):
    p, q = math.radians(latitude), math.radians(PLACE[0])
    h = (math.sin((q - p) / 2) ** 2
         + math.cos(p) * math.cos(q) * math.sin(math.radians(PLACE[1] - longitude) / 2) ** 2)
    return 2 * EARTH_NM * math.asin(math.sqrt(h))


def is_heard(latitude, longitude, altitude_ft):
    return (altitude_ft < HEARD_FT and abs(latitude - PLACE[0]) < 1 and abs(longitude - PLACE[1]) < 1
            and distance_nm(latitude, longitude) <= HEARD_NM)


def details(chance, altitude, speed, track):
    return (f'{{"type":"adsb_icao","flight":"SYN{chance.randrange(999):04d} ","alt_geom":{altitude + 325},'
            f'"ias":{int(speed * 0.6)},"track":{track:.2f},"baro_rate":{chance.randrange(-20, 20) * 64},'
            f'"squawk":"{chance.randrange(4096):04o}","category":"A3","nav_qnh":1013.6,"nav_altitude_mcp":36000,'
            '"nic":8,"rc":186,"version":2,"nic_baro":1,"nac_p":9,"nac_v":1,"sil":3,"sil_type":"perhour","gva":2,'
            '"sda":2,"alert":0,"spi":0}')


def elements(chance, points, is_low, heard):
    """Texts of the points; `heard` gets {hour: lowest_ft} at the place."""
    at, latitude, longitude = chance.uniform(0, 20000), chance.uniform(-55, 65), chance.uniform(-170, 170)
    altitude, speed, track = chance.randrange(1000, 41000, 25), chance.uniform(150, 480), chance.uniform(0, 360)
    if is_low:
        at, latitude, longitude, altitude = chance.uniform(0, 60000), *PLACE, chance.randrange(1500, 8000, 25)
    # readsb writes no two points within a second.
    step_max = max(min(60.0, 1.9 * (86000 - at) / points), 1.5)
    for number in range(points):
        at += chance.uniform(1.0, step_max)
        track = (track + chance.gauss(0, 3)) % 360
        speed = min(max(speed + chance.gauss(0, 2), 100), 550)
        if is_low and number == LOW_POINTS:
            latitude, longitude, altitude = -30.0, -100.0, 30000
        if not is_low or number > LOW_POINTS:
            altitude = min(max(altitude + chance.choice((0, 0, 25, -25, 50, -50)), 100), 45000)
        latitude += chance.uniform(-0.02, 0.02)
        longitude += chance.uniform(-0.02, 0.02)
        if is_heard(latitude, longitude, altitude + 325):
            hour = int(at // 3600)
            heard[hour] = min(heard.get(hour, altitude + 325), altitude + 325)
        more = details(chance, altitude, speed, track) if number % 4 == 0 else "null"
        yield (f'[{at:.2f},{latitude:.6f},{longitude:.6f},{altitude},{speed:.1f},{track:.1f},0,'
               f'{chance.randrange(-20, 20) * 64},{more},"adsb_icao",{altitude + 325},null,{int(speed * 0.6)},'
               f'{chance.gauss(0, 2):.1f}]')


def trace(job):
    number, day = job
    chance = random.Random(number)
    watched = number % 1000 == 0
    address = f"{0x154000 + number // 1000 if watched else 0x400000 + number:06x}"
    header = {"icao": address, "r": f"SY-{number:05d}", "t": chance.choice(("A124", "IL62")) if watched else "A320",
              "dbFlags": 0, "desc": "SYNTHETIC", "timestamp": float(day)}
    points, heard = chance.randint(*POINTS), {}
    lines = ",\n".join(elements(chance, points, number % 250 == 3, heard))
    text = json.dumps(header)[:-1] + ',\n"trace":[ \n' + lines + " ]}\n"
    return address, gzip.compress(text.encode(), 9, mtime=0), points, watched, heard, len(text)


class Parts(io.RawIOBase):
    """Writes X.tar.aa, X.tar.ab, ... as `split -b` does."""

    def __init__(self, path, size):
        super().__init__()
        self.path, self.size, self.number, self.left, self.file = path, size, 0, 0, None

    def writable(self):
        return True

    def write(self, data):
        data, done = memoryview(data), 0
        while done < len(data):
            if self.left == 0:
                if self.file:
                    self.file.close()
                self.file = open(f"{self.path}.{chr(97 + self.number // 26)}{chr(97 + self.number % 26)}", "wb")
                self.number, self.left = self.number + 1, self.size
            piece = data[done:done + self.left]
            self.file.write(piece)
            done, self.left = done + len(piece), self.left - len(piece)
        return len(data)

    def close(self):
        if self.file:
            self.file.close()
            self.file = None
        super().close()


def write_day(folder, aircraft, day_text, part_bytes, jobs=None):
    """Returns the truth."""
    day = int(datetime.datetime.fromisoformat(day_text + "T00:00:00+00:00").timestamp())
    folder.mkdir(parents=True, exist_ok=True)
    parts = Parts(folder / f"v{day_text.replace('-', '.')}-planes-readsb-synthetic-0.tar", part_bytes)
    truth = {"day": day_text, "files": aircraft, "points": 0, "bytes": 0, "unpacked_bytes": 0, "watched": {}}
    heard_by_hour = collections.defaultdict(list)
    with multiprocessing.Pool(jobs) as pool, tarfile.open(fileobj=parts, mode="w|") as archive:
        work = pool.imap(trace, ((number, day) for number in range(aircraft)), chunksize=50)
        for address, body, points, watched, heard, length in work:
            info = tarfile.TarInfo(f"./traces/{address[-2:]}/trace_full_{address}.json")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
            truth["points"] += points
            truth["bytes"] += len(body)
            truth["unpacked_bytes"] += length
            if watched:
                truth["watched"][address] = points
            for hour, lowest_ft in heard.items():
                heard_by_hour[hour].append(lowest_ft)
    parts.close()
    truth["heard"] = {hour: [len(low), min(low)] for hour, low in sorted(heard_by_hour.items())}
    (folder / "truth.json").write_text(json.dumps(truth))
    return truth


def main():
    write_day(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60000,
              sys.argv[3] if len(sys.argv) > 3 else "2025-10-26",
              int(sys.argv[4]) if len(sys.argv) > 4 else 2000000000)


if __name__ == "__main__":
    main()
