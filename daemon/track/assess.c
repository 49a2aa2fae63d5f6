// SPDX-License-Identifier: MIT
#include "track/assess_parts.h"

#include "track/candidate.h"

#include <math.h>
#include <string.h>

static struct candidate_question question_of(const struct visit_end *end, bool departing,
                                             double within_nm, const char *favoured,
                                             const char *type_code)
{
    return (struct candidate_question){
        .fix = &end->fix,
        .altitude_ft = end->fix.altitude_ft != OBSERVATION_UNKNOWN ? end->fix.altitude_ft
                                                                   : end->heard_altitude_ft,
        .type_code = type_code,
        .within_nm = within_nm,
        .departing = departing,
        .aligned_field = departing ? "" : end->aligned_field,
        .aligned_us = departing ? 0 : end->aligned_us,
        .favoured = favoured,
    };
}

struct candidate assess_measured(const struct place *field, const struct visit_end *end,
                                 bool departing, const char *type_code)
{
    struct candidate_question question =
        question_of(end, departing, PROBABLE_FIELD_NM, "", type_code);
    return candidate_measure(field, &question);
}

size_t assess_candidates(const struct field_index *fields, const struct visit_end *end,
                         bool departing, double within_nm, const char *favoured,
                         const char *type_code, struct candidate *ret_candidates)
{
    struct candidate_question question =
        question_of(end, departing, within_nm, favoured, type_code);
    return end->has_fix ? candidates_find(fields, &question, ret_candidates) : 0;
}

static bool is_aligned_to(const struct visit_end *in, const struct place *field)
{
    return in->aligned_us >= ALIGNED_MIN_US && strcmp(in->aligned_field, field->id) == 0;
}

double assess_towards_limit_deg(const struct candidate *measured)
{
    return measured->distance_nm > PROBABLE_FIELD_NM ? TOWARDS_FAR_MAX_DEG : TOWARDS_MAX_DEG;
}

bool assess_points_away(const struct candidate *measured)
{
    return measured->distance_nm > HYSTERESIS_IN_NM &&
           measured->angle_deg > assess_towards_limit_deg(measured);
}

// Whether the path leads to this field: towards it, and not ending short of it.
bool assess_leads_to(const struct candidate *measured)
{
    if (assess_points_away(measured))
        return false;
    return measured->distance_nm <= DESCENT_BEYOND_NM ||
           measured->height_ft == OBSERVATION_UNKNOWN ||
           measured->height_ft >= DESCENT_MIN_FT_PER_NM * measured->distance_nm;
}

// The newest height above the field, also where only the barometric altitude was still usable.
int32_t assess_last_height_ft(const struct place *field, const struct visit_end *in)
{
    if (in->heard_altitude_ft == OBSERVATION_UNKNOWN)
        return OBSERVATION_UNKNOWN;
    return in->heard_altitude_ft -
           (field->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : field->elevation_ft);
}

static enum arrival_strength arrival_in_the_air(const struct place *field,
                                                const struct visit_end *in, const char *type_code)
{
    struct candidate measured = assess_measured(field, in, false, type_code);
    bool descending = in->rates_agreeing >= DROPPED_RATES_MIN;
    bool aligned = is_aligned_to(in, field);
    if (measured.distance_nm > HEADED_FIELD_NM || (!descending && !aligned))
        return ARRIVAL_NONE;
    if (assess_points_away(&measured))
        return ARRIVAL_NONE;
    if (in->jumped || in->heard_at - in->fix.at > BARO_ONLY_MAX_US ||
        measured.distance_nm > PROBABLE_FIELD_NM || !assess_leads_to(&measured))
        return ARRIVAL_HEADED;
    int32_t height_ft = assess_last_height_ft(field, in);
    if (height_ft == OBSERVATION_UNKNOWN)
        return ARRIVAL_HEADED;
    if (height_ft < DROPPED_BELOW_FT)
        return aligned && in->aligned_lowest_ft < ALIGNED_LOW_FT ? ARRIVAL_ALIGNED_LOW
                                                                 : ARRIVAL_DROPPED;
    return height_ft < SPLIT_LOW_FT ? ARRIVAL_FADED : ARRIVAL_HEADED;
}

