# SPDX-License-Identifier: MIT
"""Makes DF17 extended squitter messages of SYNTHETIC aircraft, as a transponder would send them.

Formulas: J. Sun, "The 1090 Megahertz Riddle", 2nd edition (mode-s.org/1090-riddle, CC BY-NC-SA), chapters
4 (identification), 5 (airborne position, compact position reporting), 6 (airborne velocity) and 2 (checksum);
they restate RTCA DO-260B 2.2.3.2 and appendix A.1.7. The checksum's polynomial is ICAO Annex 10, vol. IV,
3.1.2.3.3.1.2.
"""
import math

POLYNOMIAL = 0xFFF409  # without its highest bit
CHARACTERS = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"
DF17_CAPABILITY_5 = 17 << 3 | 5
CPR_ZONES = 15  # NZ: latitude zones between equator and pole
CPR_BITS = 17


def checksum(message):
    """The 24 bits that end a message whose other bytes are given."""
    register = 0
    for byte in message:
        register ^= byte << 16
        for _ in range(8):
            register <<= 1
            if register & 1 << 24:
                register ^= 1 << 24 | POLYNOMIAL
    return register.to_bytes(3, "big")


def extended_squitter(icao24, payload):
    """14 bytes: DF17 with capability 5, the address, 56 bits of payload, the checksum."""
    message = bytes([DF17_CAPABILITY_5]) + bytes.fromhex(icao24) + payload.to_bytes(7, "big")
    return message + checksum(message)


def identification(icao24, callsign, category=5):
    """Type code 4 (category set A): the call sign in eight 6-bit characters."""
    payload = 4 << 3 | category
    for character in f"{callsign:<8}":
        payload = payload << 6 | CHARACTERS.index(character)
    return extended_squitter(icao24, payload)


def longitude_zones(latitude_deg):
    """NL: how many longitude zones there are at a latitude."""
    if abs(latitude_deg) >= 87:
        return 2 if abs(latitude_deg) == 87 else 1
    part = 1 - math.cos(math.pi / (2 * CPR_ZONES))
    return math.floor(2 * math.pi / math.acos(1 - part / math.cos(math.radians(latitude_deg)) ** 2))


def compact_position(latitude_deg, longitude_deg, odd):
    """Compact position reporting: 17 bits each of latitude and longitude within their zones."""
    scale = 1 << CPR_BITS
    latitude_zone_deg = 360 / (4 * CPR_ZONES - odd)
    encoded_latitude = math.floor(scale * (latitude_deg % latitude_zone_deg) / latitude_zone_deg + 0.5)
    # The receiver will know the rounded latitude only, and choose the number of zones by that.
    received_deg = latitude_zone_deg * (encoded_latitude / scale + math.floor(latitude_deg / latitude_zone_deg))
    longitude_zone_deg = 360 / max(longitude_zones(received_deg) - odd, 1)
    encoded_longitude = math.floor(scale * (longitude_deg % longitude_zone_deg) / longitude_zone_deg + 0.5)
    return encoded_latitude % scale, encoded_longitude % scale


def encode_altitude(altitude_ft):
    """12 bits in steps of 25 ft, the Q bit set."""
    steps = round((altitude_ft + 1000) / 25)
    return steps >> 4 << 5 | 1 << 4 | steps & 0xF


def airborne_position(icao24, latitude_deg, longitude_deg, altitude_ft, odd):
    """Type code 11: barometric altitude, NIC 8."""
    latitude, longitude = compact_position(latitude_deg, longitude_deg, odd)
    payload = 11 << 51 | encode_altitude(altitude_ft) << 36 | odd << 34 | latitude << 17 | longitude
    return extended_squitter(icao24, payload)


def signed_speed(speed_kt, negative_bit=1 << 10):
    """A direction bit and the speed plus one, where 0 would mean unknown."""
    return (negative_bit if speed_kt < 0 else 0) | min(round(abs(speed_kt)) + 1, 1023)


def airborne_velocity(icao24, ground_speed_kt, track_deg, vertical_rate_fpm):
    """Type code 19, subtype 1: ground speed as its parts to the east and north; barometric vertical rate."""
    east_kt = ground_speed_kt * math.sin(math.radians(track_deg))
    north_kt = ground_speed_kt * math.cos(math.radians(track_deg))
    rate = min(round(abs(vertical_rate_fpm) / 64) + 1, 511)
    payload = (19 << 51 | 1 << 48 | 2 << 43 | signed_speed(east_kt) << 32 | signed_speed(north_kt) << 21
               | 1 << 20 | (vertical_rate_fpm < 0) << 19 | rate << 10)
    return extended_squitter(icao24, payload)


def raw_line(message):
    """A line of the raw ("AVR") format."""
    return b"*" + message.hex().upper().encode() + b";\n"


def beast_frame(message, timestamp_12mhz=0, signal=0x80):
    """A frame of the Beast format: escape, type 3 (long), 48-bit time, signal; escapes in the body doubled."""
    body = timestamp_12mhz.to_bytes(6, "big") + bytes([signal]) + message
    return b"\x1a3" + body.replace(b"\x1a", b"\x1a\x1a")
