#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the decoder against Python's own reading of every recording of the readsb family, field by field.

Usage: check_recordings.py PRINT_BATCH [RECORDINGS]    (else the environment variable SKYWITNESS_RECORDINGS)
Exits with 77 (skipped) where there are no recordings.
"""
import csv
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

MILLISECONDS_FROM = 1e11
SOURCES = ("unknown adsb_icao adsb_icao_nt adsr_icao tisb_icao adsc mlat other mode_s adsb_other adsr_other "
           "tisb_other tisb_trackfile mode_ac").split()
NUCP_AS_NIC = [0, 1, 1, 4, 5, 6, 7, 8, 10, 11]

# What each recording must hold by a count made once by hand with jq; so that a change of both readers at once
# is seen. heard, with a position, refused.
COUNTS = {
    "aircraft_json/ably_aircraft.json": (83, 54, 0),
    "aircraft_json/hocking_2016_aircraft.json": (23, 19, 0),
    "aircraft_json/plord12_aircraft.json": (44, 25, 0),
    "aircraft_json/sdre_aircraft_1.json": (64, 63, 0),
    "aircraft_json/sdre_aircraft_3.json": (80, 77, 0),
    "aircraft_json/sdre_aircraft_5.json": (120, 112, 0),
    "json_port/adsb_actions_20minutes.ndjson": (1194, 1194, 418),
    "json_port/sdre_jsonport_1.ndjson": (48, 45, 0),
    "json_port/sdre_jsonport_3.ndjson": (11, 11, 0),
    "v2/adsbexchange_v2_lax.json": (461, 461, 1),  # one of the 462 has the address 000000
    "v2/adsbfi_latlondist.json": (21, 21, 0),
    "v2/adsblol_v2_mil_20260819_excerpt.json": (51, 24, 0),
}
REFUSED_FILES = ("v2/adsbexchange_v1_legacy.json", "v2/adsbao_fast_aaad49.json")
SPOOF_DETECTOR = "v2/adsb_spoof_detector_aircraft_data.csv"
SPOOF_DETECTOR_NOW = 1651363199.612  # provenance of the recording: 2022-04-30T23:59:59.612Z

failures = []


def fail(*words):
    failures.append(" ".join(str(word) for word in words))


def single(value):
    """As a float of four bytes holds it."""
    return struct.unpack("f", struct.pack("f", value))[0]


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def within(value, least, most):
    return value if is_number(value) and least <= value <= most else None


def whole_within(value, least, most):
    value = within(value, least, most)
    # Halves away from zero, as C's lround.
    return None if value is None else int(abs(value) + 0.5) * (1 if value >= 0 else -1)


def small(value, most):
    value = within(value, 0, most)
    return int(value) if value is not None and value == int(value) else None


def first(aircraft, *keys):
    for key in keys:
        if is_number(aircraft.get(key)):
            return aircraft[key]
    return None


def callsign(value):
    text = value.strip(" \t\r\n").upper() if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Z0-9 ]{1,8}", text) or text.startswith("TEST"):
        return ""
    return "" if set(text) == {"0"} or (len(text) == 8 and len(set(text)) == 1) else text


def plain(value, length):
    text = value.strip(" \t\r\n") if isinstance(value, str) else ""
    return text if re.fullmatch(r"[ -~]{1,%d}" % length, text) else ""


def has_position(aircraft):
    latitude, longitude = aircraft.get("lat"), aircraft.get("lon")
    return (within(latitude, -90, 90) is not None and within(longitude, -180, 180) is not None
            and (latitude, longitude) != (0, 0))


def source(aircraft, nic):
    said = aircraft.get("type")
    word = said if said in SOURCES else "unknown"
    if not has_position(aircraft):
        return word
    if "lat" in aircraft.get("mlat", []) or word == "mode_s":
        return "mlat"
    icao = not aircraft["hex"].startswith("~")
    if "lat" in aircraft.get("tisb", []) and word != "tisb_trackfile":
        return "tisb_icao" if icao else "tisb_other"
    if said is None and icao and nic is not None:
        return "adsb_icao"
    return word


def registration(aircraft):
    said = plain(aircraft.get("r"), 12)
    number = int(aircraft["hex"].lstrip("~"), 16) - 0x140000
    if not said and 0 <= number <= 99999 and not aircraft["hex"].startswith("~"):
        return "RA-%05d" % number
    return said


def microseconds(now):
    return round(now * 1000) if now > MILLISECONDS_FROM else round(now * 1e6)


def understood(aircraft, now_us):
    """What the decoder should make of an aircraft; what is unknown is left out."""
    ground = aircraft.get("alt_baro", aircraft.get("altitude")) == "ground"
    nic = small(aircraft.get("nic"), 11)
    if nic is None and small(aircraft.get("nucp"), 9) is not None:
        nic = NUCP_AS_NIC[aircraft["nucp"]]
    located = has_position(aircraft)
    seen_pos = within(aircraft.get("seen_pos"), 0, 14 * 86400) if located else None
    age = seen_pos if seen_pos is not None else within(aircraft.get("seen"), 0, 14 * 86400) or 0
    barometric = whole_within(first(aircraft, "alt_baro", "altitude"), -1500, 80000)
    geometric = whole_within(aircraft.get("alt_geom"), -3000, 80000)
    track = within(first(aircraft, "track", *(["true_heading"] if ground else []), "calc_track"), 0, 360)
    speed = within(first(aircraft, "gs", "speed"), 0, 2000)
    gps_ok = aircraft.get("gpsOkBefore")
    fields = {
        "hex": aircraft["hex"].lower(),
        "callsign": callsign(aircraft.get("flight")),
        "squawk": aircraft["squawk"] if re.fullmatch("[0-7]{4}", str(aircraft.get("squawk"))) else "",
        "source": source(aircraft, nic),
        "on_ground": ground,
        "military": bool(aircraft.get("dbFlags", 0) & 1),
        "observed_at_us": now_us - round(age * 1e6),
        "lat": aircraft["lat"] if located else None,
        "lon": aircraft["lon"] if located else None,
        "alt_baro": barometric if not ground and barometric != 80000 else None,
        "alt_geom": geometric if geometric != 80000 else None,
        "rate": whole_within(first(aircraft, "baro_rate", "geom_rate", "vert_rate"), -32640, 32640),
        "gs": None if speed is None else single(speed),
        "track": None if track is None else single(track) % 360,
        "seen_pos": None if seen_pos is None else single(seen_pos),
        "nic": nic,
        "nac_p": small(aircraft.get("nac_p"), 11),
        "sil": small(aircraft.get("sil"), 3),
        "version": small(aircraft.get("version"), 7),
        "gps_ok_before_us": round(gps_ok * 1e6) if is_number(gps_ok) else None,
        "r": registration(aircraft),
        "t": plain(aircraft.get("t"), 4),
        "raw": aircraft,
    }
    return {name: value for name, value in fields.items() if value is not None}


def is_aircraft(thing):
    address = thing.get("hex") if isinstance(thing, dict) else None
    return (isinstance(address, str) and re.fullmatch("~?[0-9A-Fa-f]{6}", address) is not None
            and int(address.lstrip("~"), 16) not in (0, 0xffffff))


def read(text):
    """The things of an answer, each with its time where it has one of its own, and the answer's time."""
    try:
        answer = json.loads(text)
        things = answer.get("ac", answer.get("aircraft"))
        return [(thing, answer["now"]) for thing in things], answer["now"]
    except ValueError:
        lines = [json.loads(line.rstrip().rstrip(",")) for line in text.splitlines() if line.strip()]
        times = [line["now"] for line in lines if "now" in line]
        return [(line, line.get("now")) for line in lines], max(times, default=None)


