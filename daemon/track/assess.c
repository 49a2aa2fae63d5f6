// SPDX-License-Identifier: MIT
#include "track/assess.h"

#include "track/aircraft_type.h"
#include "track/bracket.h"
#include "track/candidate.h"
#include "track/reason.h"

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

size_t assess_candidates(const struct field_index *fields, const struct visit_end *end, bool departing,
                         double within_nm, const char *favoured, const char *type_code,
                         struct candidate *ret_candidates)
{
    struct candidate_question question =
        question_of(end, departing, within_nm, favoured, type_code);
    return end->has_fix ? candidates_find(fields, &question, ret_candidates) : 0;
}

static bool is_aligned_to(const struct visit_end *in, const struct place *field)
{
    return in->aligned_us >= ALIGNED_MIN_US && strcmp(in->aligned_field, field->id) == 0;
}

static double towards_limit_deg(const struct candidate *measured)
{
    return measured->distance_nm > PROBABLE_FIELD_NM ? TOWARDS_FAR_MAX_DEG : TOWARDS_MAX_DEG;
}

static bool points_away(const struct candidate *measured)
{
    return measured->distance_nm > HYSTERESIS_IN_NM &&
           measured->angle_deg > towards_limit_deg(measured);
}

// Whether the path leads to this field: towards it, and not ending short of it.
static bool leads_to(const struct candidate *measured)
{
    if (points_away(measured))
        return false;
    return measured->distance_nm <= DESCENT_BEYOND_NM || measured->height_ft == OBSERVATION_UNKNOWN ||
           measured->height_ft >= DESCENT_MIN_FT_PER_NM * measured->distance_nm;
}

// The newest height above the field, also where only the barometric altitude was still usable.
static int32_t last_height_ft(const struct place *field, const struct visit_end *in)
{
    if (in->heard_altitude_ft == OBSERVATION_UNKNOWN)
        return OBSERVATION_UNKNOWN;
    return in->heard_altitude_ft -
           (field->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : field->elevation_ft);
}

static enum arrival_strength arrival_in_the_air(const struct place *field, const struct visit_end *in,
                                                const char *type_code)
{
    struct candidate_question question =
        question_of(in, false, PROBABLE_FIELD_NM, "", type_code);
    struct candidate measured = candidate_measure(field, &question);
    bool descending = in->rates_agreeing >= DROPPED_RATES_MIN;
    bool aligned = is_aligned_to(in, field);
    if (measured.distance_nm > HEADED_FIELD_NM || (!descending && !aligned))
        return ARRIVAL_NONE;
    if (points_away(&measured))
        return ARRIVAL_NONE;
    if (in->jumped || in->heard_at - in->fix.at > BARO_ONLY_MAX_US ||
        measured.distance_nm > PROBABLE_FIELD_NM || !leads_to(&measured))
        return ARRIVAL_HEADED;
    int32_t height_ft = last_height_ft(field, in);
    if (height_ft == OBSERVATION_UNKNOWN)
        return ARRIVAL_HEADED;
    if (height_ft < DROPPED_BELOW_FT)
        return aligned && in->aligned_lowest_ft < ALIGNED_LOW_FT ? ARRIVAL_ALIGNED_LOW : ARRIVAL_DROPPED;
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
    struct candidate_question question =
        question_of(out, true, PROBABLE_FIELD_NM, "", type_code);
    struct candidate measured = candidate_measure(field, &question);
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
    // The stop is bracketed, and the end that is low is the departure [inference: the table's mirror].
    if (in == ARRIVAL_FADED && out == DEPARTURE_EMERGED_LOW)
        return VISIT_A3;
    if (in >= ARRIVAL_DROPPED || out >= DEPARTURE_EMERGED)
        return VISIT_A2;
    return VISIT_A1;
}

