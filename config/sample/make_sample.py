#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the bundled sample: a SYNTHETIC reconstruction of six days at Hmeimim in October 2025.

Nothing in it was received by anybody. Routes, times, callsigns and other traffic are made up so that
they agree with what newspapers reported (three arrivals of an An-124 from the 24th to the 29th, an Il-62M
from Libya to Latakia and on to the Moscow region on the 26th), seen with the gaps that such flights have:
nothing below some 2,500 ft near the Syrian coast, holes over Iran, Iraq and Libya.

The output is what `skywitness replay` reads, one recorded answer a line, gzip with a fixed time stamp, so that
the same script gives the same bytes:

    make_sample.py latakia-2025-10-synthetic.ndjson.gz
"""
import datetime
import gzip
import io
import json
import math
import random
import sys

FEED = "synthetic-sample"
UTC = datetime.timezone.utc
FIRST = datetime.datetime(2025, 10, 24, tzinfo=UTC)
DAYS = 6
POLL_S = 60
AREA_EVERY_S = 300  # the area around Hmeimim is asked less often than the types

EARTH_NM = 3440.0695
# Airfields: latitude, longitude, elevation in feet, lowest altitude at which they are heard.
HMEIMIM = (35.4011, 35.9487, 157, 2500)
CHKALOVSKY = (55.8783, 38.0617, 499, 0)
BENINA = (32.0968, 20.2695, 433, 9000)
# The way round Turkish airspace: Caspian Sea, north-western Iran, Iraq, eastern Syria.
CASPIAN, TABRIZ, MOSUL, PALMYRA = (42.3, 48.2), (37.6, 46.6), (36.3, 43.0), (34.9, 38.2)
CRETE_SOUTH, CYPRUS_SOUTH = (33.6, 25.5), (34.2, 32.4)
# Where no receiver is near: circles of latitude, longitude, radius in nm.
HOLES = [(37.0, 45.2, 110), (35.6, 41.0, 60), (32.6, 22.0, 45)]


def utc(day, hour, minute):
    return FIRST + datetime.timedelta(days=day - 24, hours=hour, minutes=minute)


def distance_nm(a, b):
    p, q = math.radians(a[0]), math.radians(b[0])
    h = (math.sin((q - p) / 2) ** 2
         + math.cos(p) * math.cos(q) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2)
    return 2 * EARTH_NM * math.asin(math.sqrt(h))


def bearing_deg(a, b):
    p, q, d = math.radians(a[0]), math.radians(b[0]), math.radians(b[1] - a[1])
    return math.degrees(math.atan2(math.sin(d) * math.cos(q),
                                   math.cos(p) * math.sin(q) - math.sin(p) * math.cos(q) * math.cos(d))) % 360


def destination(a, bearing, nm):
    p, t, d = math.radians(a[0]), math.radians(bearing), nm / EARTH_NM
    q = math.asin(math.sin(p) * math.cos(d) + math.cos(p) * math.sin(d) * math.cos(t))
    m = math.radians(a[1]) + math.atan2(math.sin(t) * math.sin(d) * math.cos(p),
                                        math.cos(d) - math.sin(p) * math.sin(q))
    return math.degrees(q), math.degrees(m)


class Flight:
    """One flight along waypoints: climbs 1,800 ft/min, comes down three degrees, 145 kt at either end."""
    CLIMB_FPM = 1800
    DESCENT_FPM = 2300
    NEAR_FIELD_KT = 145
    SLOW_BELOW_FT = 10000
    TAXI_S = 300

    def __init__(self, hex_, callsign, registration, type_code, speed_kt, cruise_ft, origin, via, target, lands_at):
        self.identity = {"hex": hex_, "flight": callsign.ljust(8), "r": registration, "t": type_code}
        self.speed_kt, self.cruise_ft = speed_kt, cruise_ft
        self.origin, self.target = origin, target
        self.points = [origin[:2], *via, target[:2]]
        self.total_nm = sum(distance_nm(a, b) for a, b in zip(self.points, self.points[1:]))
        self.profile = self._fly()
        self.lands_at = lands_at
        self.leaves_at = lands_at - datetime.timedelta(seconds=len(self.profile) * 10)

    def _target_kt(self, altitude_ft, field_ft):
        share = min(max((altitude_ft - field_ft) / self.SLOW_BELOW_FT, 0), 1)
        return self.NEAR_FIELD_KT + share * (self.speed_kt - self.NEAR_FIELD_KT)

    def _fly(self):
        """Distance flown, altitude and vertical rate every ten seconds, from lift-off to touchdown."""
        flown, altitude, steps = 0.0, float(self.origin[2]), []
        while flown < self.total_nm:
            left = self.total_nm - flown
            # Three degrees: about 320 ft a nautical mile.
            ceiling = min(self.cruise_ft, self.target[2] + max(left - 1, 0) * 320)
            rate = max(min((ceiling - altitude) * 6, self.CLIMB_FPM), -self.DESCENT_FPM)
            field_ft = self.origin[2] if flown < self.total_nm / 2 else self.target[2]
            speed = self._target_kt(altitude, field_ft)
            altitude = max(altitude + rate / 6, min(self.origin[2], self.target[2]))
            flown += speed / 360
            steps.append((min(flown, self.total_nm), altitude, rate, speed))
        return steps

    def _at_distance(self, nm):
        for a, b in zip(self.points, self.points[1:]):
            length = distance_nm(a, b)
            if nm <= length:
                here = destination(a, bearing_deg(a, b), nm)
                return here, bearing_deg(here, b) if length - nm > 0.05 else bearing_deg(a, b)
            nm -= length
        return self.points[-1], bearing_deg(self.points[-2], self.points[-1])

    def heard(self, position, altitude_ft):
        if any(distance_nm(position, hole[:2]) < hole[2] for hole in HOLES):
            return False
        return all(altitude_ft >= field[3] or distance_nm(position, field[:2]) > 120
                   for field in (self.origin, self.target))

    def state(self, when):
        """The aircraft object's varying keys at a moment, or None when nobody hears it."""
        seconds = (when - self.leaves_at).total_seconds()
        if -self.TAXI_S <= seconds < 0:
            return self._on_ground(self.origin)
        if 0 <= seconds - len(self.profile) * 10 < self.TAXI_S:
            return self._on_ground(self.target)
        if not 0 <= seconds < len(self.profile) * 10:
            return None
        flown, altitude, rate, speed = self.profile[int(seconds // 10)]
        position, track = self._at_distance(flown)
        if not self.heard(position, altitude):
            return None
        return {"alt_baro": int(round(altitude / 25) * 25), "alt_geom": int(round((altitude + 150) / 25) * 25),
                "gs": round(speed, 1), "track": round(track, 2), "baro_rate": int(round(rate / 64) * 64),
                "lat": round(position[0], 6), "lon": round(position[1], 6)}

    @staticmethod
    def _on_ground(field):
        if field[3] > 0:
            return None
        return {"alt_baro": "ground", "gs": 0.0, "lat": round(field[0], 6), "lon": round(field[1], 6)}


def antonov(lands_at, origin, via, target, callsign):
    return Flight("154076", callsign, "RA-82038", "A124", 430, 31000, origin, via, target, lands_at)


def ilyushin(lands_at, origin, via, target, callsign):
    return Flight("1551df", callsign, "RA-86495", "IL62", 455, 35000, origin, via, target, lands_at)


SOUTH = [CASPIAN, TABRIZ, MOSUL, PALMYRA]
NORTH = SOUTH[::-1]
FLIGHTS = [
    antonov(utc(24, 9, 40), CHKALOVSKY, SOUTH, HMEIMIM, "RFF8038"),
    antonov(utc(24, 18, 25), HMEIMIM, NORTH, CHKALOVSKY, "RFF8039"),
    antonov(utc(26, 17, 20), CHKALOVSKY, SOUTH, HMEIMIM, "RFF8038"),
    antonov(utc(27, 3, 10), HMEIMIM, NORTH, CHKALOVSKY, "RFF8039"),
    antonov(utc(29, 8, 15), CHKALOVSKY, SOUTH, HMEIMIM, "RFF8038"),
    antonov(utc(29, 17, 45), HMEIMIM, NORTH, CHKALOVSKY, "RFF8039"),
    ilyushin(utc(26, 8, 40), BENINA, [CRETE_SOUTH, CYPRUS_SOUTH], HMEIMIM, "RFF7032"),
    ilyushin(utc(26, 15, 55), HMEIMIM, NORTH, CHKALOVSKY, "RFF7032"),
]


def other_traffic(when, chance):
    """Airliners around the Levant, so that there is something to be heard low near Hmeimim by day."""
    if not 4 <= when.hour < 20:
        return []
    aircraft = []
    for number in range(chance.randint(2, 6)):
        low = chance.random() < 0.35
        position = destination(HMEIMIM[:2], chance.uniform(0, 360), chance.uniform(3, 20 if low else 240))
        aircraft.append({
            "hex": f"{0x778500 + number:06x}", "type": "adsb_icao", "flight": f"SYN{number:03d}  ",
            "alt_baro": chance.randrange(2500, 9500, 25) if low else chance.randrange(24000, 40000, 25),
            "gs": round(chance.uniform(180, 470), 1), "track": round(chance.uniform(0, 359), 2),
            "lat": round(position[0], 6), "lon": round(position[1], 6), "nic": 8, "rc": 186,
            "seen_pos": round(chance.uniform(0.1, 9), 3), "version": 2, "nac_p": 9, "sil": 3,
            "messages": chance.randint(100, 90000), "seen": 0.2, "rssi": round(chance.uniform(-30, -5), 1)})
    return aircraft


def watched(flight, when, state, chance):
    return {**flight.identity, "type": "adsb_icao", **state, "squawk": "2154", "category": "A5", "nic": 8,
            "rc": 186, "seen_pos": round(chance.uniform(0.1, 3), 3), "version": 2, "nac_p": 9, "nac_v": 1,
            "sil": 3, "sil_type": "perhour", "mlat": [], "tisb": [], "messages": chance.randint(100, 90000),
            "seen": 0.1, "rssi": round(chance.uniform(-30, -5), 1)}


def answer(when, request, aircraft):
    milliseconds = int(when.timestamp() * 1000) + 180
    body = json.dumps({"ac": aircraft, "msg": "No error", "now": milliseconds, "total": len(aircraft),
                       "ctime": milliseconds, "ptime": 0}, separators=(",", ":"))
    stamp = when.strftime("%Y-%m-%dT%H:%M:%S")
    return json.dumps({"feed": FEED, "request": request, "asked": stamp + "Z", "answered": stamp + ".210Z",
                       "status": 200, "body": body})


def lines():
    chance = random.Random(20251024)
    for second in range(0, DAYS * 86400, POLL_S):
        when = FIRST + datetime.timedelta(seconds=second)
        states = [(flight, flight.state(when)) for flight in FLIGHTS]
        seen = [watched(flight, when, state, chance) for flight, state in states if state]
        yield answer(when, "/v2/type/A124,IL62", seen)
        if second % AREA_EVERY_S == 0:
            near = [a for a in seen if distance_nm((a["lat"], a["lon"]), HMEIMIM[:2]) < 250]
            later = when + datetime.timedelta(seconds=2)
            yield answer(later, "/v2/point/35.4011/35.9487/250", near + other_traffic(when, chance))


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FILE.ndjson.gz")
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=9) as stream:
        for line in lines():
            stream.write(line.encode() + b"\n")
    with open(sys.argv[1], "wb") as file:
        file.write(packed.getvalue())


if __name__ == "__main__":
    main()
