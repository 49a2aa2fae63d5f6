// SPDX-License-Identifier: MIT
// The parts of the library.
#pragma once

#include "scenarios.h"

const struct scenario *scenarios_stop(size_t *ret_count);
const struct scenario *scenarios_no_visit(size_t *ret_count);
const struct scenario *scenarios_doubt(size_t *ret_count);
