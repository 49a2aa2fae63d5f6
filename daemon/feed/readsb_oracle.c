// SPDX-License-Identifier: MIT
#include "feed/readsb_oracle.h"

#include "base/text.h"
#include "feed/json_check.h"
#include "feed/readsb.h"
#include "feed/readsb_meaning.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pointer_array ARRAY_OF(char *);

struct oracle {
    const struct feed_interest *interest;
    utc_us received_at;
    struct feed_batch batch;
    struct pointer_array objects; // the kept ones as cJSON prints them; owned
    struct pointer_array heard;   // "place/address" of the nearby; owned
    size_t object_count;
    bool failed;
};

static const cJSON *item(const cJSON *object, enum readsb_field field)
{
    return cJSON_GetObjectItemCaseSensitive(object, readsb_field_name(field));
}

static double number(const cJSON *object, enum readsb_field field)
{
    const cJSON *found = item(object, field);
    return cJSON_IsNumber(found) ? found->valuedouble : (double)NAN;
}

static struct json_text text(const cJSON *object, enum readsb_field field)
{
    const cJSON *found = item(object, field);
    if (!cJSON_IsString(found) || strlen(found->valuestring) > JSON_TEXT_MAX)
        return (struct json_text){NULL, 0};
    return (struct json_text){found->valuestring, strlen(found->valuestring)};
}

static bool lists_latitude(const cJSON *object, enum readsb_field field)
{
    const cJSON *list = item(object, field), *element;
    if (cJSON_IsArray(list))
        cJSON_ArrayForEach(element, list) if (cJSON_IsString(element) &&
                                              strcmp(element->valuestring, "lat") == 0) return true;
    return false;
}

static struct observation observe(const cJSON *object, const char *icao24)
{
    struct observation observation = {.position = {(double)NAN, (double)NAN}};
    text_copy(observation.icao24, sizeof observation.icao24, icao24);
    observation.has_position = readsb_position(number(object, READSB_LAT),
                                               number(object, READSB_LON), &observation.position);
    struct readsb_identity identity = {
        text(object, READSB_REGISTRATION), text(object, READSB_TYPE_CODE),
        text(object, READSB_FLIGHT),       text(object, READSB_SQUAWK),
        number(object, READSB_DB_FLAGS),
    };
    readsb_fill_identity(&identity, &observation);
    struct readsb_numbers numbers;
    for (unsigned field = 0; field < READSB_NUMBER_END; field++)
        numbers.values[field] = number(object, (enum readsb_field)field);
    numbers.ground =
        readsb_on_ground(text(object, READSB_ALT_BARO), numbers.values[READSB_ALT_BARO],
                         text(object, READSB_ALTITUDE));
    numbers.type = text(object, READSB_TYPE);
    numbers.position_by_mlat = lists_latitude(object, READSB_MLAT);
    numbers.position_by_tisb = lists_latitude(object, READSB_TISB);
    readsb_fill_numbers(&numbers, &observation);
    return observation;
}

static bool is_new(struct pointer_array *heard, size_t place, const char *icao24)
{
    char name[64];
    snprintf(name, sizeof name, "%zu/%s", place, icao24);
    array_foreach (heard, known)
        if (strcmp(*known, name) == 0)
            return false;
    *array_append(heard) = memory_copy_string(name);
    return true;
}

// Every place, every aircraft.
static void hear(struct oracle *oracle, const struct observation *observation,
                 enum position_source type)
{
    bool countable = observation->icao24[0] != '~' && type != POSITION_SOURCE_ADSC &&
                     (type < POSITION_SOURCE_ADSB_OTHER || type > POSITION_SOURCE_MODE_AC);
    for (size_t i = 0; countable && observation->has_position && i < oracle->interest->place_count;
         i++) {
        const struct place *place = &oracle->interest->places[i];
        int32_t field_ft = place->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : place->elevation_ft;
        int32_t altitude_ft = observation->altitude_geom_ft;
        if (altitude_ft == OBSERVATION_UNKNOWN)
            altitude_ft = observation->altitude_baro_ft;
        if (observation->on_ground)
            altitude_ft = field_ft;
        if (altitude_ft == OBSERVATION_UNKNOWN ||
            altitude_ft - field_ft >= oracle->interest->low_ft ||
            !(geodesy_distance_nm(place->reference, observation->position) <=
              oracle->interest->radius_nm))
            continue;
        struct nearby_traffic *traffic = &oracle->batch.nearby[i];
        traffic->heard_low += is_new(&oracle->heard, i, observation->icao24);
        if (traffic->lowest_ft == OBSERVATION_UNKNOWN || altitude_ft < traffic->lowest_ft)
            traffic->lowest_ft = altitude_ft;
    }
}

