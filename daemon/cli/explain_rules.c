// SPDX-License-Identifier: MIT
#include "cli/explain_rules.h"

#include "cli/explain_words.h"

#include <math.h>
#include <string.h>

// In a sentence {v} stands for the value, {t} for the threshold, {p} for the other field, {d} for
// its distance and {w} for the moment that a distance is told of.
struct rule_words {
    const char *rule;
    enum explain_part part;
    const char *met;
    const char *unmet; // NULL: the same
};

#define MOMENT_PART EXPLAIN_PART_COUNT // of the next reason

static const struct rule_words rules[] = {
    {"on_field", MOMENT_PART,
     "{w}, it was {v} from the field's reference point; within {t} is on the field.", NULL},
    {"named_field", MOMENT_PART,
     "{w}, it was {v} from the field's reference point; within {t} it can only be this one.", NULL},
    {"probable_field", MOMENT_PART,
     "{w}, it was {v} from the field's reference point; within {t} this is the probable one.",
     NULL},
    {"headed_field", MOMENT_PART,
     "{w}, it was {v} from the field's reference point; within {t} it can be said to head there.",
     "{w}, it was {v} from the field's reference point, farther than the {t} within which it could "
     "be said to head there."},
    {"ground_reports", EXPLAIN_ARRIVAL,
     "{v} reports say that it was on the ground; {t} that agree are needed, or 30 s of them.",
     "Only {v} reports say that it was on the ground; {t} that agree are needed, or 30 s of them."},
    {"ground_time", EXPLAIN_ARRIVAL,
     "The reports from the ground span {v}; {t} are enough by themselves.",
     "The reports from the ground span {v}, less than the {t} that are enough by themselves."},
    {"last_height", EXPLAIN_ARRIVAL,
     "It was lost {v} above the field; a loss under {t} is one on approach.",
     "It was lost {v} above the field; only a loss under {t} is one on approach."},
    {"descending", EXPLAIN_ARRIVAL,
     "{v} of its last five vertical speeds were descending at 200 ft/min or faster; {t} are "
     "needed.",
     "Only {v} of its last five vertical speeds were descending at 200 ft/min or faster; {t} are "
     "needed."},
    {"towards", EXPLAIN_ARRIVAL,
     "It flew {v} off the direction of the field; up to {t} is towards it.",
     "It flew {v} off the direction of the field; more than {t} is not towards it."},
    {"descent_path", EXPLAIN_ARRIVAL,
     "It had {v} of height left for each nautical mile to the field; with less than {t} it would "
     "have come down short of it.",
     "It had {v} of height left for each nautical mile to the field (at least {t} are wanted): its "
     "path did not lead there."},
    {"aligned", EXPLAIN_ARRIVAL,
     "It flew along the centre line of one of the field's runways for {v}; {t} are needed.",
     "It flew along the centre line of one of the field's runways for only {v}; {t} are needed."},
    {"aligned_height", EXPLAIN_ARRIVAL,
     "On that line it came down to {v} above the field; under {t} it is at the runway.",
     "On that line it was not seen lower than {v} above the field; under {t} it would be at the "
     "runway."},
    {"signal_lost", EXPLAIN_ARRIVAL, "The signal was gone for {v}; after {t} it counts as lost.",
     "The signal was gone for {v}; only after {t} does it count as lost."},
    {"baro_only", EXPLAIN_ARRIVAL,
     "For {v} its position was not usable and only its pressure altitude followed it down; up to "
     "{t} that is accepted.",
     "For {v} its position was not usable and only its pressure altitude followed it; more than "
     "{t} is too long to say where it went."},
    {"took_off", EXPLAIN_DEPARTURE,
     "It was seen on the ground and then in the air, with {v} between the two reports.", NULL},
    {"first_height", EXPLAIN_DEPARTURE,
     "When it was found again it was {v} above the field; under {t} it can have come from there.",
     "When it was found again it was {v} above the field; only under {t} can it be said to come "
     "from there."},
    {"climbing", EXPLAIN_DEPARTURE,
     "{v} of its first five vertical speeds were climbing at 257 ft/min or faster; {t} are needed.",
     "Only {v} of its first five vertical speeds were climbing at 257 ft/min or faster; {t} are "
     "needed."},
    {"turn_round", EXPLAIN_STAY,
     "{v} lay between the loss and the reappearance; a stop takes {t} at least.",
     "Only {v} lay between the loss and the reappearance; a stop takes {t} at least."},
    {"departure_unseen", EXPLAIN_STAY,
     "It was next found in the air {v} from the field: nobody saw it leave.", NULL},
    {"runner_up", EXPLAIN_FIELD,
     "The next best airfield is {p}, {d} from that position; it fits {v} as well as this one, and "
     "up to {t} the choice is clear.",
     "The next best airfield is {p}, {d} from that position; it fits {v} as well as this one, and "
     "above {t} the choice is not clear."},
    {"runway", EXPLAIN_FIELD,
     "The field's longest runway has {v}; the type is known to use {t} or more.",
     "The field's longest runway has only {v}; the type is known to use {t} or more."},
    {"bracket_speed", EXPLAIN_STAY,
     "The times reckon with {v}: the type's top speed and a tail wind of 100 kt.", NULL},
    {"flagged_share", EXPLAIN_DOUBT,
     "{v} of the positions near the field are flagged as doubtful; up to {t} does not lower the "
     "grade.",
     "{v} of the positions near the field are flagged as doubtful; with more than {t} the grade is "
     "A2 at most."},
    {"mlat_share", EXPLAIN_DOUBT,
     "{v} of the positions near the field were computed by multilateration; up to {t} does not "
     "lower the grade.",
     "{v} of the positions near the field were computed by multilateration, which errs by "
     "kilometres; with more than {t} the grade is A2 at most."},
    {"jump", EXPLAIN_DOUBT,
     "Its positions had jumped before: they are no evidence of where it went, and the grade is A2 "
     "at most.",
     NULL},
    {"airborne_again", EXPLAIN_SUPERSEDED,
     "It was in the air again after {v}; a stop takes {t} at least, so it had not come down.",
     NULL},
    {"seen_elsewhere", EXPLAIN_SUPERSEDED,
     "It was seen at {p} next, {v} from here, with no time for a stop here in between.", NULL},
    {"signal_returned", EXPLAIN_SUPERSEDED,
     "Points that came late show that it flew on: the silence lasted {v}, and only {t} count as a "
     "loss.",
     NULL},
};

