// SPDX-License-Identifier: MIT
#include "claim/control_sample.h"

static void join(struct control_pass *pass, const struct control_pass *next)
{
    pass->lowest_ft = next->lowest_ft < pass->lowest_ft ? next->lowest_ft : pass->lowest_ft;
    if (next->last_at > pass->last_at) {
        pass->last_at = next->last_at;
        pass->last_ft = next->last_ft;
    }
}

// It was on the ground and left within one pass: everything was heard.
static bool is_turn_round(const struct control_pass *pass)
{
    return pass->lowest_ft < CONTROL_GROUND_FT &&
           pass->first_ft - pass->lowest_ft >= CONTROL_CHANGE_FT &&
           pass->last_ft - pass->lowest_ft >= CONTROL_CHANGE_FT;
}

static bool is_arrival(const struct control_pass *pass)
{
    return pass->last_ft < CONTROL_LOW_FT && pass->first_ft - pass->last_ft >= CONTROL_CHANGE_FT;
}

static bool is_departure(const struct control_pass *pass)
{
    return pass->first_ft < CONTROL_LOW_FT && pass->last_ft - pass->first_ft >= CONTROL_CHANGE_FT;
}

size_t control_stays(const struct control_pass *passes, size_t count,
                     struct control_stay *ret_stays)
{
    size_t stays = 0;
    bool has_arrived = false;
    for (size_t i = 0; i < count;) {
        struct control_pass pass = passes[i];
        for (i++; i < count && passes[i].first_at - pass.last_at <= CONTROL_PASS_GAP; i++)
            join(&pass, &passes[i]);
        bool is_whole = is_turn_round(&pass);
        if (is_whole || is_departure(&pass)) {
            ret_stays[stays++] = (struct control_stay){pass.first_at, is_whole || has_arrived};
            has_arrived = false;
        } else if (is_arrival(&pass)) {
            has_arrived = true;
        }
    }
    return stays;
}
