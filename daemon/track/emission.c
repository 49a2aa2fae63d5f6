// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "track/assess.h"
#include "track/reason.h"
#include "track/state.h"

#include <math.h>
#include <string.h>

static bool is_same_sighting(const struct sighting *first, const struct sighting *second)
{
    return first->opened_at == second->opened_at && first->emitter == second->emitter &&
           strcmp(first->icao24, second->icao24) == 0;
}

void emission_add(struct track_step *step, struct track *track, bool path_changed)
{
    struct sighting_array *sightings = &step->effects->sightings;
    struct sighting *slot = NULL;
    // The newest state of each, once: an earlier one of this step is overwritten.
    if (track->effect_index < sightings->count &&
        is_same_sighting(&sightings->items[track->effect_index], &track->sighting))
        slot = &sightings->items[track->effect_index];
    bool path_changed_before = slot != NULL && slot->path_changed;
    if (slot == NULL) {
        slot = array_append(sightings);
        track->effect_index = sightings->count - 1;
    }
    *slot = track->sighting;
    slot->path_changed = path_changed || path_changed_before;
    track->changed = false;
}

static bool is_same_visit(const struct visit *first, const struct visit *second)
{
    return first->anchored_at == second->anchored_at && first->emitter == second->emitter &&
           strcmp(first->place, second->place) == 0 && strcmp(first->icao24, second->icao24) == 0;
}

static void name_sides(const struct stay *stay, struct visit *visit)
{
    visit->sighting_in = stay->in.present ? stay->in.sighting_at : UTC_UNKNOWN;
    visit->sighting_out = stay->out.present ? stay->out.sighting_at
                          : stay->gone      ? stay->out.sighting_at
                                            : UTC_UNKNOWN;
    text_copy(visit->callsign_in, sizeof visit->callsign_in, stay->in.callsign);
    text_copy(visit->callsign_out, sizeof visit->callsign_out, stay->out.callsign);
}

static enum visit_state next_state(const struct stay *stay, enum visit_grade grade)
{
    bool sure = stay->in.ground || stay->out.present || stay->gone;
    if (stay->state == VISIT_SUPERSEDED)
        return VISIT_SUPERSEDED;
    if (!stay->announced)
        return sure ? VISIT_CONFIRMED : VISIT_PROVISIONAL;
    if (grade > stay->grade)
        return VISIT_UPGRADED;
    return sure && stay->state == VISIT_PROVISIONAL ? VISIT_CONFIRMED : stay->state;
}

static void add_superseded_reason(const struct stay_end_reason *superseded, struct visit *visit)
{
    // The reason why it no longer stands must not be the one that found no room.
    if (visit->reason_count == VISIT_REASONS_MAX)
        visit->reason_count--;
    reason_add(visit, superseded->rule, false, superseded->threshold, superseded->value);
    reason_name_place(visit, superseded->place, superseded->distance_nm);
}

static struct visit *visit_slot(struct track_step *step, struct track *track,
                                const struct visit *visit)
{
    struct visit_array *visits = &step->effects->visits;
    if (track->visit_effect_index < visits->count &&
        is_same_visit(&visits->items[track->visit_effect_index], visit))
        return &visits->items[track->visit_effect_index];
    track->visit_effect_index = visits->count;
    return array_append(visits);
}

void emission_add_visit(struct track_step *step, struct track *track)
{
    struct stay *stay = track->stay;
    const struct sighting *sighting = &track->sighting;
    // Zeroed whole, padding too, so that equal visits are equal bytes.
    struct visit visit;
    memset(&visit, 0, sizeof visit);
    text_copy(visit.icao24, sizeof visit.icao24, sighting->icao24);
    visit.emitter = sighting->emitter;
    text_copy(visit.place, sizeof visit.place, stay->place);
    visit.anchored_at = stay->anchored_at;
    text_copy(visit.registration, sizeof visit.registration, sighting->registration);
    text_copy(visit.type_code, sizeof visit.type_code, sighting->type_code);
    visit.watch_mask = sighting->watch_mask;
    visit.arrived_after = visit.arrived_before = UTC_UNKNOWN;
    visit.departed_after = visit.departed_before = UTC_UNKNOWN;
    name_sides(stay, &visit);
    assess_visit(step->tracker->fields, stay, sighting->type_code, &visit);
    if (stay->state == VISIT_SUPERSEDED && step->superseded != NULL)
        add_superseded_reason(step->superseded, &visit);
    stay->state = visit.state = next_state(stay, visit.grade);
    stay->grade = visit.grade;
    stay->announced = true;
    *visit_slot(step, track, &visit) = visit;
}

void emission_add_conflict(struct track_step *step, enum identity_conflict_kind kind,
                           uint32_t emitter, const struct track_fix *first,
                           const struct track_fix *second, double speed_limit_kt)
{
    struct identity_conflict *conflict = array_append(&step->effects->conflicts);
    text_copy(conflict->icao24, sizeof conflict->icao24, step->aircraft->icao24);
    conflict->kind = kind;
    conflict->emitter = emitter;
    conflict->first_at = first->observed_at;
    conflict->second_at = second->observed_at;
    conflict->first = first->position;
    conflict->second = second->position;
    conflict->distance_nm = geodesy_distance_nm(first->position, second->position);
    double hours = fabs(utc_to_seconds(second->at - first->at)) / 3600.0;
    conflict->speed_kt = hours > 0 ? conflict->distance_nm / hours : INFINITY;
    conflict->speed_limit_kt = speed_limit_kt;
}
