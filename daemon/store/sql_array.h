// SPDX-License-Identifier: MIT
// Lists as PostgreSQL's array texts, for parameters of type text[].
#pragma once

#include "base/text.h"

#define SQL_ARRAY_BYTES_MAX (64 << 20)

// {"OSLK","a \"b\""}; NULL items are SQL's null.
void sql_array_begin(struct text *array);
void sql_array_add(struct text *array, const char *item);
void sql_array_end(struct text *array);
