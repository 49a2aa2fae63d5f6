// SPDX-License-Identifier: MIT
#include "library.h"

#include "base/memory.h"

#include <string.h>

#define SCENARIOS_MAX 200

const struct scenario *scenario_library(size_t *ret_count)
{
    static const struct scenario *(*const parts[])(size_t *) = {scenarios_stop, scenarios_no_visit,
                                                                scenarios_doubt};
    static struct scenario all[SCENARIOS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t part_count;
        const struct scenario *part = parts[i](&part_count);
        if (count + part_count > SCENARIOS_MAX)
            break;
        memcpy(&all[count], part, part_count * sizeof all[0]);
        count += part_count;
    }
    *ret_count = count;
    return all;
}
