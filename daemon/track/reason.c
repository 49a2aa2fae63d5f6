// SPDX-License-Identifier: MIT
#include "track/reason.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

void reason_add(struct visit *visit, enum visit_rule rule, bool met, double threshold, double value)
{
    if (visit->reason_count == VISIT_REASONS_MAX)
        return;
    // The visit was zeroed whole; assigning field by field leaves the padding so.
    struct visit_reason *reason = &visit->reasons[visit->reason_count++];
    memset(reason, 0, sizeof *reason);
    reason->rule = rule;
    reason->met = met;
    reason->threshold = threshold;
    reason->value = value;
    reason->distance_nm = NAN;
}

void reason_name_place(struct visit *visit, const char *place, double distance_nm)
{
    if (visit->reason_count == 0)
        return;
    struct visit_reason *reason = &visit->reasons[visit->reason_count - 1];
    text_copy(reason->place, sizeof reason->place, place);
    reason->distance_nm = distance_nm;
}
