// SPDX-License-Identifier: MIT
// A visit as it is announced: grade and brackets, and each reason with its threshold and the value
// met.
#include "track/aircraft_type.h"
#include "track/assess_parts.h"
#include "track/bracket.h"
#include "track/reason.h"

#include <math.h>
#include <string.h>

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
    reason_add(visit, limits[i].rule, distance_nm <= limits[i].limit_nm, limits[i].limit_nm,
               distance_nm);
}

static void add_ground_reasons(struct visit *visit, const struct place *field,
                               const struct visit_end *in)
{
    add_distance_reason(visit, field_distance_nm(field, in->ground_fix.position));
    reason_add(visit, VISIT_RULE_GROUND_REPORTS, in->ground_reports >= GROUND_REPORTS_MIN,
               GROUND_REPORTS_MIN, in->ground_reports);
    reason_add(visit, VISIT_RULE_GROUND_TIME, in->ground_time >= GROUND_TIME_MIN_US,
               utc_to_seconds(GROUND_TIME_MIN_US), utc_to_seconds(in->ground_time));
}

static void add_approach_reasons(struct visit *visit, const struct place *field,
                                 const struct visit_end *in, const char *type_code)
{
    struct candidate measured = assess_measured(field, in, false, type_code);
    int32_t height_ft = assess_last_height_ft(field, in);
    utc_us baro_only = in->heard_at - in->fix.at;
    add_distance_reason(visit, measured.distance_nm);
    if (height_ft != OBSERVATION_UNKNOWN)
        reason_add(visit, VISIT_RULE_LAST_HEIGHT, height_ft < DROPPED_BELOW_FT, DROPPED_BELOW_FT,
                   height_ft);
    reason_add(visit, VISIT_RULE_DESCENDING, in->rates_agreeing >= DROPPED_RATES_MIN,
               DROPPED_RATES_MIN, in->rates_agreeing);
    if (measured.angle_deg >= 0)
        reason_add(visit, VISIT_RULE_TOWARDS, !assess_points_away(&measured),
                   assess_towards_limit_deg(&measured), measured.angle_deg);
    if (measured.distance_nm > DESCENT_BEYOND_NM && measured.height_ft != OBSERVATION_UNKNOWN)
        reason_add(visit, VISIT_RULE_DESCENT_PATH, assess_leads_to(&measured),
                   DESCENT_MIN_FT_PER_NM, measured.height_ft / measured.distance_nm);
    if (baro_only > BARO_ONLY_MIN_US)
        reason_add(visit, VISIT_RULE_BARO_ONLY, baro_only <= BARO_ONLY_MAX_US,
                   utc_to_seconds(BARO_ONLY_MAX_US) / 60, utc_to_seconds(baro_only) / 60);
}

static void add_arrival_reasons(struct visit *visit, const struct place *field,
                                const struct visit_end *in, const char *type_code)
{
    if (in->ground)
        add_ground_reasons(visit, field, in);
    else if (in->has_fix)
        add_approach_reasons(visit, field, in, type_code);
    if (strcmp(in->aligned_field, field->id) != 0)
        return;
    reason_add(visit, VISIT_RULE_ALIGNED, in->aligned_us >= ALIGNED_MIN_US,
               utc_to_seconds(ALIGNED_MIN_US), utc_to_seconds(in->aligned_us));
    reason_add(visit, VISIT_RULE_ALIGNED_HEIGHT, in->aligned_lowest_ft < ALIGNED_LOW_FT,
               ALIGNED_LOW_FT, in->aligned_lowest_ft);
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
    struct candidate measured = assess_measured(judgement->field, out, true, type_code);
    add_distance_reason(visit, measured.distance_nm);
    if (measured.height_ft != OBSERVATION_UNKNOWN)
        reason_add(visit, VISIT_RULE_FIRST_HEIGHT, measured.height_ft < SPLIT_LOW_FT, SPLIT_LOW_FT,
                   measured.height_ft);
    reason_add(visit, VISIT_RULE_CLIMBING, out->rates_agreeing >= EMERGED_RATES_MIN,
               EMERGED_RATES_MIN, out->rates_agreeing);
}

static void add_doubt_reasons(struct visit *visit, const struct visit_end *end)
{
    if (end->flagged_share > 0)
        reason_add(visit, VISIT_RULE_FLAGGED_SHARE, end->flagged_share <= (float)FLAGGED_SHARE_MAX,
                   FLAGGED_SHARE_MAX, (double)end->flagged_share);
    if (end->mlat_share > 0)
        reason_add(visit, VISIT_RULE_MLAT_SHARE, end->mlat_share <= (float)MLAT_SHARE_MAX,
                   MLAT_SHARE_MAX, (double)end->mlat_share);
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
        double distance_nm = geodesy_distance_nm(stay->place_position, stay->out.fix.position);
        reason_add(visit, VISIT_RULE_DEPARTURE_UNSEEN, true, NAN, distance_nm);
    }
}

static void add_field_reasons(struct visit *visit, const struct judgement *judgement,
                              const char *type_code)
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
    struct judgement judgement = assess_judge(fields, stay, type_code);
    ret_visit->grade = judgement.grade;
    ret_visit->arrival_seen = judgement.in > ARRIVAL_NONE;
    ret_visit->departure_seen = judgement.out > DEPARTURE_NONE;
    ret_visit->position = best_position(stay);
    ret_visit->reason_count = 0;
    if (judgement.field == NULL)
        return;
    bracket_fill(judgement.field, stay, type_code, ret_visit);
    if (stay->in.present)
        add_arrival_reasons(ret_visit, judgement.field, &stay->in, type_code);
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
