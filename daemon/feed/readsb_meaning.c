// SPDX-License-Identifier: MIT
#include "feed/readsb_meaning.h"

#include "base/text.h"

#include <string.h>

// Plausible ranges; a number outside is unknown, and its object stays.
//
// Pressure altitude: Gillham code begins at -1,200 ft (ICAO Annex 10 volume IV); 80,000 ft is the
// bogus value seen in recordings, above what flies.
#define ALTITUDE_BARO_LEAST_FT (-1500.0)
#define ALTITUDE_TOO_HIGH_FT 80000.0
// The Dead Sea's shore at -1,400 ft, the geoid down to -350 ft, and errors of the encoding.
#define ALTITUDE_GEOM_LEAST_FT (-3000.0)
// readsb's own cap in its speed check (methods.md 3c).
#define GROUND_SPEED_MOST_KT 2000.0
// What the ADS-B velocity message can carry: 510 steps of 64 ft/min (DO-260B 2.2.3.2.6.1).
#define VERTICAL_RATE_MOST_FPM 32640.0
// DO-260B: NIC and NACp 0 to 11, SIL 0 to 3, a version of three bits.
#define NIC_MOST 11.0
#define NAC_P_MOST 11.0
#define SIL_MOST 3.0
#define VERSION_MOST 7.0
#define NUCP_MOST 9.0
// readsb forgets a position after 14 days (its limit for lastPosition, feeds.md 1.2).
#define AGE_MOST_S (14.0 * 86400.0)
// dbFlags is a handful of bits.
#define DB_FLAGS_MOST 2147483647.0
#define DB_FLAG_MILITARY 1

// NUCp of old dumps as NIC. dump1090 took it from the message's type code for every version, so
// each value stands for one containment radius (DO-260 table 2-11): 7.5 m, 25 m, 0.1, 0.2, 0.5, 1,
// 2, 10 and 20 NM. Each is given the NIC of the smallest radius that holds it (DO-260B table 2-69),
// so a position never looks better than its sender said.
static const int8_t nic_of_nucp[] = {0, 1, 1, 4, 5, 6, 7, 8, 10, 11};

static bool is_within(double value, double least, double most)
{
    return value >= least && value <= most; // false for NAN
}

static double first_said(double preferred, double other)
{
    return isnan(preferred) ? other : preferred;
}

static int32_t whole_within(double value, double least, double most)
{
    return is_within(value, least, most) ? (int32_t)lround(value) : OBSERVATION_UNKNOWN;
}

static int8_t small_within(double value, double most)
{
    return is_within(value, 0, most) && value == floor(value) ? (int8_t)value
                                                              : OBSERVATION_SMALL_UNKNOWN;
}

utc_us readsb_time(double now)
{
    return utc_from_seconds(now > READSB_MILLISECONDS_FROM ? now / 1000.0 : now);
}

// The lower case of a hexadecimal digit; 0 for all else. A table, since a branch could not be
// foretold.
static const char hex_lower[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5',
    ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b',
    ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['A'] = 'a', ['B'] = 'b',
    ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f',
};

bool readsb_address(struct json_text hex, char ret_icao24[ICAO24_SIZE])
{
    if (hex.bytes == NULL || hex.length == 0)
        return false;
    size_t tilde = hex.bytes[0] == '~';
    if (hex.length != tilde + 6)
        return false;
    char icao24[ICAO24_SIZE] = "~";
    bool valid = true;
    for (size_t i = tilde; i < tilde + 6; i++) {
        icao24[i] = hex_lower[(unsigned char)hex.bytes[i]];
        valid = valid & (icao24[i] != '\0');
    }
    if (!valid || memcmp(icao24 + tilde, "000000", 6) == 0 ||
        memcmp(icao24 + tilde, "ffffff", 6) == 0)
        return false;
    memcpy(ret_icao24, icao24, sizeof icao24);
    return true;
}

bool readsb_is_fake(struct json_text registration_or_flight)
{
    if (registration_or_flight.bytes == NULL)
        return false;
    char trimmed[JSON_TEXT_MAX + 1];
    text_copy_trimmed(trimmed, sizeof trimmed, registration_or_flight.bytes,
                      registration_or_flight.length);
    return strcmp(trimmed, READSB_FAKE_REGISTRATION) == 0;
}

