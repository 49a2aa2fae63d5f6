// SPDX-License-Identifier: MIT
#include "claim/coverage.h"

#include <string.h>

enum coverage_state coverage_of_hour(const struct coverage_inputs *inputs)
{
    if (inputs->observed)
        return COVERAGE_OBSERVED;
    bool looked =
        inputs->polls_due > 0 && inputs->polls_ok >= COVERAGE_POLLED_SHARE * inputs->polls_due;
    if (!looked)
        return COVERAGE_NOT_LOOKED;
    bool heard_now = inputs->others_low >= COVERAGE_OTHERS_NEEDED;
    bool heard_as_a_rule = inputs->past_hours_heard >= COVERAGE_PAST_SHARE * COVERAGE_PAST_WEEKS;
    return heard_now || heard_as_a_rule ? COVERAGE_COVERED_NOT_SEEN : COVERAGE_LOOKED_NO_COVER;
}

uint32_t coverage_covered_hours(const struct coverage_tally *tally)
{
    return tally->by_state[COVERAGE_OBSERVED] + tally->by_state[COVERAGE_COVERED_NOT_SEEN];
}

uint32_t coverage_uncovered_hours(const struct coverage_tally *tally)
{
    return tally->hours - coverage_covered_hours(tally);
}

double coverage_covered_share(const struct coverage_tally *tally)
{
    return tally->hours == 0 ? 0 : (double)coverage_covered_hours(tally) / tally->hours;
}

double coverage_looked_share(const struct coverage_tally *tally)
{
    if (tally->hours == 0)
        return 0;
    return (double)(tally->hours - tally->by_state[COVERAGE_NOT_LOOKED]) / tally->hours;
}

// The first row of `place` at or after `hour`, by bisection of the sorted rows.
static size_t find_hour(const struct known_hour_array *hours, const char *place, utc_us hour)
{
    size_t low = 0, high = hours->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct known_hour *row = &hours->items[middle];
        int order = strcmp(row->place, place);
        if (order < 0 || (order == 0 && row->hour < hour))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// NULL when there is none. `hour` is the start of an hour.
static const struct known_hour *hour_row(const struct known_hour_array *hours, const char *place,
                                         utc_us hour)
{
    size_t at = find_hour(hours, place, hour);
    const struct known_hour *row = at < hours->count ? &hours->items[at] : NULL;
    return row != NULL && row->hour == hour && strcmp(row->place, place) == 0 ? row : NULL;
}

static bool has_rows(const struct known_hour_array *hours, const char *place)
{
    size_t at = find_hour(hours, place, INT64_MIN);
    return at < hours->count && strcmp(hours->items[at].place, place) == 0;
}

// The airfields whose rows speak for a place: itself, or for a region without rows of its own the
// fields in it.
struct fields {
    const char *ids[COVERAGE_FIELDS_MAX];
    size_t count;
};

static struct fields fields_of(const struct claim_facts *facts, const char *place_id)
{
    const struct place *place = claim_facts_place(facts, place_id);
    const char *id = place != NULL ? place->id : place_id;
    struct fields fields = {.ids = {id}, .count = 1};
    if (place == NULL || place->kind == PLACE_AIRFIELD || has_rows(&facts->hours, id))
        return fields;
    fields.count = 0;
    for (size_t i = 0; i < facts->place_count && fields.count < COVERAGE_FIELDS_MAX; i++) {
        const struct place *field = &facts->places[i];
        if (field->kind == PLACE_AIRFIELD && place_contains(place, field->reference, 0))
            fields.ids[fields.count++] = field->id;
    }
    return fields;
}

// Counts one hour by the worst of the fields: an arrival at any of them would have been seen.
static void tally_hour(const struct claim_facts *facts, const struct fields *fields, utc_us hour,
                       struct coverage_tally *tally)
{
    enum coverage_state worst = fields->count > 0 ? COVERAGE_OBSERVED : COVERAGE_NOT_LOOKED;
    bool synthetic = false, unwatched = false;
    for (size_t i = 0; i < fields->count; i++) {
        const struct known_hour *row = hour_row(&facts->hours, fields->ids[i], hour);
        enum coverage_state state = row != NULL ? row->state : COVERAGE_NOT_LOOKED;
        synthetic |= row != NULL && row->synthetic;
        if (state != COVERAGE_NOT_LOOKED && (row->unwatched >> facts->clause & 1) != 0) {
            state = COVERAGE_NOT_LOOKED;
            unwatched = true;
        }
        if (state < worst)
            worst = state;
    }
    tally->hours++;
    tally->by_state[worst]++;
    tally->synthetic += synthetic;
    tally->unwatched += unwatched;
}

struct coverage_tally coverage_tally_window(const struct claim_facts *facts, const char *place_id,
                                            const struct claim_window *window)
{
    struct coverage_tally tally = {0};
    if (!claim_window_is_set(window))
        return tally;
    struct fields fields = fields_of(facts, place_id);
    utc_us end = window->to < facts->as_of ? window->to : facts->as_of;
    for (utc_us hour = utc_hour_start(window->from); hour < end; hour += UTC_HOUR)
        tally_hour(facts, &fields, hour, &tally);
    return tally;
}

void coverage_describe(const struct coverage_tally *tally, struct text *text)
{
    if (tally->hours == 0) {
        text_append(text, "no hours that would have to be covered");
        return;
    }
    text_append_format(text,
                       "%u hours: %u observed, %u covered and not seen, %u looked without cover, "
                       "%u not looked; looked %.0f %% of hours, could have seen below 10,000 ft in "
                       "%.0f %%",
                       tally->hours, tally->by_state[COVERAGE_OBSERVED],
                       tally->by_state[COVERAGE_COVERED_NOT_SEEN],
                       tally->by_state[COVERAGE_LOOKED_NO_COVER],
                       tally->by_state[COVERAGE_NOT_LOOKED], 100 * coverage_looked_share(tally),
                       100 * coverage_covered_share(tally));
    if (tally->unwatched > 0)
        text_append_format(
            text, "; in %u of the hours not looked others were watched, but not these aircraft",
            tally->unwatched);
    if (tally->synthetic > 0)
        text_append_format(text, "; %u of these hours rest on synthetic data", tally->synthetic);
}
