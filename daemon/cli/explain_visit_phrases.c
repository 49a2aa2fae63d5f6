// SPDX-License-Identifier: MIT
// The parts of an explanation that are sentences in words and in JSON alike.
#include "cli/explain_visit.h"

#include "cli/explain_words.h"
#include "track/thresholds.h"

#include <math.h>
#include <string.h>

static bool has_reason(const struct visit_account *account, const char *rule)
{
    return visit_account_reason(account, rule) != NULL;
}

static bool is_met(const struct visit_account *account, const char *rule)
{
    const struct visit_reason_row *row = visit_account_reason(account, rule);
    return row != NULL && row->reason.met;
}

static bool was_on_ground(const struct visit_account *account)
{
    return has_reason(account, "ground_reports") || has_reason(account, "took_off");
}

static bool is_doubted(const struct visit_account *account)
{
    array_foreach (&account->reasons, row)
        if (row->part == EXPLAIN_DOUBT && !row->reason.met)
            return true;
    return false;
}

static bool was_found_leaving(const struct visit_account *account)
{
    return is_met(account, "climbing") && is_met(account, "first_height");
}

static bool fits_another(const struct visit_account *account)
{
    return has_reason(account, "runner_up") && !is_met(account, "runner_up");
}

// methods 3b. The first row that fits: by grade, and by what may be behind it (NULL: anything).
static const struct {
    const char *grade;
    bool (*is_so)(const struct visit_account *account);
    const char *meaning;
} grades[] = {
    {"A4", was_on_ground, "it was seen on the ground, and was seen to leave the same field later"},
    {"A4", NULL, "it was seen down to the runway, and was seen to leave the same field later"},
    {"A3", was_on_ground, "it was seen on the ground"},
    {"A3", NULL,
     "it was lost on its way down and found climbing out later, so that the two bracket a stop"},
    {"A2", is_doubted, "doubts about the positions allow no more, whatever was seen"},
    {"A2", was_found_leaving, "one end of the stop only was seen well: it was found climbing out"},
    {"A2", NULL, "one end of the stop only was seen well: it was lost low on its way down"},
    {"A1", fits_another,
     "one end of a stop was seen near here, but another field fits nearly as well"},
    {"A1", NULL,
     "it flew towards the field and was lost too high or too far off to say that it came down"},
    {"A0", NULL, "only others say so: no track of ours shows it"},
};

const char *visit_account_grade_meaning(const struct visit_account *account)
{
    for (size_t i = 0; i < sizeof grades / sizeof *grades; i++)
        if (strcmp(grades[i].grade, account->row->grade) == 0 &&
            (grades[i].is_so == NULL || grades[i].is_so(account)))
            return grades[i].meaning;
    return "unknown to this program";
}

static const char *verb_with_place(const char *verb)
{
    static const char *const words[][2] = {{"landed", "landed at"},
                                           {"arrived", "arrived at"},
                                           {"headed_to", "was heading to"},
                                           {"reported", "is reported to have been at"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], verb) == 0)
            return words[i][1];
    return verb;
}

void visit_account_append_headline(struct text *text, const struct visit_account *account)
{
    const struct visit_row *row = account->row;
    const char *type = explain_type_name(row->type_code);
    bool only_left = !row->arrival_seen && row->departure_seen;
    text_append_format(text, "%s %s (%s%saddress %s)", explain_article(type), type,
                       row->registration != NULL ? row->registration : "",
                       row->registration != NULL ? ", " : "", row->icao24);
    if (visit_row_is_superseded(row))
        text_append_format(text, " was thought to have been at %s: that no longer stands",
                           account->place_name);
    else if (only_left)
        text_append_format(text, " had been at %s: it was seen to leave", account->place_name);
    else
        text_append_format(text, " %s %s", verb_with_place(row->verb), account->place_name);
}

// "The two are 11 min apart."
static void append_width(struct text *text, utc_us after, utc_us before)
{
    char span[WORDS_SIZE];
    if (after != UTC_UNKNOWN && before != UTC_UNKNOWN)
        text_append_format(text, " That leaves %s.", words_span(before - after, span));
}

static const char *speed_of(const struct visit_account *account, char buffer[WORDS_SIZE])
{
    const struct visit_reason_row *row = visit_account_reason(account, "bracket_speed");
    return words_quantity(row != NULL ? row->reason.value : NAN, "kt", buffer);
}

static void append_arrived_after(struct text *text, const struct visit_account *account)
{
    const struct visit_row *row = account->row;
    char time[WORDS_SIZE], seen[WORDS_SIZE], speed[WORDS_SIZE];
    if (row->arrived_after == UTC_UNKNOWN) {
        text_append(text, "Nobody saw it come, nor where it was before: there is no earliest "
                          "time.");
        return;
    }
    text_append_format(text, "Not before %s: ", words_time(row->arrived_after, time));
    speed_of(account, speed);
    if (!account->in.known)
        text_append_format(text,
                           "nobody saw it come, but it had been seen elsewhere, and at %s it "
                           "cannot have been here sooner.",
                           speed);
    else if (has_reason(account, "ground_reports"))
        text_append_format(text,
                           "from its last position in the air the rest of the way takes until "
                           "then, at %s.",
                           speed);
    else
        text_append_format(text,
                           "it was last heard in the air at %s, and from its last usable position "
                           "the rest of the way takes until then, at %s.",
                           words_clock(account->in.sighting.last_seen, seen), speed);
}

