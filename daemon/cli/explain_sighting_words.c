// SPDX-License-Identifier: MIT
#include "cli/explain_sighting.h"

#include "base/memory.h"
#include "cli/explain_words.h"
#include "cli/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX 65536

static void write_what(FILE *file, const struct sighting_row *row, int64_t points)
{
    char first[WORDS_SIZE], last[WORDS_SIZE], count[WORDS_SIZE];
    const char *type = explain_type_name(row->type_code);
    struct text callsigns;
    text_init(&callsigns, TEXT_BYTES_MAX);
    words_append_list(&callsigns, row->callsigns, ", then ");
    words_paragraph_format(
        file, 0, "", "%s %s (%s%saddress %s), seen from %s to %s in %s points.",
        explain_article(type), type, row->registration != NULL ? row->registration : "",
        row->registration != NULL ? ", " : "", row->icao24, words_time(row->first_seen, first),
        words_time(row->last_seen, last), words_integer((double)points, count));
    words_paragraph_format(file, 0, "", "Callsign: %s. From: %s. To: %s.",
                           callsigns.length > 0 ? callsigns.bytes : "none",
                           row->origin != NULL ? row->origin : "not seen to leave an airfield",
                           row->destination != NULL ? row->destination
                                                    : "not seen to reach an airfield");
    text_done(&callsigns);
}

static void write_opening(FILE *file, const struct sighting_account *account)
{
    char opened[WORDS_SIZE], received[WORDS_SIZE], height[WORDS_SIZE];
    const struct opening_point *point = &account->opening;
    words_heading(file, "Opened");
    if (!point->known) {
        words_paragraph_format(file, 2, "", "At %s, by a point that is not stored any more.",
                               words_time(account->opened_at, opened));
        return;
    }
    words_paragraph_format(
        file, 2, "", "By a point of %s, received at %s from %s: %.4f, %.4f, %s%s.",
        words_time(account->opened_at, opened), words_clock(point->received_at, received),
        point->feed, point->latitude_deg, point->longitude_deg,
        point->on_ground               ? "on the ground"
        : isfinite(point->altitude_ft) ? words_quantity(point->altitude_ft, "ft", height)
                                       : "at an unknown height",
        account->row.emitter > 0 ? ", on another track of the same address" : "");
    if (account->opened_at != account->row.first_seen)
        words_paragraph(file, 2, "", "An earlier point came in late.");
}

static void write_gaps(FILE *file, const struct sighting_account *account, struct text *text)
{
    words_heading(file, "Silences within it");
    array_foreach (&account->points.gaps, gap) {
        text_clear(text);
        sighting_gap_append(text, gap);
        words_paragraph(file, 2, "- ", text->bytes);
    }
    if (account->points.gaps.count == 0)
        words_paragraph(file, 2, "", "None longer than 10 min.");
}

static void write_doubts(FILE *file, const struct sighting_account *account)
{
    words_heading(file, "Doubts");
    point_summary_write_flags(file, &account->points);
    if (account->conflicts > 0)
        words_paragraph_format(file, 2, "",
                               "This address was in two places at once, or faster than it can be, "
                               "%" PRId64 " times: two aircraft may have sent it.",
                               account->conflicts);
}

static void write_watch(FILE *file, const struct sighting_account *account)
{
    words_heading(file, "Why it is watched");
    AUTO_FREE char *copy =
        memory_copy_string(account->row.watch_ids != NULL ? account->row.watch_ids : "");
    bool any = false;
    for (char *rest = copy, *id; (id = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));) {
        if (*id == '\0')
            continue;
        AUTO_FREE char *asks = sighting_watch_in_words(account, id);
        words_paragraph_format(file, 2, "- ", "It matches the watch entry %s: %s.", id, asks);
        any = true;
    }
    if (!any)
        words_paragraph(file, 2, "", "No watch entry is stored with it.");
}

static void write_visits(FILE *file, const struct sighting_account *account)
{
    char first[WORDS_SIZE], last[WORDS_SIZE];
    words_heading(file, "Visits");
    array_foreach (&account->visits, visit) {
        bool came = visit->sighting_in != NULL && strcmp(visit->sighting_in, account->row.id) == 0;
        const utc_us after = came ? visit->arrived_after : visit->departed_after;
        const utc_us before = came ? visit->arrived_before : visit->departed_before;
        words_paragraph_format(file, 2, "- ", "%s %s, %s, %s, between %s and %s (visit %s).",
                               came ? "It came to" : "It left", visit->place, visit->grade,
                               visit_row_is_superseded(visit) ? "withdrawn" : visit->state,
                               words_time(after, first), words_time(before, last), visit->id);
    }
    if (account->visits.count == 0)
        words_paragraph(file, 2, "", "None begins or ends with this sighting.");
}

void sighting_account_write_words(FILE *file, const struct sighting_account *account)
{
    struct text text;
    text_init(&text, TEXT_BYTES_MAX);
    write_what(file, &account->row, account->points.points);
    write_opening(file, account);
    write_gaps(file, account, &text);
    words_heading(file,
                  strcmp(account->row.state, "open") == 0 ? "Why it is open" : "Why it closed");
    text_clear(&text);
    sighting_account_append_closing(&text, account);
    words_paragraph_format(file, 2, "", "%s (%s)", text.bytes,
                           sighting_closing_rule(account->row.state));
    write_doubts(file, account);
    write_watch(file, account);
    write_visits(file, account);
    words_heading(file, "Data");
    array_foreach (&account->points.feeds, feed)
        words_paragraph_format(file, 2, "- ", "%s: %" PRId64 " points.", feed->feed, feed->points);
    words_paragraph_format(file, 2, "", "Attribution: %s. Sighting %s.", account->attribution.bytes,
                           account->row.id);
    text_done(&text);
}