bool readsb_position(double latitude, double longitude, struct position *ret_position)
{
    struct position position = {latitude, longitude};
    if (!position_is_valid(position) || (latitude == 0.0 && longitude == 0.0))
        return false;
    *ret_position = position;
    return true;
}

bool readsb_on_ground(struct json_text alt_baro, double alt_baro_ft, struct json_text altitude)
{
    return json_text_is(alt_baro, "ground") ||
           (isnan(alt_baro_ft) && json_text_is(altitude, "ground"));
}

static int32_t altitude_within(double value, double least)
{
    return value < ALTITUDE_TOO_HIGH_FT ? whole_within(value, least, ALTITUDE_TOO_HIGH_FT)
                                        : OBSERVATION_UNKNOWN;
}

int32_t readsb_altitude_baro_ft(double alt_baro, double altitude)
{
    return altitude_within(first_said(alt_baro, altitude), ALTITUDE_BARO_LEAST_FT);
}

int32_t readsb_altitude_geom_ft(double alt_geom)
{
    return altitude_within(alt_geom, ALTITUDE_GEOM_LEAST_FT);
}

enum position_source readsb_source(struct json_text type)
{
    return type.bytes != NULL ? position_source_from_name(type.bytes, type.length)
                              : POSITION_SOURCE_UNKNOWN;
}

// Printable ASCII that fits once trimmed, or empty: a cut registration would name another aircraft.
static void copy_plain(char *destination, size_t size, struct json_text text)
{
    destination[0] = '\0';
    if (text.bytes == NULL)
        return;
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] < ' ' || text.bytes[i] > '~')
            return;
    if (!text_copy_trimmed(destination, size, text.bytes, text.length))
        destination[0] = '\0';
}

// What transponders send when nobody set a flight number, besides blanks and '@' (feeds.md 1.2).
static bool is_callsign_junk(const char *callsign)
{
    size_t length = strlen(callsign);
    if (strncmp(callsign, "TEST", 4) == 0)
        return true;
    bool all_zeros = strspn(callsign, "0") == length;
    bool one_character = length == CALLSIGN_SIZE - 1;
    for (size_t i = 1; i < length; i++)
        one_character = one_character && callsign[i] == callsign[0];
    return all_zeros || one_character;
}

