// SPDX-License-Identifier: MIT
#include "feed/readsb_aircraft.h"

#include <errno.h>

int readsb_refuse(struct readsb_decoding *decoding, int code, const char *at, const char *why)
{
    return error_set(decoding->error, code, "byte %td: %s", at - decoding->scan.begin, why);
}

static struct json_text text_of(const struct readsb_decoding *decoding, enum readsb_field field,
                                char buffer[JSON_TEXT_MAX])
{
    return readsb_object_text(&decoding->object, field, buffer);
}

static double number_of(const struct readsb_decoding *decoding, enum readsb_field field)
{
    return readsb_object_number(&decoding->object, field);
}

// Registrations have at most 12 bytes and callsigns 8, so only the rare long one is looked at.
static bool is_fake_text(const struct readsb_decoding *decoding, enum readsb_field field)
{
    const struct readsb_object *object = &decoding->object;
    const ptrdiff_t length_with_quotes = (ptrdiff_t)sizeof READSB_FAKE_REGISTRATION + 1;
    if (!readsb_object_has(object, field) ||
        object->values[field].end - object->values[field].begin < length_with_quotes)
        return false;
    char buffer[JSON_TEXT_MAX];
    return readsb_is_fake(text_of(decoding, field, buffer));
}

static void hear_nearby(struct readsb_decoding *decoding, const char *icao24,
                        struct position position)
{
    char buffers[3][JSON_TEXT_MAX];
    enum position_source source = readsb_source(text_of(decoding, READSB_TYPE, buffers[0]));
    if (!readsb_nearby_counts(icao24, source))
        return;
    double alt_baro = number_of(decoding, READSB_ALT_BARO);
    bool on_ground = readsb_on_ground(text_of(decoding, READSB_ALT_BARO, buffers[1]), alt_baro,
                                      text_of(decoding, READSB_ALTITUDE, buffers[2]));
    int32_t altitude_ft = readsb_altitude_geom_ft(number_of(decoding, READSB_ALT_GEOM));
    if (altitude_ft == OBSERVATION_UNKNOWN)
        altitude_ft = readsb_altitude_baro_ft(alt_baro, number_of(decoding, READSB_ALTITUDE));
    readsb_nearby_add(decoding->nearby, icao24, position, on_ground, altitude_ft);
}

static void fill_identity(const struct readsb_decoding *decoding, struct observation *observation)
{
    char buffers[4][JSON_TEXT_MAX];
    struct readsb_identity identity = {
        .registration = text_of(decoding, READSB_REGISTRATION, buffers[0]),
        .type_code = text_of(decoding, READSB_TYPE_CODE, buffers[1]),
        .flight = text_of(decoding, READSB_FLIGHT, buffers[2]),
        .squawk = text_of(decoding, READSB_SQUAWK, buffers[3]),
        .db_flags = number_of(decoding, READSB_DB_FLAGS),
    };
    readsb_fill_identity(&identity, observation);
}

// Keeps a watched aircraft. Its numbers are converted only once it is known to be one.
static void keep_if_watched(struct readsb_decoding *decoding, struct observation *observation,
                            const char *begin, const char *end)
{
    fill_identity(decoding, observation);
    observation->watch_mask = watch_list_match(decoding->interest->watch, observation);
    if (observation->watch_mask == 0)
        return;
    char buffer[JSON_TEXT_MAX];
    struct readsb_numbers numbers;
    readsb_object_numbers(&decoding->object, &numbers);
    numbers.type = text_of(decoding, READSB_TYPE, buffer);
    readsb_fill_numbers(&numbers, observation);
    observation->raw_offset = (uint32_t)(begin - decoding->scan.begin);
    observation->raw_length = (uint32_t)(end - begin);
    *array_append(&decoding->batch.kept) = *observation;
}

int readsb_take_refused(struct readsb_decoding *decoding, const char *begin)
{
    if (readsb_object_has(&decoding->object, READSB_ICAO) &&
        readsb_object_has(&decoding->object, READSB_POSTIME))
        return readsb_refuse(
            decoding, -EBADMSG, begin,
            "this is ADSBexchange's version 1 (\"icao\", \"postime\"); only version 2 is read");
    decoding->batch.objects_refused++;
    return 0;
}

int readsb_take_aircraft(struct readsb_decoding *decoding, const char *begin, const char *end)
{
    if (end - begin > FEED_OBJECT_BYTES_MAX)
        return readsb_refuse(decoding, -E2BIG, begin, "an object of more than 65536 bytes");
    if (is_fake_text(decoding, READSB_REGISTRATION) || is_fake_text(decoding, READSB_FLIGHT))
        return readsb_refuse(decoding, -EPROTO, begin,
                             "the fake aircraft " READSB_FAKE_REGISTRATION ": the feed refuses us");
    char buffer[JSON_TEXT_MAX], icao24[ICAO24_SIZE];
    if (!readsb_address(text_of(decoding, READSB_HEX, buffer), icao24))
        return readsb_take_refused(decoding, begin);
    decoding->batch.aircraft_heard++;
    struct position position = {(double)NAN, (double)NAN};
    bool has_position = readsb_position(number_of(decoding, READSB_LAT),
                                        number_of(decoding, READSB_LON), &position);
    decoding->batch.aircraft_with_position += has_position;
    if (has_position && decoding->nearby != NULL &&
        readsb_nearby_may_hold(decoding->nearby, position))
        hear_nearby(decoding, icao24, position);
    if (!watch_list_may_match_address(decoding->interest->watch, icao24))
        return 0;
    struct observation observation = {.has_position = has_position, .position = position};
    memcpy(observation.icao24, icao24, sizeof observation.icao24);
    keep_if_watched(decoding, &observation, begin, end);
    return 0;
}