enum arrival_strength assess_arrival(const struct place *field, const struct visit_end *in,
                                     const char *type_code)
{
    if (!in->present)
        return ARRIVAL_NONE;
    if (in->ground) {
        double distance_nm = field_distance_nm(field, in->ground_fix.position);
        if (in->jumped)
            return distance_nm <= HEADED_FIELD_NM ? ARRIVAL_HEADED : ARRIVAL_NONE;
        if (distance_nm <= ON_FIELD_NM)
            return ARRIVAL_GROUND;
        if (distance_nm <= NAMED_FIELD_NM)
            return ARRIVAL_DROPPED;
    }
    return in->has_fix ? arrival_in_the_air(field, in, type_code) : ARRIVAL_NONE;
}

enum departure_strength assess_departure(const struct place *field, const struct visit_end *out,
                                         const char *type_code)
{
    if (!out->present || out->jumped)
        return DEPARTURE_NONE;
    if (out->ground) {
        double distance_nm = field_distance_nm(field, out->ground_fix.position);
        if (distance_nm <= ON_FIELD_NM)
            return DEPARTURE_TOOK_OFF;
        if (distance_nm <= NAMED_FIELD_NM)
            return DEPARTURE_EMERGED_LOW;
    }
    if (!out->has_fix || out->rates_agreeing < EMERGED_RATES_MIN)
        return DEPARTURE_NONE;
    struct candidate measured = assess_measured(field, out, true, type_code);
    if (measured.distance_nm > PROBABLE_FIELD_NM || measured.height_ft == OBSERVATION_UNKNOWN)
        return DEPARTURE_NONE;
    if (measured.height_ft < DROPPED_BELOW_FT)
        return DEPARTURE_EMERGED_LOW;
    return measured.height_ft < SPLIT_LOW_FT ? DEPARTURE_EMERGED : DEPARTURE_NONE;
}

static enum visit_grade grade_of_strengths(enum arrival_strength in, enum departure_strength out)
{
    if (in >= ARRIVAL_ALIGNED_LOW && out >= DEPARTURE_EMERGED)
        return VISIT_A4;
    if (in == ARRIVAL_GROUND || out == DEPARTURE_TOOK_OFF)
        return VISIT_A3;
    if (in >= ARRIVAL_DROPPED && out >= DEPARTURE_EMERGED)
        return VISIT_A3;
    // The stop is bracketed, and the end that is low is the departure [inference: the table's
    // mirror].
    if (in == ARRIVAL_FADED && out == DEPARTURE_EMERGED_LOW)
        return VISIT_A3;
    if (in >= ARRIVAL_DROPPED || out >= DEPARTURE_EMERGED)
        return VISIT_A2;
    return VISIT_A1;
}

// How well an end that was seen in the air fits a field; nothing beyond `within_nm`.
static double fit(const struct place *field, const struct visit_end *end, bool departing,
                  double within_nm, const char *type_code, struct candidate *ret_measured)
{
    struct candidate_question question = question_of(end, departing, within_nm, "", type_code);
    *ret_measured = candidate_measure(field, &question);
    return ret_measured->distance_nm <= within_nm ? ret_measured->score : 0;
}

static bool is_airborne_end(const struct visit_end *end)
{
    return end->present && end->has_fix && !end->ground;
}

double assess_fit(const struct place *field, const struct visit_end *in,
                  const struct visit_end *out, double within_nm, const char *type_code)
{
    struct candidate measured;
    double sum = 0;
    if (in != NULL && is_airborne_end(in))
        sum += fit(field, in, false, within_nm, type_code, &measured);
    if (out != NULL && is_airborne_end(out))
        sum += fit(field, out, true, within_nm, type_code, &measured);
    return sum;
}