// How well an end that was seen in the air fits a field; nothing beyond `within_nm`.
static double fit(const struct place *field, const struct visit_end *end, bool departing, double within_nm,
                  const char *type_code, struct candidate *ret_measured)
{
    struct candidate_question question = question_of(end, departing, within_nm, "", type_code);
    *ret_measured = candidate_measure(field, &question);
    return ret_measured->distance_nm <= within_nm ? ret_measured->score : 0;
}

static bool is_airborne_end(const struct visit_end *end)
{
    return end->present && end->has_fix && !end->ground;
}

double assess_fit(const struct place *field, const struct visit_end *in, const struct visit_end *out,
                  double within_nm, const char *type_code)
{
    struct candidate measured;
    double sum = 0;
    if (in != NULL && is_airborne_end(in))
        sum += fit(field, in, false, within_nm, type_code, &measured);
    if (out != NULL && is_airborne_end(out))
        sum += fit(field, out, true, within_nm, type_code, &measured);
    return sum;
}

struct rival {
    const struct place *field;
    double distance_nm; // from the end at which it was found
    double fit;
};

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

// The best field other than the stay's own, by both ends that were seen in the air; its fit as a share of
// the own one's.
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
                                     enum arrival_strength in, enum departure_strength out, double ratio)
{
    bool doubtful = is_flagged(&stay->in) || is_flagged(&stay->out) || is_computed(&stay->in) ||
                    is_computed(&stay->out) || stay->in.jumped;
    if (doubtful && grade > VISIT_A2)
        grade = VISIT_A2;
    // Another field would do as well, and nothing shows the runway.
    bool runway_shown =
        in >= ARRIVAL_ALIGNED_LOW || out == DEPARTURE_TOOK_OFF || stay->in.aligned_us >= ALIGNED_LONG_US;
    if (!runway_shown && ratio > RUNNER_UP_RATIO && grade > VISIT_A1)
        grade = VISIT_A1;
    return grade;
}

struct judgement {
    const struct place *field;
    enum arrival_strength in;
    enum departure_strength out;
    struct rival runner_up;
    double runner_up_ratio;
    enum visit_grade grade;
};

static struct judgement judge(const struct field_index *fields, const struct stay *stay,
                              const char *type_code)
{
    struct judgement judgement = {.field = field_by_id(fields, stay->place), .grade = VISIT_A1};
    if (judgement.field == NULL)
        return judgement; // the places were changed since: nothing more can be said
    judgement.in = assess_arrival(judgement.field, &stay->in, type_code);
    judgement.out = assess_departure(judgement.field, &stay->out, type_code);
    judgement.runner_up =
        runner_up(fields, stay, judgement.field, type_code, &judgement.runner_up_ratio);
    judgement.grade = capped_grade(stay, grade_of_strengths(judgement.in, judgement.out), judgement.in,
                                   judgement.out, judgement.runner_up_ratio);
    return judgement;
}

enum visit_grade assess_grade(const struct field_index *fields, const struct stay *stay,
                              const char *type_code)
{
    return judge(fields, stay, type_code).grade;
}

// ---- Reasons -----------------------------------------------------------------------------------------------

static void add_distance_reason(struct visit *visit, double distance_nm)
{
    static const struct {
        enum visit_rule rule;
        double limit_nm;
    } limits[] = {
        {VISIT_RULE_ON_FIELD, ON_FIELD_NM},
        {VISIT_RULE_NAMED_FIELD, NAMED_FIELD_NM},
        {VISIT_RULE_PROBABLE_FIELD, PROBABLE_FIELD_NM},
        {VISIT_RULE_HEADED_FIELD, HEADED_FIELD_NM},
    };
    size_t i = 0;
    while (i < 3 && distance_nm > limits[i].limit_nm)
        i++;
    reason_add(visit, limits[i].rule, distance_nm <= limits[i].limit_nm, limits[i].limit_nm, distance_nm);
}