static const struct {
    const char *name, *heading;
} parts[EXPLAIN_PART_COUNT] = {
    [EXPLAIN_ARRIVAL] = {"arrival", "The arrival"},
    [EXPLAIN_DEPARTURE] = {"departure", "The departure"},
    [EXPLAIN_STAY] = {"stay", "The stop in between"},
    [EXPLAIN_FIELD] = {"field", "Why this airfield"},
    [EXPLAIN_DOUBT] = {"doubt", "What makes it doubtful"},
    [EXPLAIN_SUPERSEDED] = {"superseded", "Why it no longer stands"},
    [EXPLAIN_OTHER] = {"other", "Other rules"},
};

const char *explain_part_name(enum explain_part part)
{
    return parts[part < EXPLAIN_PART_COUNT ? part : EXPLAIN_OTHER].name;
}

const char *explain_part_heading(enum explain_part part)
{
    return parts[part < EXPLAIN_PART_COUNT ? part : EXPLAIN_OTHER].heading;
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

bool explain_reason_read(const cJSON *object, struct explain_reason *ret_reason)
{
    const char *rule = text_of(object, "rule"), *unit = text_of(object, "unit");
    if (rule == NULL)
        return false;
    *ret_reason = (struct explain_reason){
        .rule = rule,
        .met = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "met")),
        .threshold = number_of(object, "threshold"),
        .value = number_of(object, "value"),
        .unit = unit != NULL ? unit : "",
        .place = text_of(object, "place"),
        .distance_nm = number_of(object, "distance_nm"),
    };
    return true;
}

