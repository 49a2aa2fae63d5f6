// SPDX-License-Identifier: MIT
// The judgement on one clause: a verdict with its arithmetic, its evidence, its reasons, and what
// would change it.
#pragma once

#include "base/array.h"
#include "base/text.h"
#include "claim/control_sample.h"
#include "claim/coverage.h"
#include "claim/facts.h"
#include "claim/likelihood.h"
#include "claim/words.h"

#include <stdint.h>

#define FINDING_TEXT_MAX 16384
#define FINDING_EVIDENCE_MAX 10000

enum evidence_kind { EVIDENCE_VISIT, EVIDENCE_PRESENCE, EVIDENCE_FIX, EVIDENCE_KIND_COUNT };
enum evidence_role {
    EVIDENCE_SUPPORTS,
    EVIDENCE_CONTRADICTS,
    EVIDENCE_WEAK,      // right aircraft, place and time; grade too low for the verb
    EVIDENCE_UNCERTAIN, // its time bracket reaches over the window's edge
    EVIDENCE_CONTEXT,   // shown, not counted
    EVIDENCE_ROLE_COUNT,
};

const char *evidence_kind_name(enum evidence_kind kind); // "visit", "presence", "fix"
const char *evidence_role_name(enum evidence_role role);

// A row the verdict rests on, copied so that an old assessment can be checked when the row has
// changed.
struct evidence {
    enum evidence_kind kind;
    enum evidence_role role;
    char id[FACT_ID_SIZE]; // visit_id or sighting_id
    char icao24[ICAO24_SIZE];
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char place[PLACE_ID_SIZE]; // empty for a fix
    enum evidence_grade grade; // visits
    utc_us from, to;           // the bracket that was held against the window
    uint64_t feeds;
    bool synthetic; // one of its feeds holds made-up data
};
struct evidence_array ARRAY_OF(struct evidence);

// One step of the reasoning: the rule, the threshold it sets, the value that was met.
struct reason {
    const char *rule; // a constant word such as "enough_visits"
    char *threshold;  // owned
    char *value;      // owned
};
struct reason_array ARRAY_OF(struct reason);

struct finding {
    enum verdict verdict;
    enum likelihood likelihood;
    enum confidence confidence;
    uint32_t counted;                        // of the needed grade, inside the window
    uint32_t by_grade[EVIDENCE_GRADE_COUNT]; // the counted ones
    uint32_t weak;                           // grade too low
    uint32_t uncertain;                      // bracket reaches over the window's edge
    struct coverage_tally coverage;          // of the place and window the verdict rests on
    bool has_bound;
    struct control_bound bound; // on arrivals missed
    uint32_t feed_groups;       // independent groups of feeds behind the evidence
    struct evidence_array evidence;
    struct reason_array reasons;
    char *would_change; // owned; one or two sentences
};

void finding_done(struct finding *finding);

// Appends a reason; `value` is formatted. Threshold may be NULL.
void finding_reason(struct finding *finding, const char *rule, const char *threshold,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

void finding_would_change(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void finding_add_visit(struct finding *finding, const struct claim_facts *facts,
                       const struct known_visit *visit, enum evidence_role role, utc_us from,
                       utc_us to);
void finding_add_presence(struct finding *finding, const struct claim_facts *facts,
                          const struct known_presence *presence, enum evidence_role role);
void finding_add_fix(struct finding *finding, const struct claim_facts *facts,
                     const struct known_fix *fix, enum evidence_role role);

bool finding_is_synthetic(const struct finding *finding); // some of its evidence or coverage is