static void add_arrival_reasons(struct visit *visit, const struct judgement *judgement,
                                const struct visit_end *in, const char *type_code)
{
    const struct place *field = judgement->field;
    if (in->ground) {
        add_distance_reason(visit, field_distance_nm(field, in->ground_fix.position));
        reason_add(visit, VISIT_RULE_GROUND_REPORTS, in->ground_reports >= GROUND_REPORTS_MIN,
                   GROUND_REPORTS_MIN, in->ground_reports);
        reason_add(visit, VISIT_RULE_GROUND_TIME, in->ground_time >= GROUND_TIME_MIN_US,
                   utc_to_seconds(GROUND_TIME_MIN_US), utc_to_seconds(in->ground_time));
    }
    if (in->has_fix && !in->ground) {
        struct candidate_question question =
            question_of(in, false, PROBABLE_FIELD_NM, "", type_code);
        struct candidate measured = candidate_measure(field, &question);
        add_distance_reason(visit, measured.distance_nm);
        int32_t height_ft = last_height_ft(field, in);
        if (height_ft != OBSERVATION_UNKNOWN)
            reason_add(visit, VISIT_RULE_LAST_HEIGHT, height_ft < DROPPED_BELOW_FT, DROPPED_BELOW_FT,
                       height_ft);
        reason_add(visit, VISIT_RULE_DESCENDING, in->rates_agreeing >= DROPPED_RATES_MIN,
                   DROPPED_RATES_MIN, in->rates_agreeing);
        if (measured.angle_deg >= 0)
            reason_add(visit, VISIT_RULE_TOWARDS, !points_away(&measured),
                       towards_limit_deg(&measured), measured.angle_deg);
        if (measured.distance_nm > DESCENT_BEYOND_NM && measured.height_ft != OBSERVATION_UNKNOWN)
            reason_add(visit, VISIT_RULE_DESCENT_PATH, leads_to(&measured), DESCENT_MIN_FT_PER_NM,
                       measured.height_ft / measured.distance_nm);
        if (in->heard_at - in->fix.at > BARO_ONLY_MIN_US)
            reason_add(visit, VISIT_RULE_BARO_ONLY, in->heard_at - in->fix.at <= BARO_ONLY_MAX_US,
                       utc_to_seconds(BARO_ONLY_MAX_US) / 60,
                       utc_to_seconds(in->heard_at - in->fix.at) / 60);
    }
    if (strcmp(in->aligned_field, field->id) == 0) {
        reason_add(visit, VISIT_RULE_ALIGNED, in->aligned_us >= ALIGNED_MIN_US,
                   utc_to_seconds(ALIGNED_MIN_US), utc_to_seconds(in->aligned_us));
        reason_add(visit, VISIT_RULE_ALIGNED_HEIGHT, in->aligned_lowest_ft < ALIGNED_LOW_FT,
                   ALIGNED_LOW_FT, in->aligned_lowest_ft);
    }
}

static void add_departure_reasons(struct visit *visit, const struct judgement *judgement,
                                  const struct visit_end *out, const char *type_code)
{
    if (out->ground) {
        add_distance_reason(visit, field_distance_nm(judgement->field, out->ground_fix.position));
        reason_add(visit, VISIT_RULE_TOOK_OFF, true, NAN,
                   utc_to_seconds(out->fix.at - out->ground_fix.at));
        return;
    }
    struct candidate_question question =
        question_of(out, true, PROBABLE_FIELD_NM, "", type_code);
    struct candidate measured = candidate_measure(judgement->field, &question);
    add_distance_reason(visit, measured.distance_nm);
    if (measured.height_ft != OBSERVATION_UNKNOWN)
        reason_add(visit, VISIT_RULE_FIRST_HEIGHT, measured.height_ft < SPLIT_LOW_FT, SPLIT_LOW_FT,
                   measured.height_ft);
    reason_add(visit, VISIT_RULE_CLIMBING, out->rates_agreeing >= EMERGED_RATES_MIN, EMERGED_RATES_MIN,
               out->rates_agreeing);
}

