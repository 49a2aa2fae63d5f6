// SPDX-License-Identifier: MIT
#include "cli/explain_visit.h"

#include "cli/explain_words.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_BYTES_MAX 65536

static const char *state_in_words(const char *state)
{
    static const char *const words[][2] = {
        {"provisional", "Provisional: the signal has been gone for long enough, but not yet for a "
                        "stop."},
        {"confirmed", "Confirmed."},
        {"upgraded", "Upgraded: more was seen than at first."},
        {"superseded", "Withdrawn: later data contradicts it."}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], state) == 0)
            return words[i][1];
    return state;
}

static void write_what(FILE *file, const struct visit_account *account, struct text *text)
{
    const struct visit_row *row = account->row;
    char decided[WORDS_SIZE];
    visit_account_append_headline(text, account);
    text_append(text, ".");
    words_paragraph(file, 0, "", text->bytes);
    words_paragraph_format(file, 0, "",
                           "Grade %s: %s. The strongest word that this bears is "
                           "\"%s\".",
                           row->grade, visit_account_grade_meaning(account),
                           visit_verb_in_words(row->verb));
    words_paragraph_format(file, 0, "", "%s Judged by what had been received at %s.",
                           state_in_words(row->state), words_time(row->decided_at, decided));
    if (row->callsign_in != NULL || row->callsign_out != NULL)
        words_paragraph_format(file, 0, "", "Callsigns: %s when it came, %s when it left.",
                               row->callsign_in != NULL ? row->callsign_in : "none known",
                               row->callsign_out != NULL ? row->callsign_out : "none known");
}

static void write_when(FILE *file, const struct visit_account *account, struct text *text)
{
    words_heading(file, "When, and why no closer");
    text_clear(text);
    visit_account_append_arrival(text, account);
    words_paragraph(file, 2, "Arrived.  ", text->bytes);
    text_clear(text);
    visit_account_append_departure(text, account);
    words_paragraph(file, 2, "Departed. ", text->bytes);
}

static void write_reasons(FILE *file, const struct visit_account *account)
{
    for (int part = 0; part < EXPLAIN_PART_COUNT; part++) {
        bool any = false;
        array_foreach (&account->reasons, row) {
            if ((int)row->part != part)
                continue;
            if (!any)
                words_heading(file, explain_part_heading(row->part));
            any = true;
            words_paragraph_format(file, 2, row->reason.met ? "+ " : "- ", "%s (%s)", row->sentence,
                                   row->reason.rule);
        }
    }
    if (account->reasons.count > 0)
        fputs("\n  + speaks for it, - does not. Rules and sources: docs/methods.md, 3b to 3d.\n",
              file);
}

static void write_side(FILE *file, const char *what, const struct visit_side *side)
{
    char first[WORDS_SIZE], last[WORDS_SIZE];
    if (!side->known)
        return;
    words_paragraph_format(file, 2, "", "%s: sighting %s, %" PRId64 " points from %s to %s.", what,
                           side->sighting.id, side->points.points,
                           words_time(side->sighting.first_seen, first),
                           words_time(side->sighting.last_seen, last));
    point_summary_write_flags(file, &side->points);
}

static void write_tracks(FILE *file, const struct visit_account *account)
{
    words_heading(file, "The tracks, and doubts about them");
    write_side(file, "Coming", &account->in);
    write_side(file, "Leaving", &account->out);
    if (!account->in.known && !account->out.known)
        words_paragraph(file, 2, "", "No track is stored any more.");
    if (account->conflicts > 0)
        words_paragraph_format(file, 2, "",
                               "Within a day of the stop this address was in two places at once, "
                               "or faster than it can be, %" PRId64
                               " times: two aircraft may have sent it.",
                               account->conflicts);
}

static void write_history(FILE *file, const struct visit_account *account, struct text *text)
{
    words_heading(file, "How the judgement came about");
    const struct visit_row *before = NULL;
    array_foreach (&account->history, state) {
        text_clear(text);
        visit_account_append_change(text, before, state);
        words_paragraph(file, 2, "- ", text->bytes);
        before = state;
    }
    if (account->history.count == 0)
        words_paragraph(file, 2, "", "Its earlier states are not stored.");
}

void visit_account_write_words(FILE *file, const struct visit_account *account)
{
    struct text text;
    text_init(&text, TEXT_BYTES_MAX);
    write_what(file, account, &text);
    write_when(file, account, &text);
    write_reasons(file, account);
    write_tracks(file, account);
    write_history(file, account, &text);
    words_heading(file, "Data");
    text_clear(&text);
    words_append_list(&text, account->feeds.bytes, ", ");
    words_paragraph_format(
        file, 2, "", "Feeds: %s. Attribution: %s. Visit %s, by version %" PRId64 " of the rules.",
        account->feeds.length > 0 ? text.bytes : "unknown", account->attribution.bytes,
        account->row->id, account->row->detector_version);
    text_done(&text);
}