static void append_arrived_before(struct text *text, const struct visit_account *account)
{
    const struct visit_row *row = account->row;
    char time[WORDS_SIZE], slow[WORDS_SIZE], hold[WORDS_SIZE];
    if (row->arrived_before == UTC_UNKNOWN) {
        text_append(text, " There is no latest time.");
        return;
    }
    text_append_format(text, " Not after %s: ", words_time(row->arrived_before, time));
    if (has_reason(account, "ground_reports") && account->in.known)
        text_append(text, "by then it reported from the ground.");
    else if (row->arrived_before == row->departed_before || !account->in.known)
        text_append(text, "it must have come before it left.");
    else
        text_append_format(text,
                           "that is the time to fly the rest of the way at %s and to hold for %s "
                           "before landing.",
                           words_quantity(BRACKET_SLOW_KT, "kt", slow),
                           words_span(BRACKET_HOLD_US, hold));
}

void visit_account_append_arrival(struct text *text, const struct visit_account *account)
{
    append_arrived_after(text, account);
    append_arrived_before(text, account);
    append_width(text, account->row->arrived_after, account->row->arrived_before);
}

static void append_departed_after(struct text *text, const struct visit_account *account)
{
    const struct visit_row *row = account->row;
    char time[WORDS_SIZE], slow[WORDS_SIZE], hold[WORDS_SIZE];
    if (row->departed_after == UTC_UNKNOWN) {
        text_append(text, " There is no earliest time.");
        return;
    }
    text_append_format(text, " Not before %s: ", words_time(row->departed_after, time));
    bool still_on_ground = has_reason(account, "ground_reports") && account->in.known &&
                           row->departed_after <= account->in.sighting.last_seen;
    if (has_reason(account, "took_off") || still_on_ground)
        text_append(text, "until then it reported from the ground.");
    else if (row->departed_after == row->arrived_after || !row->departure_seen)
        text_append(text, "it cannot have left before it came, and nothing narrower is known.");
    else
        text_append_format(text,
                           "had it left earlier it would have been farther away when it was found, "
                           "even at %s and with %s to spare.",
                           words_quantity(BRACKET_SLOW_KT, "kt", slow),
                           words_span(BRACKET_HOLD_US, hold));
}

void visit_account_append_departure(struct text *text, const struct visit_account *account)
{
    const struct visit_row *row = account->row;
    char time[WORDS_SIZE], seen[WORDS_SIZE], speed[WORDS_SIZE];
    if (row->departed_before == UTC_UNKNOWN) {
        text_append(text, "It is not known to have left: nothing has been seen of it since.");
        return;
    }
    text_append_format(text, "Not after %s: ", words_time(row->departed_before, time));
    if (has_reason(account, "took_off"))
        text_append(text, "it was seen in the air then.");
    else
        text_append_format(text,
                           "it was found in the air at %s, and the way to there takes that long "
                           "even at %s.",
                           account->out.known ? words_clock(account->out.sighting.first_seen, seen)
                                              : "a later time",
                           speed_of(account, speed));
    append_departed_after(text, account);
    append_width(text, row->departed_after, row->departed_before);
}

// ---- What changed ------------------------------------------------------------------------------

static bool has_rule(const cJSON *reasons, const char *rule)
{
    const cJSON *object;
    cJSON_ArrayForEach(object, reasons)
    {
        struct explain_reason reason;
        if (explain_reason_read(object, &reason) && strcmp(reason.rule, rule) == 0)
            return true;
    }
    return false;
}

// The rules that one state has and the other does not.
static void append_rules(struct text *text, const char *what, const char *having,
                         const char *lacking)
{
    cJSON *first = cJSON_Parse(having), *second = cJSON_Parse(lacking);
    const cJSON *object;
    bool any = false;
    cJSON_ArrayForEach(object, first)
    {
        struct explain_reason reason;
        if (!explain_reason_read(object, &reason) || has_rule(second, reason.rule))
            continue;
        text_append_format(text, "%s%s", any ? ", " : what, reason.rule);
        any = true;
    }
    text_append(text, any ? "." : "");
    cJSON_Delete(first);
    cJSON_Delete(second);
}

static void append_moved(struct text *text, const char *what, const utc_us before[2],
                         const utc_us state[2])
{
    char first[WORDS_SIZE], last[WORDS_SIZE];
    if (before[0] != state[0] || before[1] != state[1])
        text_append_format(text, " %s now between %s and %s.", what, words_time(state[0], first),
                           words_time(state[1], last));
}

void visit_account_append_change(struct text *text, const struct visit_row *before,
                                 const struct visit_row *state)
{
    char decided[WORDS_SIZE];
    text_append_format(text, "%s: %s, %s (%s).", words_time(state->decided_at, decided),
                       state->state, state->grade, visit_verb_in_words(state->verb));
    if (before == NULL)
        return;
    const utc_us arrived[2][2] = {{before->arrived_after, before->arrived_before},
                                  {state->arrived_after, state->arrived_before}};
    const utc_us departed[2][2] = {{before->departed_after, before->departed_before},
                                   {state->departed_after, state->departed_before}};
    if (strcmp(before->grade, state->grade) != 0)
        text_append_format(text, " The grade was %s.", before->grade);
    append_moved(text, "Arrived", arrived[0], arrived[1]);
    append_moved(text, "Departed", departed[0], departed[1]);
    append_rules(text, " New: ", state->reasons, before->reasons);
    append_rules(text, " Gone: ", before->reasons, state->reasons);
}
