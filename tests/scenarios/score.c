// SPDX-License-Identifier: MIT
#include "score.h"

#include <string.h>

struct judged {
    struct score *score;
    const char *name;
    FILE *complaints;
};

static void complain(const struct judged *judged, const char *what, const struct visit *visit,
                     const struct true_visit *truth)
{
    char times[6][UTC_TEXT_SIZE];
    if (judged->complaints == NULL)
        return;
    fprintf(judged->complaints, "%s: %s", judged->name, what);
    if (visit != NULL)
        fprintf(judged->complaints, "; said %s %s, came %s to %s, left %s to %s", visit->place,
                visit_grade_name(visit->grade), utc_format(visit->arrived_after, times[0]),
                utc_format(visit->arrived_before, times[1]),
                utc_format(visit->departed_after, times[2]),
                utc_format(visit->departed_before, times[3]));
    if (truth != NULL)
        fprintf(judged->complaints, "; truth %s %s to %s, at least %s, at most %s", truth->place,
                utc_format(truth->arrived, times[4]), utc_format(truth->departed, times[5]),
                visit_grade_name(truth->least), visit_grade_name(truth->most));
    fputc('\n', judged->complaints);
}

// Whether the visit, as it is said to have been, overlaps the true one in time.
static bool overlaps(const struct visit *visit, const struct true_visit *truth)
{
    utc_us said_from = visit->arrived_after, said_until = visit->departed_before;
    if (said_until == UTC_UNKNOWN)
        said_until = INT64_MAX;
    utc_us true_until = truth->departed == UTC_UNKNOWN ? INT64_MAX : truth->departed;
    utc_us true_from = truth->arrived; // UTC_UNKNOWN is the smallest
    return said_from <= true_until && said_until >= true_from;
}

static const struct visit *find(const struct followed *followed, const char *icao24,
                                const struct true_visit *truth)
{
    const struct visit *best = NULL;
    array_foreach (&followed->visits, visit)
        if (visit->state != VISIT_SUPERSEDED && strcmp(visit->icao24, icao24) == 0 &&
            strcmp(visit->place, truth->place) == 0 && overlaps(visit, truth) &&
            (best == NULL || visit->grade > best->grade))
            best = visit;
    return best;
}

static void judge_end(const struct judged *judged, const struct visit *visit,
                      const struct true_visit *truth, utc_us after, utc_us before, utc_us true_time,
                      const char *what)
{
    if (before == UTC_UNKNOWN)
        return; // nothing is said of this end
    judged->score->brackets++;
    if (true_time != UTC_UNKNOWN && after <= true_time && true_time <= before)
        return;
    // A visit that began before the scenario has no true arrival to be held against.
    if (true_time == UTC_UNKNOWN && after == UTC_UNKNOWN)
        return;
    judged->score->brackets_wrong++;
    complain(judged, what, visit, truth);
}

static void judge_true_visit(const struct judged *judged, const struct followed *followed,
                             const char *icao24, const struct true_visit *truth)
{
    struct score *score = judged->score;
    const struct visit *visit = find(followed, icao24, truth);
    enum visit_grade grade = visit == NULL ? VISIT_A0 : visit->grade;
    score->true_visits++;
    score->expected += truth->least >= VISIT_A2;
    if (truth->least >= VISIT_A2 && grade < VISIT_A2) {
        score->missed++;
        complain(judged, "missed", visit, truth);
    }
    if (grade >= VISIT_A2) {
        if (truth->least >= VISIT_A2)
            score->found++;
        else
            score->found_beyond++;
    }
    if (grade < truth->least) {
        score->grades_too_low++;
        complain(judged, "grade too low", visit, truth);
    }
    if (visit == NULL)
        return;
    if (grade > truth->most) {
        score->grades_too_high++;
        complain(judged, "grade too high", visit, truth);
    }
    judge_end(judged, visit, truth, visit->arrived_after, visit->arrived_before, truth->arrived,
              "arrival outside its bracket");
    judge_end(judged, visit, truth, visit->departed_after, visit->departed_before, truth->departed,
              "departure outside its bracket");
}

static bool is_true(const struct world *world, const struct visit *visit, bool *ret_elsewhere)
{
    *ret_elsewhere = false;
    for (size_t i = 0; i < world->flight_count; i++) {
        const struct flight *flight = &world->flights[i];
        if (strcmp(flight->icao24, visit->icao24) != 0)
            continue;
        array_foreach (&flight->visits, truth) {
            if (!overlaps(visit, truth))
                continue;
            if (strcmp(truth->place, visit->place) == 0)
                return true;
            *ret_elsewhere = true;
        }
    }
    return false;
}

void score_add(struct score *score, const struct world *world, const struct followed *followed,
               const char *name, FILE *complaints)
{
    struct judged judged = {score, name, complaints};
    score->scenarios++;
    for (size_t i = 0; i < world->flight_count; i++)
        array_foreach (&world->flights[i].visits, truth)
            judge_true_visit(&judged, followed, world->flights[i].icao24, truth);
    array_foreach (&followed->visits, visit) {
        bool elsewhere;
        if (visit->state == VISIT_SUPERSEDED || visit->grade < VISIT_A2)
            continue;
        if (is_true(world, visit, &elsewhere)) {
            score->field_right++;
            continue;
        }
        score->field_wrong += elsewhere;
        score->false_visits++;
        complain(&judged, "false visit", visit, NULL);
    }
}