static void refuse(struct oracle *oracle, const cJSON *object)
{
    oracle->batch.objects_refused++;
    if (item(object, READSB_ICAO) != NULL && item(object, READSB_POSTIME) != NULL)
        oracle->failed = true;
}

static void take(struct oracle *oracle, const cJSON *object, utc_us now)
{
    char icao24[ICAO24_SIZE];
    if (readsb_is_fake(text(object, READSB_REGISTRATION)) ||
        readsb_is_fake(text(object, READSB_FLIGHT)))
        oracle->failed = true;
    if (!readsb_address(text(object, READSB_HEX), icao24)) {
        refuse(oracle, object);
        return;
    }
    struct observation observation = observe(object, icao24);
    observation.observed_at += now;
    oracle->batch.aircraft_heard++;
    oracle->batch.aircraft_with_position += observation.has_position;
    hear(oracle, &observation, readsb_source(text(object, READSB_TYPE)));
    observation.watch_mask = watch_list_match(oracle->interest->watch, &observation);
    if (observation.watch_mask == 0)
        return;
    *array_append(&oracle->batch.kept) = observation;
    *array_append(&oracle->objects) = cJSON_PrintUnformatted(object);
}

// The feed's time, checked; UTC_UNKNOWN where it gives none.
static utc_us time_of(struct oracle *oracle, const cJSON *object)
{
    double said = number(object, READSB_NOW);
    if (isnan(said))
        return UTC_UNKNOWN;
    utc_us now = readsb_time(said);
    if (now == UTC_UNKNOWN || llabs(now - oracle->received_at) > READSB_CLOCK_TOLERANCE)
        oracle->failed = true;
    return now;
}

static void take_envelope(struct oracle *oracle, const cJSON *envelope, const cJSON *list)
{
    utc_us now = time_of(oracle, envelope);
    if (now == UTC_UNKNOWN)
        oracle->failed = true;
    if (oracle->failed)
        return;
    oracle->batch.now = now;
    const cJSON *element, *message = item(envelope, READSB_MSG);
    cJSON_ArrayForEach(element, list)
    {
        oracle->object_count++;
        if (cJSON_IsObject(element))
            take(oracle, element, now);
        else
            oracle->batch.objects_refused++;
    }
    if (oracle->object_count == 0 &&
        (number(envelope, READSB_TOTAL) > 0 || number(envelope, READSB_RESULT_COUNT) > 0 ||
         (cJSON_IsString(message) && strcmp(message->valuestring, "No error") != 0)))
        oracle->failed = true;
}

static void take_lone(struct oracle *oracle, const cJSON *object)
{
    oracle->object_count++;
    if (isnan(number(object, READSB_NOW)) && isnan(number(object, READSB_SEEN)) &&
        isnan(number(object, READSB_SEEN_POS))) {
        refuse(oracle, object);
        return;
    }
    utc_us now = time_of(oracle, object);
    take(oracle, object, now != UTC_UNKNOWN ? now : oracle->received_at);
    if (now != UTC_UNKNOWN && (oracle->batch.now == UTC_UNKNOWN || now > oracle->batch.now))
        oracle->batch.now = now;
}

// The first array under one of its two names makes an envelope.
static const cJSON *list_of(struct oracle *oracle, const cJSON *object)
{
    const cJSON *list = NULL, *child;
    cJSON_ArrayForEach(child, object)
    {
        if (strcmp(child->string, "ac") != 0 && strcmp(child->string, "aircraft") != 0)
            continue;
        if (cJSON_IsArray(child) && list == NULL)
            list = child;
        else if (!cJSON_IsArray(child) && !cJSON_IsNull(child))
            oracle->failed = true;
    }
    return list;
}

