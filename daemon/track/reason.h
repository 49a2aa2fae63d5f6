// SPDX-License-Identifier: MIT
#pragma once

#include "track/visit.h"

// Adds a reason; nothing once the list is full.
void reason_add(struct visit *visit, enum visit_rule rule, bool met, double threshold,
                double value);
// Names the other field of the reason added last.
void reason_name_place(struct visit *visit, const char *place, double distance_nm);
