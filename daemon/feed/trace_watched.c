// SPDX-License-Identifier: MIT
#include "feed/trace_watched.h"

// What the details said holds for the three points after them (feeds.md 2.3). After a pause as long
// as a receiver's shadow it may be another flight's [inference; the recordings' points are at most
// some 30 s apart].
#define CARRY_MOST_US (15 * UTC_MINUTE)

void trace_watched_init(struct trace_watched *watched, const struct watch_list *watch)
{
    *watched = (struct trace_watched){.watch = watch};
    for (size_t i = 0; i < READSB_NUMBER_END; i++)
        watched->unknown.values[i] = (double)NAN;
}

static void forget(struct trace_watched *watched)
{
    struct trace_carried *carried = &watched->carried;
    *carried = (struct trace_carried){.said_at = UTC_UNKNOWN};
    carried->version = carried->sil = carried->gps_ok_before = (double)NAN;
    watched->is_hopeless = false;
}

bool trace_watched_begin(struct trace_watched *watched, const struct observation *identity)
{
    forget(watched);
    watched->identity = identity;
    return watched->watch != NULL && watch_list_may_match_identity(watched->watch, identity);
}

// --- what is carried ------------------------------------------------------------------------------

// Returns whether it changed.
static bool carry_text(const struct readsb_object *details, enum readsb_field field, char *kept,
                       size_t *length)
{
    char buffer[JSON_TEXT_MAX];
    struct json_text text = readsb_object_text(details, field, buffer);
    if (text.bytes == NULL ||
        (text.length == *length && memcmp(text.bytes, kept, text.length) == 0))
        return false;
    memcpy(kept, text.bytes, text.length);
    *length = text.length;
    return true;
}

static void carry_number(const struct readsb_object *details, enum readsb_field field, double *kept)
{
    double number = readsb_object_number(details, field);
    if (!isnan(number))
        *kept = number;
}

static void carry(struct trace_watched *watched, const struct trace_element *element, utc_us at)
{
    struct trace_carried *carried = &watched->carried;
    const struct readsb_object *details = &element->details;
    bool is_old = carried->said_at == UTC_UNKNOWN || at < carried->said_at ||
                  at - carried->said_at > CARRY_MOST_US;
    if (is_old || (trace_element_flags(element) & TRACE_FLAG_NEW_LEG))
        forget(watched);
    carried->said_at = at;
    if (!element->has_details)
        return;
    if (carry_text(details, READSB_FLIGHT, carried->flight, &carried->flight_length) |
        carry_text(details, READSB_SQUAWK, carried->squawk, &carried->squawk_length))
        watched->is_hopeless = false;
    carry_text(details, READSB_TYPE, carried->type, &carried->type_length);
    carry_number(details, READSB_VERSION, &carried->version);
    carry_number(details, READSB_SIL, &carried->sil);
    // Said for as long as GPS is lost.
    carried->gps_ok_before = readsb_object_number(details, READSB_GPS_OK_BEFORE);
}

static struct json_text carried_text(const char *text, size_t length)
{
    return (struct json_text){length > 0 ? text : NULL, length};
}

// --- one point ------------------------------------------------------------------------------------

static void fill_altitudes(const struct trace_element *element, struct readsb_numbers *numbers)
{
    uint32_t flags = trace_element_flags(element);
    double altitude = trace_element_number(element, TRACE_ALTITUDE);
    double rate = trace_element_number(element, TRACE_VERTICAL_RATE);
    numbers->ground = trace_element_is_ground(element);
    numbers->values[READSB_ALT_GEOM] = trace_element_number(element, TRACE_ALTITUDE_GEOM);
    numbers->values[READSB_GEOM_RATE] = trace_element_number(element, TRACE_RATE_GEOM);
    if (!(flags & TRACE_FLAG_ALTITUDE_IS_GEOMETRIC))
        numbers->values[READSB_ALT_BARO] = altitude;
    else if (isnan(numbers->values[READSB_ALT_GEOM]))
        numbers->values[READSB_ALT_GEOM] = altitude;
    if (!(flags & TRACE_FLAG_RATE_IS_GEOMETRIC))
        numbers->values[READSB_BARO_RATE] = rate;
    else if (isnan(numbers->values[READSB_GEOM_RATE]))
        numbers->values[READSB_GEOM_RATE] = rate;
}

static void fill_details(const struct trace_element *element, const struct trace_carried *carried,
                         struct readsb_numbers *numbers)
{
    static const enum readsb_field fields[] = {READSB_NIC, READSB_NAC_P, READSB_ALT_GEOM};
    numbers->values[READSB_VERSION] = carried->version;
    numbers->values[READSB_SIL] = carried->sil;
    numbers->values[READSB_GPS_OK_BEFORE] = carried->gps_ok_before;
    for (size_t i = 0; element->has_details && i < sizeof fields / sizeof *fields; i++)
        if (isnan(numbers->values[fields[i]]))
            numbers->values[fields[i]] = readsb_object_number(&element->details, fields[i]);
}

static void fill_identity(const struct trace_watched *watched, struct observation *seen)
{
    const struct observation *identity = watched->identity;
    const struct trace_carried *carried = &watched->carried;
    const struct readsb_identity said = {
        .registration = {identity->registration, strlen(identity->registration)},
        .type_code = {identity->type_code, strlen(identity->type_code)},
        .flight = carried_text(carried->flight, carried->flight_length),
        .squawk = carried_text(carried->squawk, carried->squawk_length),
        .db_flags = identity->military ? 1 : 0,
    };
    *seen = *identity;
    readsb_fill_identity(&said, seen);
}

static void fill_numbers(const struct trace_watched *watched, const struct trace_element *element,
                         struct observation *seen)
{
    struct readsb_numbers numbers = watched->unknown;
    const struct trace_carried *carried = &watched->carried;
    char source[JSON_TEXT_MAX];
    fill_altitudes(element, &numbers);
    fill_details(element, carried, &numbers);
    numbers.values[READSB_GS] = trace_element_number(element, TRACE_GROUND_SPEED);
    numbers.values[READSB_TRACK] = trace_element_number(element, TRACE_TRACK);
    numbers.type = trace_element_text(element, TRACE_SOURCE, source);
    if (numbers.type.bytes == NULL)
        numbers.type = carried_text(carried->type, carried->type_length);
    readsb_fill_numbers(&numbers, seen);
}

void trace_watched_take(struct trace_watched *watched, const struct trace_element *element,
                        utc_us at, struct position position, struct observation_array *kept)
{
    struct observation seen;
    carry(watched, element, at);
    if (watched->is_hopeless)
        return;
    fill_identity(watched, &seen);
    watched->is_hopeless = !watch_list_may_match_somewhere(watched->watch, &seen);
    if (watched->is_hopeless)
        return;
    seen.has_position = true;
    seen.position = position;
    fill_numbers(watched, element, &seen);
    seen.observed_at = at;
    seen.watch_mask = watch_list_match(watched->watch, &seen);
    if (seen.watch_mask != 0)
        *array_append(kept) = seen;
}
