// SPDX-License-Identifier: MIT
#include "track/candidate.h"

#include "feed/observation.h"
#include "track/aircraft_type.h"
#include "track/thresholds.h"

#include <math.h>
#include <string.h>

#define FIELDS_LOOKED_AT 32

static double between_0_and_1(double value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

static bool runway_is_long_enough(const struct place *field, const char *type_code)
{
    int32_t longest_ft = place_longest_runway_ft(field);
    return longest_ft == 0 || longest_ft >= aircraft_type_find(type_code)->runway_min_ft;
}

static double angle_of(const struct place *field, const struct candidate_question *question)
{
    if (!isfinite(question->fix->track_deg))
        return NAN;
    double way_deg = question->departing
                         ? geodesy_bearing_deg(field->reference, question->fix->position)
                         : geodesy_bearing_deg(question->fix->position, field->reference);
    return geodesy_angle_between_deg((double)question->fix->track_deg, way_deg);
}

// Towards the field counts fully, away from it a fifth; leaving it says less, since departures
// turn.
static double direction_factor(const struct candidate *candidate, bool departing)
{
    if (!(candidate->angle_deg >= 0) || candidate->distance_nm <= TOWARDS_BEYOND_NM)
        return 1;
    double away = between_0_and_1((candidate->angle_deg - TOWARDS_FULL_DEG) /
                                  (TOWARDS_NONE_DEG - TOWARDS_FULL_DEG));
    return 1 - away * (departing ? 0.5 : 0.8);
}

// Too low to come as far, or too high to come down there (or to have climbed from there) straight.
static double path_factor(const struct candidate *candidate, bool departing)
{
    if (candidate->height_ft == OBSERVATION_UNKNOWN)
        return 1;
    if (!departing && candidate->distance_nm > DESCENT_BEYOND_NM &&
        candidate->height_ft < DESCENT_MIN_FT_PER_NM * candidate->distance_nm)
        return DESCENT_SHORT_FACTOR;
    if (candidate->height_ft > DESCENT_STEEP_FT + DESCENT_STEEP_FT_PER_NM * candidate->distance_nm)
        return DESCENT_STEEP_FACTOR;
    return 1;
}

static double score_of(const struct candidate *candidate, const struct candidate_question *question)
{
    double altitude = 0;
    if (candidate->height_ft != OBSERVATION_UNKNOWN)
        altitude = between_0_and_1((SCORE_HIGH_FT - candidate->height_ft) /
                                   (SCORE_HIGH_FT - SCORE_LOW_FT));
    double proximity = between_0_and_1(1 - candidate->distance_nm / question->within_nm);
    double rate = 0;
    int32_t rate_fpm = question->fix->vertical_rate_fpm;
    if (rate_fpm != OBSERVATION_UNKNOWN)
        rate = between_0_and_1((question->departing ? rate_fpm : -rate_fpm) / SCORE_RATE_FPM);
    double score = SCORE_ALTITUDE * altitude + SCORE_PROXIMITY * proximity + SCORE_RATE * rate;
    score *= direction_factor(candidate, question->departing);
    score *= path_factor(candidate, question->departing);
    if (strcmp(question->aligned_field, candidate->field->id) == 0) {
        if (question->aligned_us >= ALIGNED_LONG_US)
            score += SCORE_ALIGNED_LONG;
        else if (question->aligned_us >= ALIGNED_MIN_US)
            score += SCORE_ALIGNED_SHORT;
    }
    if (place_is_named(candidate->field, question->favoured))
        score *= SAME_FIELD_FACTOR;
    return score;
}

struct candidate candidate_measure(const struct place *field,
                                   const struct candidate_question *question)
{
    struct candidate candidate = {
        .field = field,
        .distance_nm = field_distance_nm(field, question->fix->position),
        .angle_deg = angle_of(field, question),
        .height_ft = OBSERVATION_UNKNOWN,
    };
    if (question->altitude_ft != OBSERVATION_UNKNOWN)
        candidate.height_ft =
            question->altitude_ft -
            (field->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : field->elevation_ft);
    candidate.score = score_of(&candidate, question);
    return candidate;
}

size_t candidates_find(const struct field_index *fields, const struct candidate_question *question,
                       struct candidate ret_candidates[CANDIDATES_MAX])
{
    struct field_near near[FIELDS_LOOKED_AT];
    size_t count = 0;
    size_t near_count = field_all_near(fields, question->fix->position, question->within_nm, near,
                                       FIELDS_LOOKED_AT);
    for (size_t i = 0; i < near_count; i++) {
        if (!runway_is_long_enough(near[i].field, question->type_code))
            continue;
        struct candidate one = candidate_measure(near[i].field, question);
        size_t at = count;
        while (at > 0 && ret_candidates[at - 1].score < one.score)
            at--;
        if (at >= CANDIDATES_MAX)
            continue;
        size_t kept = count < CANDIDATES_MAX ? count : CANDIDATES_MAX - 1;
        memmove(&ret_candidates[at + 1], &ret_candidates[at],
                (kept - at) * sizeof ret_candidates[0]);
        ret_candidates[at] = one;
        count = kept + 1;
    }
    return count;
}