static void add_doubt_reasons(struct visit *visit, const struct visit_end *end)
{
    if (end->flagged_share > 0)
        reason_add(visit, VISIT_RULE_FLAGGED_SHARE, end->flagged_share <= (float)FLAGGED_SHARE_MAX,
                   FLAGGED_SHARE_MAX, (double)end->flagged_share);
    if (end->mlat_share > 0)
        reason_add(visit, VISIT_RULE_MLAT_SHARE, end->mlat_share <= (float)MLAT_SHARE_MAX, MLAT_SHARE_MAX,
                   (double)end->mlat_share);
    if (end->jumped)
        reason_add(visit, VISIT_RULE_JUMP, false, NAN, NAN);
}


static void add_stay_reasons(struct visit *visit, const struct stay *stay)
{
    if (stay->in.present && stay->out.present && !stay->out.ground) {
        utc_us away = stay->out.fix.at - (stay->in.ground ? stay->ground_until : stay->in.heard_at);
        reason_add(visit, VISIT_RULE_TURN_ROUND, away >= TURN_ROUND_MIN_US,
                   utc_to_seconds(TURN_ROUND_MIN_US) / 60, utc_to_seconds(away) / 60);
    }
    if (stay->gone) {
        double distance_nm = geodesy_distance_nm(stay->place_position, stay->gone_fix.position);
        reason_add(visit, VISIT_RULE_DEPARTURE_UNSEEN, true, NAN, distance_nm);
    }
}

static void add_field_reasons(struct visit *visit, const struct judgement *judgement, const char *type_code)
{
    const struct rival *other = &judgement->runner_up;
    if (other->field != NULL) {
        reason_add(visit, VISIT_RULE_RUNNER_UP, judgement->runner_up_ratio <= RUNNER_UP_RATIO,
                   RUNNER_UP_RATIO, judgement->runner_up_ratio);
        reason_name_place(visit, other->field->id, other->distance_nm);
    }
    int32_t longest_ft = place_longest_runway_ft(judgement->field);
    int needed_ft = aircraft_type_find(type_code)->runway_min_ft;
    if (longest_ft > 0 && needed_ft > 0)
        reason_add(visit, VISIT_RULE_RUNWAY, longest_ft >= needed_ft, needed_ft, longest_ft);
}

static struct position best_position(const struct stay *stay)
{
    if (stay->in.ground)
        return stay->in.ground_fix.position;
    if (stay->out.present && stay->out.ground)
        return stay->out.ground_fix.position;
    return stay->in.has_fix ? stay->in.fix.position : stay->out.fix.position;
}

void assess_visit(const struct field_index *fields, const struct stay *stay, const char *type_code,
                  struct visit *ret_visit)
{
    struct judgement judgement = judge(fields, stay, type_code);
    ret_visit->grade = judgement.grade;
    ret_visit->arrival_seen = judgement.in > ARRIVAL_NONE;
    ret_visit->departure_seen = judgement.out > DEPARTURE_NONE;
    ret_visit->position = best_position(stay);
    ret_visit->reason_count = 0;
    if (judgement.field == NULL)
        return;
    bracket_fill(judgement.field, stay, type_code, ret_visit);
    if (stay->in.present)
        add_arrival_reasons(ret_visit, &judgement, &stay->in, type_code);
    if (stay->out.present)
        add_departure_reasons(ret_visit, &judgement, &stay->out, type_code);
    add_stay_reasons(ret_visit, stay);
    add_field_reasons(ret_visit, &judgement, type_code);
    reason_add(ret_visit, VISIT_RULE_BRACKET_SPEED, true, NAN, bracket_speed_kt(type_code));
    if (stay->in.present)
        add_doubt_reasons(ret_visit, &stay->in);
    if (stay->out.present)
        add_doubt_reasons(ret_visit, &stay->out);
}
