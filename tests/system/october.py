# SPDX-License-Identifier: MIT
"""A SYNTHETIC half year at Hmeimim, as archives of traces with the truth about it: what flew, and what could be heard.
Nobody flew this. The flights of October are those of the bundled sample but for the An-124's third: late on the 29th it
comes down to the coast like the two before it and is lost there, and only the archive of the 30th has it again, in the
air and too far away to have landed. An An-124 came on 2 May; between it and 24 October there was none. Three airliners
come and go all day, so that every hour could have been seen; one of their arrivals in a hundred and more is not heard."""
import datetime
import importlib.util
import pathlib

import archive_days

ROOT = pathlib.Path(__file__).resolve().parents[2]
UTC = datetime.timezone.utc
FIRST, ADDED = datetime.date(2025, 4, 17), datetime.date(2025, 10, 30)
STEP_S = 30
RETRACTED_LANDING = datetime.datetime(2025, 10, 29, 22, 20, tzinfo=UTC)


def load_sample():
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "config/sample/make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAMPLE = load_sample()
FEED = SAMPLE.FEED
AN124, IL62 = "154076", "1551df"


def seconds(day, hour=0, minute=0):
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + hour * 3600 + minute * 60


def days_until(last):
    return [FIRST + datetime.timedelta(days=n) for n in range((last - FIRST).days + 1)]


# --- the watched ----------------------------------------------------------------------------------

def flights():
    """The sample's, without the third visit of the An-124; one in May; and the flight that only seemed to land."""
    kept = [flight for flight in SAMPLE.FLIGHTS if flight.lands_at < SAMPLE.utc(29, 0, 0)]
    may = datetime.datetime(2025, 5, 2, tzinfo=UTC)
    return kept + [
        SAMPLE.antonov(may.replace(hour=9), SAMPLE.CHKALOVSKY, SAMPLE.SOUTH, SAMPLE.HMEIMIM, "RFF8020"),
        SAMPLE.antonov(may.replace(hour=19), SAMPLE.HMEIMIM, SAMPLE.NORTH, SAMPLE.CHKALOVSKY, "RFF8021"),
        SAMPLE.antonov(RETRACTED_LANDING, SAMPLE.CHKALOVSKY, SAMPLE.SOUTH, SAMPLE.HMEIMIM, "RFF8038"),
    ]


def heard(flight):
    """(seconds, object) of each point that somebody hears of a flight."""
    moment = int(flight.leaves_at.timestamp()) - flight.TAXI_S
    while moment <= flight.lands_at.timestamp() + flight.TAXI_S:
        state = flight.state(datetime.datetime.fromtimestamp(moment, UTC))
        if state:
            yield moment, {**flight.identity, "type": "adsb_icao", **state, "squawk": "2154", "nic": 8, "rc": 186,
                           "version": 2, "nac_p": 9, "sil": 3}
        moment += STEP_S


def gone_on():
    """The An-124 on 30 October from four minutes past midnight on: cruising south-west, 760 nm on."""
    begin, speed_kt = SAMPLE.destination(SAMPLE.HMEIMIM[:2], 225, 760), 430
    for number in range(40):
        moment = seconds(ADDED, 0, 4) + number * STEP_S
        position = SAMPLE.destination(begin, 235, number * STEP_S * speed_kt / 3600)
        yield moment, {"hex": AN124, "flight": "RFF8038 ", "r": "RA-82038", "t": "A124", "type": "adsb_icao",
                       "alt_baro": 33000, "alt_geom": 33150, "gs": float(speed_kt), "track": 235.0, "baro_rate": 0,
                       "lat": round(position[0], 6), "lon": round(position[1], 6), "squawk": "2154", "nic": 8, "rc": 186,
                       "version": 2, "nac_p": 9, "sil": 3}


# --- the others -----------------------------------------------------------------------------------

LOCALS = ("77a001", "77a002", "77a003")
PASS_MINUTES = 8


def is_heard(number, local, hour):
    """Of an airliner's arrivals each day's first is heard but for every seventh day's."""
    return not (number % 7 == 3 and local == 0 and hour == 0)


def low_pass(local, begins, is_arrival):
    """Between 25 nm and the coast, where 2,500 ft is the lowest that is heard."""
    points = []
    for minute in range(PASS_MINUTES + 1):
        share = minute / PASS_MINUTES
        near = share if is_arrival else 1 - share
        position = SAMPLE.destination(SAMPLE.HMEIMIM[:2], 200 + 20 * local, 24 - 20 * near)
        altitude = 8000 - int(5500 * near)
        points.append((begins + minute * 60, {
            "hex": LOCALS[local], "type": "adsb_icao", "flight": f"SYN{local:03d}  ", "alt_baro": altitude,
            "alt_geom": altitude, "gs": 210.0, "track": 20.0 if is_arrival else 200.0,
            "baro_rate": -690 if is_arrival else 690, "lat": round(position[0], 6), "lon": round(position[1], 6),
            "version": 2, "nic": 8, "rc": 186, "nac_p": 9, "sil": 3}))
    return points


def others(day):
    """Each comes in every even hour and leaves in the odd one after it."""
    number = (day - FIRST).days
    for local in range(len(LOCALS)):
        points = []
        for hour in range(24):
            is_arrival = hour % 2 == 0
            if not is_arrival or is_heard(number, local, hour):
                points += low_pass(local, seconds(day, hour, 40 if is_arrival else 20), is_arrival)
        yield LOCALS[local], points


def known_and_seen(days):
    """Of the others' arrivals: how many departures prove, and how many of these were heard. An unheard one counts
    where the day before was read too."""
    arrivals = [is_heard((day - FIRST).days, local, hour)
                for day in days for local in range(len(LOCALS)) for hour in range(0, 24, 2)
                if is_heard((day - FIRST).days, local, hour) or day > days[0]]
    return len(arrivals), sum(arrivals)


# --- archives -------------------------------------------------------------------------------------

def files(last=ADDED):
    """{(begins, address): gzip bytes} of all days up to `last`."""
    observations = [(flight.identity["hex"], at, aircraft) for flight in flights() for at, aircraft in heard(flight)]
    observations += [(AN124, at, aircraft) for at, aircraft in gone_on()]
    observations += [(address, at, aircraft) for day in days_until(ADDED) for address, points in others(day)
                     for at, aircraft in points]
    observations.sort(key=lambda one: (one[0], one[1]))
    packed = archive_days.pack(archive_days.by_day(observations))
    return {key: body for key, body in packed.items() if key[0] <= seconds(last)}


def day_of(begins):
    return datetime.datetime.fromtimestamp(begins, UTC).date()
