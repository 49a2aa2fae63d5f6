#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a SYNTHETIC day of an archive as adsb.lol publishes it: one gzip file (level 9) an aircraft, in a tar that is
split into parts. Nobody flew or received any of it.

    archive.py FOLDER [AIRCRAFT] [DAY] [PART_BYTES]      (60000 aircraft, 2025-10-26, 2000000000 bytes a part)

A real day of October 2025 has some 60,000 aircraft in 2.9 to 3.6 GiB, that is some 50 kB a file. Flights here are
curves with noise in every number, so that they pack about as badly. One aircraft in a thousand is an An-124 or Il-62M.
"""
import datetime
import gzip
import io
import json
import multiprocessing
import pathlib
import random
import sys
import tarfile

POINTS = (200, 3000)  # of an aircraft


def flight(chance, points):
    at, latitude, longitude = chance.uniform(0, 20000), chance.uniform(-55, 65), chance.uniform(-170, 170)
    altitude, speed, track = chance.randrange(1000, 41000, 25), chance.uniform(150, 480), chance.uniform(0, 360)
    step_max = min(60.0, 1.9 * (86000 - at) / points)
    for number in range(points):
        at += chance.uniform(0.5, step_max)
        track = (track + chance.gauss(0, 3)) % 360
        speed = min(max(speed + chance.gauss(0, 2), 100), 550)
        altitude = min(max(altitude + chance.choice((0, 0, 25, -25, 50, -50)), 100), 45000)
        latitude += chance.uniform(-0.02, 0.02)
        longitude += chance.uniform(-0.02, 0.02)
        details = None
        if number % 4 == 0:
            details = {"type": "adsb_icao", "flight": f"SYN{chance.randrange(999):04d} ", "alt_geom": altitude + 325,
                       "ias": int(speed * 0.6), "track": round(track, 2), "baro_rate": chance.randrange(-20, 20) * 64,
                       "squawk": f"{chance.randrange(4096):04o}", "category": "A3", "nav_qnh": 1013.6,
                       "nav_altitude_mcp": 36000, "nic": 8, "rc": 186, "version": 2, "nic_baro": 1, "nac_p": 9,
                       "nac_v": 1, "sil": 3, "sil_type": "perhour", "gva": 2, "sda": 2, "alert": 0, "spi": 0}
        yield [round(at, 2), round(latitude, 6), round(longitude, 6), altitude, round(speed, 1), round(track, 1), 0,
               chance.randrange(-20, 20) * 64, details, "adsb_icao", altitude + 325, None, int(speed * 0.6),
               round(chance.gauss(0, 2), 1)]


def trace(job):
    number, day = job
    chance = random.Random(number)
    watched = number % 1000 == 0
    address = f"{0x154000 + number // 1000 if watched else 0x400000 + number:06x}"
    header = {"icao": address, "r": f"SY-{number:05d}", "t": chance.choice(("A124", "IL62")) if watched else "A320",
              "dbFlags": 0, "desc": "SYNTHETIC", "timestamp": float(day)}
    elements = [json.dumps(one, separators=(",", ":")) for one in flight(chance, chance.randint(*POINTS))]
    text = json.dumps(header)[:-1] + ',\n"trace":[ \n' + ",\n".join(elements) + " ]}\n"
    return address, gzip.compress(text.encode(), 9, mtime=0)


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


def main():
    folder = pathlib.Path(sys.argv[1])
    aircraft = int(sys.argv[2]) if len(sys.argv) > 2 else 60000
    day_text = sys.argv[3] if len(sys.argv) > 3 else "2025-10-26"
    size = int(sys.argv[4]) if len(sys.argv) > 4 else 2000000000
    day = int(datetime.datetime.fromisoformat(day_text + "T00:00:00+00:00").timestamp())
    folder.mkdir(parents=True, exist_ok=True)
    parts = Parts(folder / f"v{day_text.replace('-', '.')}-planes-readsb-synthetic-0.tar", size)
    with multiprocessing.Pool() as pool, tarfile.open(fileobj=parts, mode="w|") as archive:
        for address, body in pool.imap(trace, ((number, day) for number in range(aircraft)), chunksize=50):
            info = tarfile.TarInfo(f"./traces/{address[-2:]}/trace_full_{address}.json")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))


if __name__ == "__main__":
    main()