def print_batch(path, received_at):
    run = subprocess.run([PRINT_BATCH, path, repr(received_at)], capture_output=True, text=True)
    if run.returncode != 0:
        fail(path, "print_batch:", run.stderr.strip())
        return None, []
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return lines[0], lines[1:]


def compare(name, path, text):
    things, now = read(text)
    if now is None:
        received_at = 1700000000.0
    else:
        received_at = microseconds(now) / 1e6
    batch, kept = print_batch(path, received_at)
    if batch is None:
        return None
    if "error" in batch:
        fail(name, "refused:", batch["error"])
        return None
    wanted = [understood(thing, microseconds(received_at if own is None else own))
              for thing, own in things if is_aircraft(thing)]
    located = sum(has_position(thing) for thing, _ in things if is_aircraft(thing))
    counts = (len(wanted), located, len(things) - len(wanted))
    found = (batch["heard"], batch["with_position"], batch["refused"])
    if found != counts:
        fail(name, "counts", found, "for", counts)
    if batch["now_us"] != (0 if now is None else microseconds(now)):
        fail(name, "now", batch["now_us"])
    if len(kept) != len(wanted):
        fail(name, "kept", len(kept), "for", len(wanted))
    for one, other in zip(kept, wanted):
        for field in sorted(set(one) | set(other)):
            if one.get(field) != other.get(field):
                fail(name, other["hex"], field, one.get(field), "for", other.get(field))
    return counts


def spoof_detector_answer(path):
    """The CSV back as the aircraft.json that it was made from, in milliseconds; its synthetic rows included."""
    aircraft = []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            one = {}
            for key, value in row.items():
                if key == "is_spoofed" or value == "":
                    continue
                if key in ("mlat", "tisb"):
                    one[key] = re.findall(r"\w+", value)
                elif key in ("hex", "type", "flight", "r", "t"):
                    one[key] = value
                else:
                    one[key] = float(value) if re.fullmatch(r"-?\d+\.\d+", value) else \
                        int(value) if re.fullmatch(r"-?\d+", value) else value
            aircraft.append(one)
    return json.dumps({"ac": aircraft, "msg": "No error", "now": round(SPOOF_DETECTOR_NOW * 1000),
                       "total": len(aircraft)})


def main():
    if not os.path.isdir(RECORDINGS):
        print("skipped: no recordings (SKYWITNESS_RECORDINGS)")
        return 77
    checked = 0
    for name, counts in COUNTS.items():
        path = os.path.join(RECORDINGS, name)
        with open(path, encoding="utf-8") as file:
            found = compare(name, path, file.read())
        if found is not None and found != counts:
            fail(name, "holds", found, "and not", counts)
        checked += found[0] if found else 0
    for name in REFUSED_FILES:
        batch, _ = print_batch(os.path.join(RECORDINGS, name), 1708795848.213)
        if batch is not None and batch.get("error") != "Bad message":
            fail(name, "was taken:", batch)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        text = spoof_detector_answer(os.path.join(RECORDINGS, SPOOF_DETECTOR))
        file.write(text)
        file.flush()
        found = compare(SPOOF_DETECTOR, file.name, text)
        checked += found[0] if found else 0
    for line in failures[:50]:
        print(line)
    print("%d aircraft of %d recordings compared, %d differences" % (checked, len(COUNTS) + 1, len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    PRINT_BATCH = sys.argv[1]
    RECORDINGS = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("SKYWITNESS_RECORDINGS", "")
    sys.exit(main())
