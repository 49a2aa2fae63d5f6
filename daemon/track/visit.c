// SPDX-License-Identifier: MIT
#include "track/visit.h"

#include <stddef.h>

const char *visit_state_name(enum visit_state state)
{
    static const char *const names[] = {"provisional", "confirmed", "upgraded", "superseded"};
    return (size_t)state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

const char *visit_grade_name(enum visit_grade grade)
{
    static const char *const names[] = {"A0", "A1", "A2", "A3", "A4"};
    return (size_t)grade < sizeof names / sizeof names[0] ? names[grade] : "unknown";
}

const char *visit_verb_name(enum visit_grade grade)
{
    static const char *const names[] = {"reported", "headed_to", "arrived", "landed", "landed"};
    return (size_t)grade < sizeof names / sizeof names[0] ? names[grade] : "unknown";
}

static const struct {
    const char *id, *unit;
} rules[VISIT_RULE_COUNT] = {
    [VISIT_RULE_ON_FIELD] = {"on_field", "nm"},
    [VISIT_RULE_NAMED_FIELD] = {"named_field", "nm"},
    [VISIT_RULE_PROBABLE_FIELD] = {"probable_field", "nm"},
    [VISIT_RULE_HEADED_FIELD] = {"headed_field", "nm"},
    [VISIT_RULE_RUNNER_UP] = {"runner_up", "share"},
    [VISIT_RULE_RUNWAY] = {"runway", "ft"},
    [VISIT_RULE_GROUND_REPORTS] = {"ground_reports", "reports"},
    [VISIT_RULE_GROUND_TIME] = {"ground_time", "s"},
    [VISIT_RULE_LAST_HEIGHT] = {"last_height", "ft"},
    [VISIT_RULE_DESCENDING] = {"descending", "of 5"},
    [VISIT_RULE_TOWARDS] = {"towards", "deg"},
    [VISIT_RULE_DESCENT_PATH] = {"descent_path", "ft/nm"},
    [VISIT_RULE_ALIGNED] = {"aligned", "s"},
    [VISIT_RULE_ALIGNED_HEIGHT] = {"aligned_height", "ft"},
    [VISIT_RULE_BARO_ONLY] = {"baro_only", "min"},
    [VISIT_RULE_TOOK_OFF] = {"took_off", "s"},
    [VISIT_RULE_FIRST_HEIGHT] = {"first_height", "ft"},
    [VISIT_RULE_CLIMBING] = {"climbing", "of 5"},
    [VISIT_RULE_TURN_ROUND] = {"turn_round", "min"},
    [VISIT_RULE_DEPARTURE_UNSEEN] = {"departure_unseen", "nm"},
    [VISIT_RULE_BRACKET_SPEED] = {"bracket_speed", "kt"},
    [VISIT_RULE_FLAGGED_SHARE] = {"flagged_share", "share"},
    [VISIT_RULE_MLAT_SHARE] = {"mlat_share", "share"},
    [VISIT_RULE_JUMP] = {"jump", "min"},
    [VISIT_RULE_AIRBORNE_AGAIN] = {"airborne_again", "min"},
    [VISIT_RULE_SEEN_ELSEWHERE] = {"seen_elsewhere", "nm"},
    [VISIT_RULE_SIGNAL_RETURNED] = {"signal_returned", "min"},
};

const char *visit_rule_id(enum visit_rule rule)
{
    return (size_t)rule < VISIT_RULE_COUNT ? rules[rule].id : "unknown";
}

const char *visit_rule_unit(enum visit_rule rule)
{
    return (size_t)rule < VISIT_RULE_COUNT ? rules[rule].unit : "";
}

const char *identity_conflict_kind_name(enum identity_conflict_kind kind)
{
    return kind == IDENTITY_TWO_EMITTERS ? "two_emitters" : "impossible_speed";
}
