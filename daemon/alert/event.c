// SPDX-License-Identifier: MIT
#include "alert/event.h"

#include "alert/words.h"
#include "base/text.h"
#include "journal/entry_id.h"
#include "track/lookup.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ICAO Doc 4444, 8.8: what the three codes are kept for.
static const struct {
    const char *squawk, *meaning;
} emergencies[] = {
    {"7500", "unlawful interference"},
    {"7600", "radio failure"},
    {"7700", "general emergency"},
};

const char *alert_squawk_meaning(const char *squawk)
{
    for (size_t i = 0; i < sizeof emergencies / sizeof *emergencies; i++)
        if (strcmp(emergencies[i].squawk, squawk) == 0)
            return emergencies[i].meaning;
    return NULL;
}

static struct alert_event new_event(enum alert_type type, const char *subject, utc_us happened_at)
{
    struct alert_event event = {
        .type = type,
        .happened_at = happened_at,
        .position = {.latitude_deg = NAN, .longitude_deg = NAN},
        .altitude_ft = OBSERVATION_UNKNOWN,
        .between = {UTC_UNKNOWN, UTC_UNKNOWN},
    };
    text_copy(event.subject, sizeof event.subject, subject);
    return event;
}

static const char *id_text(const uint8_t id[DIGEST_UUID_SIZE], char buffer[DIGEST_UUID_TEXT_SIZE])
{
    return digest_uuid_format(id, buffer);
}

// "alert/TYPE/OBJECT" or "alert/TYPE/OBJECT/DETAIL".
static void make_id(uint8_t ret_id[DIGEST_UUID_SIZE], enum alert_type type,
                    const uint8_t object[DIGEST_UUID_SIZE], const char *detail)
{
    char text[DIGEST_UUID_TEXT_SIZE];
    digest_uuid(ret_id, "alert/%s/%s%s%s", alert_type_row(type)->name, id_text(object, text),
                detail[0] != '\0' ? "/" : "", detail);
}

void alert_id_of_opening(const uint8_t sighting_id[DIGEST_UUID_SIZE],
                         uint8_t ret_alert_id[DIGEST_UUID_SIZE])
{
    make_id(ret_alert_id, ALERT_SIGHTING_OPENED, sighting_id, "");
}

// --- sightings ---------------------------------------------------------------------------------

static void take_feeds(struct alert_event *event, const struct sighting *sighting)
{
    memcpy(event->feeds, sighting->feeds, sizeof event->feeds);
    event->feed_count = sighting->feed_count;
}

static struct alert_event of_sighting(enum alert_type type, const struct sighting *sighting,
                                      utc_us happened_at)
{
    struct alert_event event = new_event(type, sighting->icao24, happened_at);
    text_copy(event.icao24, sizeof event.icao24, sighting->icao24);
    text_copy(event.registration, sizeof event.registration, sighting->registration);
    text_copy(event.type_code, sizeof event.type_code, sighting->type_code);
    if (sighting->callsign_count > 0)
        text_copy(event.callsign, sizeof event.callsign,
                  sighting->callsigns[sighting->callsign_count - 1]);
    event.watch_mask = sighting->watch_mask;
    event.position = sighting->last_position;
    event.altitude_ft = sighting->last_altitude_ft;
    take_feeds(&event, sighting);
    event.has_sighting = true;
    sighting_uuid(sighting, event.sighting_id);
    return event;
}

static void add_sighting(const struct sighting *sighting, const struct alert_event_sink *sink)
{
    if (sighting->state == SIGHTING_SUPERSEDED)
        return;
    bool is_open = sighting->state == SIGHTING_OPEN;
    enum alert_type type = is_open ? ALERT_SIGHTING_OPENED : ALERT_SIGHTING_CLOSED;
    struct alert_event event =
        of_sighting(type, sighting, is_open ? sighting->opened_at : sighting->last_seen);
    if (is_open)
        event.position = sighting->first_position;
    event.verb = is_open ? "seen" : sighting->state == SIGHTING_LANDED ? "landed" : "lost";
    event.between[0] = sighting->first_seen;
    event.between[1] = sighting->last_seen;
    text_copy(event.place, sizeof event.place, is_open ? sighting->origin : sighting->destination);
    make_id(event.alert_id, type, event.sighting_id, "");
    sink->take(sink->data, &event);
}

