// SPDX-License-Identifier: MIT
#include "claim/words.h"

#include <string.h>

static const char *const grade_names[EVIDENCE_GRADE_COUNT] = {"A0", "A1", "A2", "A3", "A4"};

static const struct {
    const char *name;
    enum evidence_grade grade;
} verbs[CLAIM_VERB_COUNT] = {
    [CLAIM_VERB_HEADED_TO] = {"headed_to", EVIDENCE_A1},
    [CLAIM_VERB_FLEW_TO] = {"flew_to", EVIDENCE_A2},
    [CLAIM_VERB_ARRIVED] = {"arrived", EVIDENCE_A2},
    [CLAIM_VERB_LANDED] = {"landed", EVIDENCE_A3},
    [CLAIM_VERB_DEPARTED] = {"departed", EVIDENCE_A2},
};

static const struct {
    const char *name;
    const char *meaning;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_CONTRADICTED] = {"contradicted",
                              "Tracks show something that cannot be squared with it."},
    [VERDICT_NOT_OBSERVED] = {"not_observed", "We looked, could have seen it, and did not."},
    [VERDICT_PARTLY] = {"partly", "Part of it is seen; a number or a date differs."},
    [VERDICT_UNTESTABLE] = {"untestable", "Flight tracks cannot decide it."},
    [VERDICT_UNVERIFIABLE] = {"unverifiable",
                              "We did not look, or could not have seen it: nothing follows."},
    [VERDICT_PENDING] = {"pending", "The time it speaks of, or the data for it, is not complete."},
    [VERDICT_CONSISTENT] = {"consistent", "What was seen fits it but does not decide it."},
    [VERDICT_CORROBORATED] = {"corroborated", "Tracks of the needed grade show it."},
};

static const char *const coverage_names[COVERAGE_STATE_COUNT] = {
    [COVERAGE_NOT_LOOKED] = "not_looked",
    [COVERAGE_LOOKED_NO_COVER] = "looked_no_cover",
    [COVERAGE_COVERED_NOT_SEEN] = "covered_not_seen",
    [COVERAGE_OBSERVED] = "observed",
};

const char *evidence_grade_name(enum evidence_grade grade)
{
    return grade < EVIDENCE_GRADE_COUNT ? grade_names[grade] : "unknown";
}

bool evidence_grade_from_name(const char *name, enum evidence_grade *ret_grade)
{
    for (size_t i = 0; i < EVIDENCE_GRADE_COUNT; i++)
        if (strcmp(name, grade_names[i]) == 0) {
            *ret_grade = (enum evidence_grade)i;
            return true;
        }
    return false;
}

const char *claim_verb_name(enum claim_verb verb)
{
    return verb < CLAIM_VERB_COUNT ? verbs[verb].name : "unknown";
}

bool claim_verb_from_name(const char *name, enum claim_verb *ret_verb)
{
    for (size_t i = 0; i < CLAIM_VERB_COUNT; i++)
        if (strcmp(name, verbs[i].name) == 0) {
            *ret_verb = (enum claim_verb)i;
            return true;
        }
    return false;
}

enum evidence_grade claim_verb_grade(enum claim_verb verb)
{
    return verb < CLAIM_VERB_COUNT ? verbs[verb].grade : EVIDENCE_A4;
}

const char *verdict_name(enum verdict verdict)
{
    return verdict < VERDICT_COUNT ? verdicts[verdict].name : "unknown";
}

bool verdict_from_name(const char *name, enum verdict *ret_verdict)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (strcmp(name, verdicts[i].name) == 0) {
            *ret_verdict = (enum verdict)i;
            return true;
        }
    return false;
}

const char *verdict_meaning(enum verdict verdict)
{
    return verdict < VERDICT_COUNT ? verdicts[verdict].meaning : "";
}

const char *coverage_state_name(enum coverage_state state)
{
    return state < COVERAGE_STATE_COUNT ? coverage_names[state] : "unknown";
}

bool coverage_state_from_name(const char *name, enum coverage_state *ret_state)
{
    for (size_t i = 0; i < COVERAGE_STATE_COUNT; i++)
        if (strcmp(name, coverage_names[i]) == 0) {
            *ret_state = (enum coverage_state)i;
            return true;
        }
    return false;
}