// Letters, digits and inner blanks are what the message can carry (ICAO Annex 10 volume III, table
// 3-8).
static void copy_callsign(char destination[CALLSIGN_SIZE], struct json_text text)
{
    copy_plain(destination, CALLSIGN_SIZE, text);
    text_to_upper(destination);
    for (const char *at = destination; *at != '\0'; at++) {
        bool allowed = (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || *at == ' ';
        if (!allowed) {
            destination[0] = '\0';
            return;
        }
    }
    if (is_callsign_junk(destination))
        destination[0] = '\0';
}

static void copy_squawk(char destination[SQUAWK_SIZE], struct json_text text)
{
    copy_plain(destination, SQUAWK_SIZE, text);
    if (strlen(destination) != SQUAWK_SIZE - 1 ||
        strspn(destination, "01234567") != SQUAWK_SIZE - 1)
        destination[0] = '\0';
}

void readsb_fill_identity(const struct readsb_identity *identity, struct observation *observation)
{
    copy_plain(observation->registration, sizeof observation->registration, identity->registration);
    copy_plain(observation->type_code, sizeof observation->type_code, identity->type_code);
    copy_callsign(observation->callsign, identity->flight);
    copy_squawk(observation->squawk, identity->squawk);
    observation->military = is_within(identity->db_flags, 0, DB_FLAGS_MOST) &&
                            ((int32_t)identity->db_flags & DB_FLAG_MILITARY) != 0;
}

static int8_t nic_said(const struct readsb_numbers *numbers)
{
    int8_t nic = small_within(numbers->values[READSB_NIC], NIC_MOST);
    int8_t nucp = small_within(numbers->values[READSB_NUCP], NUCP_MOST);
    if (nic == OBSERVATION_SMALL_UNKNOWN && nucp != OBSERVATION_SMALL_UNKNOWN)
        return nic_of_nucp[nucp];
    return nic;
}

// The source of the position, which "type" alone does not tell: fields listed in "mlat" and "tisb"
// came by that road whatever the type; Mode S has no position of its own; and dump1090 has no
// "type", but decodes a position with its NIC or NUCp from ADS-B only.
static enum position_source position_source_of(const struct readsb_numbers *numbers,
                                               const struct observation *observation)
{
    enum position_source source = readsb_source(numbers->type);
    bool is_icao = observation->icao24[0] != '~';
    if (!observation->has_position)
        return source;
    if (numbers->position_by_mlat || source == POSITION_SOURCE_MODE_S)
        return POSITION_SOURCE_MLAT;
    if (numbers->position_by_tisb && source != POSITION_SOURCE_TISB_TRACKFILE)
        return is_icao ? POSITION_SOURCE_TISB_ICAO : POSITION_SOURCE_TISB_OTHER;
    if (numbers->type.bytes == NULL && is_icao && observation->nic != OBSERVATION_SMALL_UNKNOWN)
        return POSITION_SOURCE_ADSB_ICAO;
    return source;
}

static float track_said(const struct readsb_numbers *numbers, bool on_ground)
{
    double track = numbers->values[READSB_TRACK];
    if (on_ground)
        track = first_said(track, numbers->values[READSB_TRUE_HEADING]);
    track = first_said(track, numbers->values[READSB_CALC_TRACK]);
    if (!is_within(track, 0, 360))
        return NAN;
    float rounded = (float)track;
    return rounded >= 360.0f ? 0.0f : rounded;
}

// A position without an age of its own is as old as the last message, or as new as the answer (old
// dumps and bare objects).
static void fill_age(const struct readsb_numbers *numbers, struct observation *observation)
{
    double seen = numbers->values[READSB_SEEN], age = 0;
    double seen_position = numbers->values[READSB_SEEN_POS];
    if (is_within(seen, 0, AGE_MOST_S))
        age = seen;
    observation->seen_position_s = NAN;
    if (observation->has_position && is_within(seen_position, 0, AGE_MOST_S)) {
        age = seen_position;
        observation->seen_position_s = (float)seen_position;
    }
    observation->observed_at = -(utc_us)llround(age * (double)UTC_SECOND);
}

void readsb_fill_numbers(const struct readsb_numbers *numbers, struct observation *observation)
{
    const double *values = numbers->values;
    observation->on_ground = numbers->ground;
    observation->altitude_baro_ft =
        numbers->ground ? OBSERVATION_UNKNOWN
                        : readsb_altitude_baro_ft(values[READSB_ALT_BARO], values[READSB_ALTITUDE]);
    observation->altitude_geom_ft = readsb_altitude_geom_ft(values[READSB_ALT_GEOM]);
    double speed = first_said(values[READSB_GS], values[READSB_SPEED]);
    observation->ground_speed_kt = is_within(speed, 0, GROUND_SPEED_MOST_KT) ? (float)speed : NAN;
    observation->track_deg = track_said(numbers, numbers->ground);
    double rate = first_said(values[READSB_BARO_RATE], values[READSB_GEOM_RATE]);
    rate = first_said(rate, values[READSB_VERT_RATE]);
    observation->vertical_rate_fpm =
        whole_within(rate, -VERTICAL_RATE_MOST_FPM, VERTICAL_RATE_MOST_FPM);
    observation->nic = nic_said(numbers);
    observation->nac_p = small_within(values[READSB_NAC_P], NAC_P_MOST);
    observation->sil = small_within(values[READSB_SIL], SIL_MOST);
    observation->adsb_version = small_within(values[READSB_VERSION], VERSION_MOST);
    // Unix seconds even where "now" is in milliseconds.
    double gps_ok_before = values[READSB_GPS_OK_BEFORE];
    observation->gps_ok_before = gps_ok_before > 0 ? utc_from_seconds(gps_ok_before) : UTC_UNKNOWN;
    fill_age(numbers, observation);
    observation->position_source = position_source_of(numbers, observation);
}