static const struct rule_words *find(const char *rule)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].rule, rule) == 0)
            return &rules[i];
    return NULL;
}

enum explain_part explain_reason_part(const struct explain_reason *reason,
                                      const struct explain_reason *next)
{
    const struct rule_words *words = find(reason->rule);
    const struct rule_words *after = next != NULL ? find(next->rule) : NULL;
    if (words == NULL)
        return EXPLAIN_OTHER;
    if (words->part != MOMENT_PART)
        return words->part;
    return after != NULL && after->part == EXPLAIN_DEPARTURE ? EXPLAIN_DEPARTURE : EXPLAIN_ARRIVAL;
}

static const char *moment_of(const struct explain_reason *next)
{
    static const struct {
        const char *rule, *moment;
    } moments[] = {
        {"ground_reports", "Reporting from the ground"},
        {"took_off", "Last on the ground"},
        {"first_height", "When it was found again"},
        {"climbing", "When it was found again"},
    };
    for (size_t i = 0; next != NULL && i < sizeof moments / sizeof *moments; i++)
        if (strcmp(moments[i].rule, next->rule) == 0)
            return moments[i].moment;
    return "Last seen in the air";
}

struct sentence {
    const struct explain_reason *reason, *next;
    const char *place_name;
};

static void append_part(struct text *text, const struct sentence *sentence, char letter)
{
    const struct explain_reason *reason = sentence->reason;
    char words[WORDS_SIZE];
    switch (letter) {
    case 'v':
        text_append(text, words_quantity(reason->value, reason->unit, words));
        break;
    case 't':
        text_append(text, words_quantity(reason->threshold, reason->unit, words));
        break;
    case 'd':
        text_append(text, words_quantity(reason->distance_nm, "nm", words));
        break;
    case 'p':
        text_append(text, sentence->place_name != NULL ? sentence->place_name
                          : reason->place != NULL      ? reason->place
                                                       : "a place that is no known airfield");
        break;
    default:
        text_append(text, moment_of(sentence->next));
    }
}

static void append_filled(struct text *text, const char *pattern, const struct sentence *sentence)
{
    while (*pattern != '\0') {
        size_t plain = strcspn(pattern, "{");
        text_append_bytes(text, pattern, plain);
        pattern += plain;
        if (*pattern == '{') {
            append_part(text, sentence, pattern[1]);
            pattern += sizeof "{v}" - 1;
        }
    }
}

// A field that is too far off to be meant at all has no score, one that fits where ours does not at
// all has no finite one.
static const char *runner_up_pattern(const struct explain_reason *reason)
{
    if (!isfinite(reason->value))
        return "The airfield {p}, {d} from that position, fits better: the choice is not clear.";
    return reason->value == 0
               ? "The next airfield is {p}, {d} from that position: too far off to be meant."
               : NULL;
}

static void append_unknown(struct text *text, const struct explain_reason *reason)
{
    char words[WORDS_SIZE];
    text_append_format(text, "The rule %s is %s", reason->rule, reason->met ? "met" : "not met");
    if (isfinite(reason->value))
        text_append_format(text, "; it found %s",
                           words_quantity(reason->value, reason->unit, words));
    if (isfinite(reason->threshold))
        text_append_format(text, "; its threshold is %s",
                           words_quantity(reason->threshold, reason->unit, words));
    text_append(text, ".");
}

void explain_reason_append(struct text *text, const struct explain_reason *reason,
                           const struct explain_reason *next, const char *place_name)
{
    const struct rule_words *words = find(reason->rule);
    const struct sentence sentence = {reason, next, place_name};
    if (words == NULL) {
        append_unknown(text, reason);
        return;
    }
    const char *pattern = strcmp(reason->rule, "runner_up") == 0 ? runner_up_pattern(reason) : NULL;
    if (pattern == NULL)
        pattern = reason->met || words->unmet == NULL ? words->met : words->unmet;
    append_filled(text, pattern, &sentence);
}