// Whether the bytes between two objects end a line: "[ \t\r]*,?" and then blanks with a line feed,
// or the end of the text.
static bool is_line_end(const char *between, size_t length, bool at_end)
{
    size_t at = 0;
    while (at < length && between[at] != '\n' && between[at] != ',')
        at++;
    if (at < length && between[at] == ',')
        at++;
    bool has_feed = false;
    for (; at < length; at++) {
        if (between[at] == ',')
            return false;
        has_feed = has_feed || between[at] == '\n';
    }
    return has_feed || at_end;
}

static size_t after_separators(const char *body, size_t length, size_t at)
{
    while (at < length && body[at] != '\0' && strchr(" \t\r\n,", body[at]) != NULL)
        at++;
    return at;
}

// One object of the text and what stands behind it. Returns the start of the next.
static size_t take_document(struct oracle *oracle, const char *body, size_t length, size_t at,
                            bool is_first)
{
    size_t end = at < length && body[at] == '{' ? json_check(body, length, at) : 0;
    cJSON *document = end > 0 ? cJSON_ParseWithLength(body + at, end - at) : NULL;
    if (document == NULL) {
        oracle->failed = true;
        return length;
    }
    const cJSON *list = is_first ? list_of(oracle, document) : NULL;
    size_t next = after_separators(body, length, end);
    if (list != NULL) {
        while (end < length && strchr(" \t\r\n", body[end]) != NULL && body[end] != '\0')
            end++;
        if (end < length)
            oracle->failed = true;
        take_envelope(oracle, document, list);
        next = length;
    } else {
        take_lone(oracle, document);
        if (!is_line_end(body + end, next - end, next == length))
            oracle->failed = true;
    }
    cJSON_Delete(document);
    return next;
}

static void decode(struct oracle *oracle, const char *body, size_t length)
{
    size_t at = 0;
    while (at < length && body[at] != '\0' && strchr(" \t\r\n", body[at]) != NULL)
        at++;
    bool is_first = true;
    oracle->failed = at == length;
    while (at < length && !oracle->failed) {
        at = take_document(oracle, body, length, at, is_first);
        is_first = false;
    }
    if (oracle->batch.aircraft_heard == 0 && oracle->object_count > 0)
        oracle->failed = true;
}

static bool same_number(double first, double second)
{
    return memcmp(&first, &second, sizeof first) == 0 || (isnan(first) && isnan(second));
}

// The name of the first field that differs, or NULL.
static const char *difference(const struct observation *a, const struct observation *b)
{
#define SAME(field) (a->field == b->field)
#define SAME_TEXT(field) (strcmp(a->field, b->field) == 0)
#define SAME_NUMBER(field) same_number(a->field, b->field)
    const struct {
        const char *name;
        bool same;
    } fields[] = {
        {"icao24", SAME_TEXT(icao24)},
        {"registration", SAME_TEXT(registration)},
        {"type_code", SAME_TEXT(type_code)},
        {"callsign", SAME_TEXT(callsign)},
        {"squawk", SAME_TEXT(squawk)},
        {"position_source", SAME(position_source)},
        {"observed_at", SAME(observed_at)},
        {"has_position", SAME(has_position)},
        {"latitude", SAME_NUMBER(position.latitude_deg)},
        {"longitude", SAME_NUMBER(position.longitude_deg)},
        {"on_ground", SAME(on_ground)},
        {"military", SAME(military)},
        {"altitude_baro_ft", SAME(altitude_baro_ft)},
        {"altitude_geom_ft", SAME(altitude_geom_ft)},
        {"ground_speed_kt", SAME_NUMBER(ground_speed_kt)},
        {"track_deg", SAME_NUMBER(track_deg)},
        {"vertical_rate_fpm", SAME(vertical_rate_fpm)},
        {"nic", SAME(nic)},
        {"nac_p", SAME(nac_p)},
        {"sil", SAME(sil)},
        {"adsb_version", SAME(adsb_version)},
        {"gps_ok_before", SAME(gps_ok_before)},
        {"seen_position_s", SAME_NUMBER(seen_position_s)},
        {"watch_mask", SAME(watch_mask)},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!fields[i].same)
            return fields[i].name;
    return NULL;
}

