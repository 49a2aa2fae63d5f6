# SPDX-License-Identifier: MIT
"""SYNTHETIC flights of known content: where each aircraft is at each millisecond, and the answers of a
readsb-like server that tell it. Nobody flew them."""
import json
import math

KNOT_DEG_PER_MS = 1 / 60 / 3600 / 1000  # degrees of latitude that one knot makes in a millisecond


class Flight:
    """Straight and level at one speed; every moment has a position of its own."""

    def __init__(self, icao24, number, base_ms, callsign=None, registration=None, type_code=None):
        self.icao24, self.number, self.base_ms = icao24, number, base_ms
        self.callsign, self.registration, self.type_code = callsign, registration, type_code
        # A lattice over the Mediterranean, so that no two share a place.
        self.latitude_deg = 30 + number % 15 * 0.6
        self.longitude_deg = 5 + number // 15 % 40 * 0.7
        self.track_deg = number * 37 % 360 + 0.25
        self.ground_speed_kt = 400 + number % 50
        self.altitude_baro_ft = 30000 + number % 40 * 250

    def position(self, at_ms):
        moved_deg = (at_ms - self.base_ms) * self.ground_speed_kt * KNOT_DEG_PER_MS
        track_rad = math.radians(self.track_deg)
        latitude_deg = self.latitude_deg + moved_deg * math.cos(track_rad)
        longitude_deg = (self.longitude_deg + moved_deg * math.sin(track_rad)
                         / math.cos(math.radians(self.latitude_deg)))
        return round(latitude_deg, 6), round(longitude_deg, 6)

    def describe(self, now_ms, position_age_ms):
        """The object that readsb would write, as `now_ms` and the age make it."""
        latitude_deg, longitude_deg = self.position(now_ms - position_age_ms)
        words = {"hex": self.icao24, "type": "adsb_icao", "flight": self.callsign and f"{self.callsign:<8}",
                 "r": self.registration, "t": self.type_code}
        return {**{key: word for key, word in words.items() if word},
                "alt_baro": self.altitude_baro_ft, "alt_geom": self.altitude_baro_ft + 325,
                "gs": self.ground_speed_kt + 0.4, "track": self.track_deg, "baro_rate": 0, "squawk": "2000",
                "category": "A5", "lat": latitude_deg, "lon": longitude_deg, "nic": 8, "rc": 186,
                "seen_pos": position_age_ms / 1000, "version": 2, "nic_baro": 1, "nac_p": 9, "nac_v": 1,
                "sil": 3, "sil_type": "perhour", "mlat": [], "tisb": [], "messages": 1000,
                "seen": round(position_age_ms / 1000, 1), "rssi": -12.5}

    def point(self, now_ms, position_age_ms, feed):
        at_ms = now_ms - position_age_ms
        return (self.icao24, float(at_ms), feed, *self.position(at_ms), self.altitude_baro_ft)


class Fleet:
    """Watched and other aircraft of one feed; step k is the answer whose `now` is k seconds after the base."""

    def __init__(self, feed, base_ms, watched, unwatched=0, first_number=0, tag=0):
        self.feed, self.base_ms = feed, base_ms
        self.watched = [Flight(f"a{tag:x}{n:04x}", first_number + n, base_ms, callsign=f"SYN{tag}{n:03d}",
                               registration=f"SY-{tag}{n:03d}", type_code="A124") for n in range(watched)]
        self.unwatched = [Flight(f"b{tag:x}{n:04x}", first_number + watched + n, base_ms)
                          for n in range(unwatched)]

    def watch_hexes(self):
        return [flight.icao24 for flight in self.watched]

    def now_ms(self, step):
        return self.base_ms + 1000 * step

    @staticmethod
    def position_age_ms(flight, step):
        return (flight.number * 73 + step * 31) % 950  # no two steps have the same fix

    def answer(self, step):
        now_ms = self.now_ms(step)
        aircraft = [flight.describe(now_ms, self.position_age_ms(flight, step))
                    for flight in self.watched + self.unwatched]
        return json.dumps({"now": now_ms / 1000, "messages": 1000 + step, "aircraft": aircraft}).encode()

    def points(self, step):
        """What the answer of that step says of the watched aircraft, as Database.points() gives it."""
        now_ms = self.now_ms(step)
        return {flight.point(now_ms, self.position_age_ms(flight, step), self.feed) for flight in self.watched}

    def points_until(self, steps):
        return set().union(*(self.points(step) for step in range(steps)))
