// SPDX-License-Identifier: MIT
// What the judging of a stay and the telling of its reasons share.
#pragma once

#include "track/assess.h"
#include "track/candidate.h"

// The best field other than the stay's own.
struct rival {
    const struct place *field;
    double distance_nm; // from the end at which it was found
    double fit;
};

struct judgement {
    const struct place *field;
    enum arrival_strength in;
    enum departure_strength out;
    struct rival runner_up;
    double runner_up_ratio;
    enum visit_grade grade;
};

struct judgement assess_judge(const struct field_index *fields, const struct stay *stay,
                              const char *type_code);

// The field as seen from the end's fix, by the scale of PROBABLE_FIELD_NM.
struct candidate assess_measured(const struct place *field, const struct visit_end *end,
                                 bool departing, const char *type_code);
// The newest height above the field, also where only the barometric altitude was still usable.
int32_t assess_last_height_ft(const struct place *field, const struct visit_end *in);
// The largest angle at which it still counts as coming closer.
double assess_towards_limit_deg(const struct candidate *measured);
bool assess_points_away(const struct candidate *measured);
// Whether the path leads to this field: towards it, and not ending short of it.
bool assess_leads_to(const struct candidate *measured);