// --- visits ------------------------------------------------------------------------------------

static void add_evidence(struct alert_event *event, const struct visit_reason *reason)
{
    if (event->evidence_count == ALERT_EVIDENCE_MAX || !isfinite(reason->value))
        return;
    char *line = event->evidence[event->evidence_count++];
    char name[40], limit[40] = "", place[64] = "";
    text_copy(name, sizeof name, visit_rule_id(reason->rule));
    for (char *at = name; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
    if (isfinite(reason->threshold))
        snprintf(limit, sizeof limit, " (threshold %.6g)", reason->threshold);
    if (reason->place[0] != '\0')
        snprintf(place, sizeof place, ", %s", reason->place);
    snprintf(line, ALERT_EVIDENCE_SIZE, "%s%s: %.6g %s%s%s", reason->met ? "" : "not met: ", name,
             reason->value, visit_rule_unit(reason->rule), limit, place);
}

static struct alert_event of_visit(enum alert_type type, const struct visit *visit,
                                   const struct tracker *tracker, utc_us happened_at)
{
    struct alert_event event = new_event(type, visit->icao24, happened_at);
    text_copy(event.icao24, sizeof event.icao24, visit->icao24);
    text_copy(event.registration, sizeof event.registration, visit->registration);
    text_copy(event.type_code, sizeof event.type_code, visit->type_code);
    bool is_departure = type == ALERT_VISIT_DEPARTED;
    text_copy(event.callsign, sizeof event.callsign,
              is_departure && visit->callsign_out[0] != '\0' ? visit->callsign_out
                                                             : visit->callsign_in);
    event.watch_mask = visit->watch_mask;
    event.position = visit->position;
    text_copy(event.place, sizeof event.place, visit->place);
    event.has_grade = true;
    event.grade = visit->grade;
    event.verb = is_departure ? "departed" : visit_verb_name(visit->grade);
    event.between[0] = is_departure ? visit->departed_after : visit->arrived_after;
    event.between[1] = is_departure ? visit->departed_before : visit->arrived_before;
    event.has_visit = true;
    visit_uuid(visit, event.visit_id);
    for (size_t i = 0; i < visit->reason_count; i++)
        add_evidence(&event, &visit->reasons[i]);

    utc_us opened_at = is_departure || visit->sighting_in == UTC_UNKNOWN ? visit->sighting_out
                                                                         : visit->sighting_in;
    if (opened_at != UTC_UNKNOWN) {
        struct sighting key = {.opened_at = opened_at, .emitter = visit->emitter};
        memcpy(key.icao24, visit->icao24, sizeof key.icao24);
        event.has_sighting = true;
        sighting_uuid(&key, event.sighting_id);
    }
    const struct sighting *sighting =
        tracker != NULL ? tracker_sighting(tracker, visit->icao24, visit->emitter) : NULL;
    if (sighting != NULL)
        take_feeds(&event, sighting);
    return event;
}

static utc_us later(utc_us first, utc_us second)
{
    return first > second ? first : second; // UTC_UNKNOWN is the earliest
}

static void take_visit(enum alert_type type, const struct visit *visit,
                       const struct tracker *tracker, utc_us happened_at,
                       const struct alert_event_sink *sink)
{
    struct alert_event event = of_visit(type, visit, tracker, happened_at);
    alert_event_identify(&event);
    sink->take(sink->data, &event);
}

static void add_visit(const struct visit *visit, const struct tracker *tracker, utc_us now,
                      const struct alert_event_sink *sink)
{
    utc_us last = later(visit->arrived_before, visit->departed_before);
    if (visit->state == VISIT_SUPERSEDED) {
        take_visit(ALERT_VISIT_RETRACTED, visit, tracker, now, sink);
        return;
    }
    if (visit->arrived_before != UTC_UNKNOWN)
        take_visit(ALERT_VISIT_ARRIVED, visit, tracker, visit->arrived_before, sink);
    if (visit->departed_before != UTC_UNKNOWN)
        take_visit(ALERT_VISIT_DEPARTED, visit, tracker, visit->departed_before, sink);
    if (visit->state == VISIT_UPGRADED)
        take_visit(ALERT_VISIT_UPGRADED, visit, tracker, last, sink);
}

void alert_event_identify(struct alert_event *event)
{
    // Arrivals and upgrades are told anew with each better grade.
    bool by_grade = event->type == ALERT_VISIT_ARRIVED || event->type == ALERT_VISIT_UPGRADED;
    make_id(event->alert_id, event->type, event->visit_id,
            by_grade ? visit_grade_name(event->grade) : "");
}

void alert_event_replace(struct alert_event *event, const struct alert_predecessor *predecessor)
{
    event->has_replaced = event->has_grade_before = true;
    memcpy(event->replaced_id, predecessor->alert_id, sizeof event->replaced_id);
    event->grade_before = predecessor->grade;
    if (event->type == ALERT_VISIT_ARRIVED)
        event->type = ALERT_VISIT_UPGRADED;
    alert_event_identify(event);
}

size_t alert_event_predecessors(const struct alert_event *event,
                                struct alert_predecessor ret_predecessors[ALERT_PREDECESSORS_MAX])
{
    size_t count = 0;
    bool replaces = event->type == ALERT_VISIT_ARRIVED || event->type == ALERT_VISIT_UPGRADED ||
                    event->type == ALERT_VISIT_RETRACTED;
    if (!replaces)
        return 0;
    for (int grade = VISIT_A4; grade >= VISIT_A0; grade--) {
        const char *name = visit_grade_name((enum visit_grade)grade);
        static const enum alert_type types[] = {ALERT_VISIT_UPGRADED, ALERT_VISIT_ARRIVED};
        for (size_t i = 0; i < 2; i++) {
            ret_predecessors[count].grade = (enum visit_grade)grade;
            make_id(ret_predecessors[count++].alert_id, types[i], event->visit_id, name);
        }
    }
    if (event->type == ALERT_VISIT_RETRACTED) {
        ret_predecessors[count].grade = event->grade;
        make_id(ret_predecessors[count++].alert_id, ALERT_VISIT_DEPARTED, event->visit_id, "");
    }
    return count;
}

// --- conflicts and squawks ---------------------------------------------------------------------

static void add_conflict(const struct identity_conflict *conflict, const struct tracker *tracker,
                         const struct alert_event_sink *sink)
{
    const struct sighting *sighting =
        tracker != NULL ? tracker_sighting(tracker, conflict->icao24, conflict->emitter) : NULL;
    struct alert_event event =
        new_event(ALERT_IDENTITY_CONFLICT, conflict->icao24, conflict->second_at);
    if (sighting != NULL)
        event = of_sighting(ALERT_IDENTITY_CONFLICT, sighting, conflict->second_at);
    text_copy(event.icao24, sizeof event.icao24, conflict->icao24);
    event.position = conflict->second;
    event.between[0] = conflict->first_at;
    event.between[1] = conflict->second_at;
    if (conflict->kind == IDENTITY_TWO_EMITTERS)
        snprintf(event.reason, sizeof event.reason, "two tracks at the same time, %.0f nm apart",
                 conflict->distance_nm);
    else
        snprintf(event.reason, sizeof event.reason,
                 "%.0f nm apart, which would take %.0f kt; the type flies %.0f kt at most",
                 conflict->distance_nm, conflict->speed_kt, conflict->speed_limit_kt);
    digest_uuid(event.alert_id, "alert/identity.conflict/%s/%u/%u/%lld", conflict->icao24,
                (unsigned)conflict->kind, (unsigned)conflict->emitter,
                (long long)conflict->second_at);
    sink->take(sink->data, &event);
}

static void add_squawk(const struct track_point *point, const struct tracker *tracker,
                       const struct alert_event_sink *sink)
{
    if (point->seen.squawk[0] != '7' || alert_squawk_meaning(point->seen.squawk) == NULL)
        return;
    const struct sighting *sighting =
        tracker != NULL ? tracker_sighting(tracker, point->seen.icao24, point->emitter) : NULL;
    if (sighting == NULL)
        return; // a feed's guess that opened no sighting
    struct alert_event event =
        of_sighting(ALERT_SQUAWK_EMERGENCY, sighting, point->seen.observed_at);
    event.position = point->seen.position;
    event.altitude_ft = point->seen.altitude_baro_ft;
    text_copy(event.squawk, sizeof event.squawk, point->seen.squawk);
    make_id(event.alert_id, event.type, event.sighting_id, event.squawk);
    sink->take(sink->data, &event);
}

void alert_events_of_entry(const struct entry *entry, const struct tracker *tracker, utc_us now,
                           const struct alert_event_sink *sink)
{
    array_foreach (&entry->sightings, sighting)
        add_sighting(sighting, sink);
    array_foreach (&entry->visits, visit)
        add_visit(visit, tracker, now, sink);
    array_foreach (&entry->conflicts, conflict)
        add_conflict(conflict, tracker, sink);
    array_foreach (&entry->points, point)
        add_squawk(point, tracker, sink);
}

// --- without an entry --------------------------------------------------------------------------

static struct alert_event of_subject(enum alert_type type, const char *subject, const char *reason,
                                     utc_us happened_at)
{
    struct alert_event event = new_event(type, subject, happened_at);
    words_clean(reason, event.reason, sizeof event.reason); // cut between characters
    digest_uuid(event.alert_id, "alert/%s/%s/%lld", alert_type_row(type)->name, subject,
                (long long)happened_at);
    return event;
}

struct alert_event alert_event_of_feed(enum alert_type type, const char *feed, const char *reason,
                                       utc_us happened_at)
{
    struct alert_event event = of_subject(type, feed, reason, happened_at);
    text_copy(event.feeds[0], sizeof event.feeds[0], feed);
    event.feed_count = 1;
    return event;
}

struct alert_event alert_event_of_intake(enum alert_type type, const char *reason,
                                         utc_us happened_at)
{
    return of_subject(type, "journal", reason, happened_at);
}

struct alert_event alert_event_of_webhook(enum alert_type type, const char *webhook,
                                          const char *reason, utc_us happened_at)
{
    return of_subject(type, webhook, reason, happened_at);
}

static void copy_given(char *destination, size_t size, const char *source)
{
    if (source != NULL)
        words_clean(source, destination, size);
}

// A prediction is known by the day on which its time ended: the rest of a series' window moves with
// each better bracket of the visit before it.
static void identify_claim(struct alert_event *event, const struct alert_event_claim *claim)
{
    const char *type = alert_type_row(event->type)->name;
    char day[UTC_TEXT_SIZE];
    if (event->type == ALERT_CLAIM_OVERDUE)
        digest_uuid(event->alert_id, "alert/%s/%s/%s/%s", type, claim->claim_id, claim->clause,
                    utc_format_day(claim->window[1], day));
    else
        digest_uuid(event->alert_id, "alert/%s/%s/%s/%u", type, claim->claim_id, claim->verdict,
                    (unsigned)claim->number);
}

struct alert_event alert_event_of_claim(enum alert_type type, const struct alert_event_claim *claim,
                                        utc_us happened_at)
{
    struct alert_event event = of_subject(type, claim->claim_id, claim->statement, happened_at);
    copy_given(event.verdict, sizeof event.verdict, claim->verdict);
    copy_given(event.verdict_before, sizeof event.verdict_before, claim->verdict_before);
    copy_given(event.confidence, sizeof event.confidence, claim->confidence);
    if (type == ALERT_CLAIM_OVERDUE) {
        copy_given(event.clause, sizeof event.clause, claim->clause);
        copy_given(event.coverage, sizeof event.coverage, claim->coverage);
        event.between[0] = claim->window[0];
        event.between[1] = claim->window[1];
    }
    identify_claim(&event, claim);
    return event;
}