static void look_for_rivals(const struct field_index *fields, const struct stay *stay,
                            const struct place *field, bool departing, double within_nm,
                            const char *type_code, struct rival *best)
{
    const struct visit_end *end = departing ? &stay->out : &stay->in;
    struct candidate candidates[CANDIDATES_MAX];
    if (!is_airborne_end(end))
        return;
    // Fields farther off than can be meant still tell the reader what else was near.
    size_t count =
        assess_candidates(fields, end, departing, HEADED_FIELD_NM, "", type_code, candidates);
    for (size_t i = 0; i < count; i++) {
        if (candidates[i].field == field)
            continue;
        double sum = assess_fit(candidates[i].field, &stay->in, &stay->out, within_nm, type_code);
        if (best->field == NULL || sum > best->fit)
            *best = (struct rival){candidates[i].field, candidates[i].distance_nm, sum};
    }
}

// The best field other than the stay's own, by both ends that were seen in the air; its fit as a
// share of the own one's.
static struct rival runner_up(const struct field_index *fields, const struct stay *stay,
                              const struct place *field, const char *type_code, double *ret_ratio)
{
    const struct visit_end *nearer = is_airborne_end(&stay->in) ? &stay->in : &stay->out;
    struct rival best = {0};
    *ret_ratio = 0;
    if (!is_airborne_end(nearer))
        return best;
    bool near = field_distance_nm(field, nearer->fix.position) <= PROBABLE_FIELD_NM;
    double within_nm = near ? PROBABLE_FIELD_NM : HEADED_FIELD_NM;
    look_for_rivals(fields, stay, field, false, within_nm, type_code, &best);
    look_for_rivals(fields, stay, field, true, within_nm, type_code, &best);
    double own = assess_fit(field, &stay->in, &stay->out, within_nm, type_code);
    if (best.field != NULL)
        *ret_ratio = own > 0 ? best.fit / own : INFINITY;
    return best;
}

static bool is_flagged(const struct visit_end *end)
{
    return end->present && (double)end->flagged_share > FLAGGED_SHARE_MAX;
}

static bool is_computed(const struct visit_end *end)
{
    return end->present && !end->ground && (double)end->mlat_share > MLAT_SHARE_MAX;
}

static enum visit_grade capped_grade(const struct stay *stay, enum visit_grade grade,
                                     enum arrival_strength in, enum departure_strength out,
                                     double ratio)
{
    bool doubtful = is_flagged(&stay->in) || is_flagged(&stay->out) || is_computed(&stay->in) ||
                    is_computed(&stay->out) || stay->in.jumped;
    if (doubtful && grade > VISIT_A2)
        grade = VISIT_A2;
    // Another field would do as well, and nothing shows the runway.
    bool runway_shown = in >= ARRIVAL_ALIGNED_LOW || out == DEPARTURE_TOOK_OFF ||
                        stay->in.aligned_us >= ALIGNED_LONG_US;
    if (!runway_shown && ratio > RUNNER_UP_RATIO && grade > VISIT_A1)
        grade = VISIT_A1;
    return grade;
}

struct judgement assess_judge(const struct field_index *fields, const struct stay *stay,
                              const char *type_code)
{
    struct judgement judgement = {.field = field_by_id(fields, stay->place), .grade = VISIT_A1};
    if (judgement.field == NULL)
        return judgement; // the places were changed since: nothing more can be said
    judgement.in = assess_arrival(judgement.field, &stay->in, type_code);
    judgement.out = assess_departure(judgement.field, &stay->out, type_code);
    judgement.runner_up =
        runner_up(fields, stay, judgement.field, type_code, &judgement.runner_up_ratio);
    judgement.grade = capped_grade(stay, grade_of_strengths(judgement.in, judgement.out),
                                   judgement.in, judgement.out, judgement.runner_up_ratio);
    return judgement;
}
