// SPDX-License-Identifier: MIT
#include "answer.h"

#include "base/geodesy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Each aircraft flies to and fro between two points without end.
#define LEG_S 5400.0
#define CLIMB_RATE_FPM 1984.0
#define LEAST_ALTITUDE_FT 1000.0

// A number that depends on nothing but its inputs (splitmix64, G. L. Steele and others, OOPSLA
// 2014).
static uint64_t mixed(uint64_t seed, unsigned number, unsigned use)
{
    uint64_t z =
        seed + (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)use * 0x85ebca6b;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double between(uint64_t random, double least, double most)
{
    return least + (double)(random >> 11) / 9007199254740992.0 * (most - least);
}

struct flight {
    struct position position;
    double track_deg, speed_kt, altitude_ft, rate_fpm;
};

static struct flight flight_at(const struct answer_options *options, unsigned number)
{
    struct position start = {
        // Dense in the middle latitudes, as the feeds are.
        .latitude_deg = between(mixed(options->seed, number, 1), 20, 62),
        .longitude_deg = between(mixed(options->seed, number, 2), -125, 145),
    };
    double bearing_deg = between(mixed(options->seed, number, 3), 0, 360);
    double speed_kt = floor(between(mixed(options->seed, number, 4), 180, 500) * 10) / 10;
    double phase_s = between(mixed(options->seed, number, 5), 0, 2 * LEG_S);
    double along_s = fmod(utc_to_seconds(options->now) + phase_s, 2 * LEG_S);
    bool returning = along_s > LEG_S;
    double from_start_s = returning ? 2 * LEG_S - along_s : along_s;
    double leg_nm = speed_kt * LEG_S / 3600;
    struct flight flight = {.speed_kt = speed_kt};
    flight.position = geodesy_destination(start, bearing_deg, speed_kt * from_start_s / 3600);
    struct position far_end = geodesy_destination(start, bearing_deg, leg_nm);
    flight.track_deg = geodesy_bearing_deg(flight.position, returning ? start : far_end);
    double cruise_ft = 1000 * floor(between(mixed(options->seed, number, 6), 8, 42));
    double since_start_s = returning ? along_s - LEG_S : along_s;
    double until_end_s = LEG_S - since_start_s;
    double nearer_s = since_start_s < until_end_s ? since_start_s : until_end_s;
    double climbed_ft = LEAST_ALTITUDE_FT + nearer_s / 60 * CLIMB_RATE_FPM;
    flight.altitude_ft = fmin(cruise_ft, climbed_ft);
    if (climbed_ft < cruise_ft)
        flight.rate_fpm = since_start_s < until_end_s ? CLIMB_RATE_FPM : -CLIMB_RATE_FPM;
    return flight;
}

void answer_hex(unsigned number, char ret_hex[ANSWER_HEX_SIZE])
{
    // Times an odd number: no two alike. Their order is none, as in real answers, which go by
    // longitude.
    snprintf(ret_hex, ANSWER_HEX_SIZE, "%06x", (0x300000 + number * 0x9e3779) & 0xffffff);
}

static const char *const types[] = {
    "B738", "A320", "A321", "B77W", "A359", "E190", "B789", "A20N", "A21N", "CRJ9", "C172", "B38M",
    "A319", "E75L", "B763", "AT76", "GLF6", "A333", "B744", "PC12", "DH8D", "C56X", "IL76", "A124",
};
#define TYPE_COUNT (sizeof types / sizeof *types)

static void write_identity(struct text *text, const struct answer_options *options, unsigned number)
{
    uint64_t random = mixed(options->seed, number, 7);
    char hex[ANSWER_HEX_SIZE], flight[9];
    answer_hex(number, hex);
    snprintf(flight, sizeof flight, "SYN%-5u", number % 10000);
    // An An-124 is rare: one in some four hundred.
    const char *type = types[random % 400 < TYPE_COUNT ? random % 400 : random % (TYPE_COUNT - 2)];
    text_append_format(text, "{\"hex\":\"%s\",\"type\":\"%s\",", hex,
                       random % 29 == 0 ? "mlat" : "adsb_icao");
    if (random % 17 != 0)
        text_append_format(text, "\"flight\":\"%s\",", flight);
    if (random % 13 != 0)
        text_append_format(text, "\"r\":\"SY-%c%c%c\",\"t\":\"%s\",", (char)('A' + number % 26),
                           (char)('A' + number / 26 % 26), (char)('A' + number / 676 % 26), type);
    if (random % 11 == 0)
        text_append_format(text, "\"dbFlags\":%d,", random % 2 == 0 ? 1 : 8);
}

static void write_motion(struct text *text, const struct flight *flight, uint64_t random)
{
    int altitude_ft = (int)(flight->altitude_ft / 25) * 25;
    if (random % 37 == 0)
        text_append(text, "\"alt_baro\":\"ground\",");
    else
        text_append_format(text, "\"alt_baro\":%d,\"alt_geom\":%d,", altitude_ft,
                           altitude_ft + 325);
    text_append_format(text, "\"gs\":%.1f,", flight->speed_kt);
    if (random % 5 < 3)
        text_append_format(text,
                           "\"ias\":%d,\"tas\":%d,\"mach\":%.3f,\"wd\":%d,\"ws\":%d,\"oat\":-%d,"
                           "\"tat\":-%d,",
                           (int)(flight->speed_kt * 0.6), (int)(flight->speed_kt * 0.95),
                           flight->speed_kt / 600, (int)(random % 360), (int)(random % 70),
                           (int)(random % 56), (int)(random % 30));
    text_append_format(text, "\"track\":%.2f,", flight->track_deg);
    if (random % 5 < 3)
        text_append_format(
            text, "\"track_rate\":%.2f,\"roll\":-%.2f,\"mag_heading\":%.2f,\"true_heading\":%.2f,",
            0.0, 0.18, fmod(flight->track_deg + 356, 360), flight->track_deg);
    text_append_format(text, "\"baro_rate\":%d,\"geom_rate\":%d,", (int)flight->rate_fpm,
                       (int)flight->rate_fpm + 32);
}

static void write_intent(struct text *text, uint64_t random)
{
    text_append_format(text, "\"squawk\":\"%04o\",\"emergency\":\"none\",\"category\":\"A%d\",",
                       (unsigned)(random % 4096), (int)(random % 5) + 1);
    if (random % 4 == 0)
        return;
    text_append_format(text, "\"nav_qnh\":1013.6,\"nav_altitude_mcp\":%d,\"nav_heading\":%.2f,",
                       (int)(random % 2600) * 16, (double)(random % 36000) / 100);
    if (random % 3 == 0)
        text_append(text, "\"nav_modes\":[\"autopilot\",\"vnav\",\"tcas\"],");
}

static void write_quality(struct text *text, const struct answer_options *options, unsigned number,
                          struct position position)
{
    uint64_t random = mixed(options->seed, number, 8);
    if (random % 12 != 0)
        text_append_format(text,
                           "\"lat\":%.6f,\"lon\":%.6f,\"nic\":8,\"rc\":186,\"seen_pos\":%.3f,",
                           position.latitude_deg, position.longitude_deg, 0.0);
    text_append_format(text,
                       "\"version\":2,\"nic_baro\":1,\"nac_p\":%d,\"nac_v\":%d,\"sil\":3,"
                       "\"sil_type\":\"perhour\",\"gva\":2,\"sda\":2,\"alert\":0,\"spi\":0,"
                       "\"mlat\":[],\"tisb\":[],\"messages\":%u,\"seen\":%.1f,\"rssi\":-%.1f,"
                       "\"dst\":%.3f,\"dir\":%.1f}",
                       (int)(random % 3) + 8, (int)(random % 2) + 1, (unsigned)(random % 30000000),
                       0.0, (double)(random % 300) / 10, (double)(random % 250000) / 1000,
                       (double)(random % 3600) / 10);
}

void answer_write(struct text *text, const struct answer_options *options)
{
    text_clear(text);
    text_append(text, "{\"ac\":[\n");
    for (unsigned number = 0; number < options->aircraft; number++) {
        struct flight flight = flight_at(options, number);
        uint64_t random = mixed(options->seed, number, 9);
        if (number > 0)
            text_append(text, ",\n");
        write_identity(text, options, number);
        write_motion(text, &flight, random);
        write_intent(text, random >> 16);
        write_quality(text, options, number, flight.position);
    }
    long long now_ms = (long long)(options->now / 1000);
    text_append_format(
        text,
        "\n]\n,\"msg\": \"No error\"\n,\"now\": %lld\n,\"total\": %u\n,\"ctime\": %lld\n"
        ",\"ptime\": 1\n}\n",
        now_ms, options->aircraft, now_ms);
}