// Whether the raw bytes are the object that cJSON saw.
static bool same_raw(const char *body, size_t length, const struct observation *kept,
                     const char *wanted)
{
    if (kept->raw_offset > length || kept->raw_length > length - kept->raw_offset)
        return false;
    cJSON *object = cJSON_ParseWithLength(body + kept->raw_offset, kept->raw_length);
    char *printed = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
    bool same = printed != NULL && body[kept->raw_offset] == '{' &&
                body[kept->raw_offset + kept->raw_length - 1] == '}' &&
                strcmp(printed, wanted) == 0;
    cJSON_free(printed);
    cJSON_Delete(object);
    return same;
}

static void compare_kept(struct text *message, const struct oracle *oracle,
                         const struct feed_batch *batch, const char *body, size_t length)
{
    for (size_t i = 0; i < batch->kept.count; i++) {
        const struct observation *kept = &batch->kept.items[i];
        const char *field = difference(kept, &oracle->batch.kept.items[i]);
        if (field != NULL)
            text_append_format(message, "kept %zu (%s): %s differs; ", i, kept->icao24, field);
        if (!same_raw(body, length, kept, oracle->objects.items[i]))
            text_append_format(message, "kept %zu (%s): raw bytes differ; ", i, kept->icao24);
    }
}

static void compare(struct text *message, const struct oracle *oracle,
                    const struct feed_batch *batch, const char *body, size_t length)
{
    const struct feed_batch *wanted = &oracle->batch;
    if (batch->now != wanted->now)
        text_append(message, "now differs; ");
    if (batch->aircraft_heard != wanted->aircraft_heard ||
        batch->aircraft_with_position != wanted->aircraft_with_position ||
        batch->objects_refused != wanted->objects_refused)
        text_append_format(message, "heard %u, %u, %u for %u, %u, %u; ", batch->aircraft_heard,
                           batch->aircraft_with_position, batch->objects_refused,
                           wanted->aircraft_heard, wanted->aircraft_with_position,
                           wanted->objects_refused);
    for (size_t i = 0; i < oracle->interest->place_count; i++)
        if (batch->nearby[i].heard_low != wanted->nearby[i].heard_low ||
            batch->nearby[i].lowest_ft != wanted->nearby[i].lowest_ft)
            text_append_format(message, "nearby %zu: %u down to %d for %u down to %d; ", i,
                               batch->nearby[i].heard_low, batch->nearby[i].lowest_ft,
                               wanted->nearby[i].heard_low, wanted->nearby[i].lowest_ft);
    if (batch->kept.count != wanted->kept.count)
        text_append_format(message, "kept %zu for %zu; ", batch->kept.count, wanted->kept.count);
    else
        compare_kept(message, oracle, batch, body, length);
}

static void free_all(struct pointer_array *pointers)
{
    array_foreach (pointers, pointer)
        free(*pointer);
    array_free(pointers);
}

char *readsb_oracle_differs(const char *body, size_t length, utc_us received_at,
                            const struct feed_interest *interest)
{
    struct oracle oracle = {.interest = interest, .received_at = received_at};
    oracle.batch.now = UTC_UNKNOWN;
    oracle.batch.nearby =
        memory_allocate_zeroed(interest->place_count, sizeof *oracle.batch.nearby);
    for (size_t i = 0; i < interest->place_count; i++)
        oracle.batch.nearby[i].lowest_ft = OBSERVATION_UNKNOWN;
    decode(&oracle, body, length);

    struct feed_batch batch;
    struct error error = {0};
    int code = readsb_decoder.decode(body, length, received_at, interest, &batch, &error);
    struct text message;
    text_init(&message, 1 << 20);
    if ((code < 0) != oracle.failed)
        text_append_format(&message, "the decoder says %s, the oracle %s",
                           code < 0 ? error.message : "good", oracle.failed ? "bad" : "good");
    else if (code == 0)
        compare(&message, &oracle, &batch, body, length);
    else if (batch.kept.count > 0 || batch.nearby != NULL || error.message[0] == '\0')
        text_append(&message, "an error with a batch or without a message");
    feed_batch_done(&batch);
    feed_batch_done(&oracle.batch);
    free_all(&oracle.objects);
    free_all(&oracle.heard);
    return message.bytes;
}
