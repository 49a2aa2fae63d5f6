// SPDX-License-Identifier: MIT
#include "cli/explain_visit.h"

#include "base/memory.h"
#include "cli/explain_words.h"
#include "cli/export_tracks.h"
#include "cli/output.h"
#include "store/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_BYTES_MAX 4096
#define LIST_BYTES_MAX 65536

static void take_sighting(void *data, struct sighting_row *row)
{
    struct visit_side *side = data;
    side->known = true;
    sighting_row_done(&side->sighting);
    side->sighting = *row;
    *row = (struct sighting_row){0};
}

static int read_side(struct explanation *explanation, const char *sighting_id,
                     struct visit_side *ret_side, struct error *error)
{
    const struct row_filter any = {.since = UTC_UNKNOWN, .until = UTC_UNKNOWN};
    if (sighting_id == NULL)
        return 0;
    int result = sighting_query_each(explanation->connection, NULL, &any, sighting_id,
                                     take_sighting, ret_side, error);
    if (result >= 0 && ret_side->known)
        result = point_summary_read(explanation, &ret_side->sighting, &ret_side->points, error);
    return result;
}

static char *sentence_of(struct explanation *explanation, const struct explain_reason *reason,
                         const struct explain_reason *next)
{
    char name[EXPLAIN_PLACE_SIZE];
    struct text text;
    text_init(&text, SENTENCE_BYTES_MAX);
    explain_reason_append(
        &text, reason, next,
        reason->place != NULL ? explain_place_name(explanation, reason->place, name) : NULL);
    if (text.bytes == NULL)
        text_append(&text, "");
    return text.bytes;
}

static int read_reasons(struct explanation *explanation, struct visit_account *account,
                        struct error *error)
{
    account->document = cJSON_Parse(account->row->reasons);
    if (!cJSON_IsArray(account->document))
        return error_set(error, -EBADMSG, "the reasons of visit %s are no list", account->row->id);
    const cJSON *object;
    cJSON_ArrayForEach(object, account->document)
    {
        struct explain_reason reason, next;
        if (!explain_reason_read(object, &reason))
            continue;
        bool has_next = object->next != NULL && explain_reason_read(object->next, &next);
        *array_append(&account->reasons) = (struct visit_reason_row){
            .reason = reason,
            .part = explain_reason_part(&reason, has_next ? &next : NULL),
            .sentence = sentence_of(explanation, &reason, has_next ? &next : NULL),
        };
    }
    return 0;
}

static void take_count(void *data, const struct query *query)
{
    *(int64_t *)data = query_integer(query, 0, 0);
}

static int count_conflicts(struct explanation *explanation, struct visit_account *account,
                           struct error *error)
{
    static const char sql[] =
        "SELECT count(*) FROM skywitness.identity_conflict c, skywitness.visit v"
        " WHERE v.visit_id = $1::uuid AND v.icao24 = $2 AND c.icao24 = v.icao24"
        " AND c.second_at BETWEEN"
        "   coalesce(v.arrived_after, v.arrived_before, v.anchored_at) - interval '1 day'"
        "   AND coalesce(v.departed_before, v.arrived_before, v.anchored_at) + interval '1 day'";
    const char *parameters[] = {account->row->id, account->row->icao24};
    return explain_each(explanation, sql, parameters, 2, take_count, &account->conflicts, error);
}

// Adds the sighting's feeds that are not in the list yet.
static void take_feeds(struct text *feeds, const struct visit_side *side)
{
    const char separator[] = {OUTPUT_LIST_SEPARATOR, '\0'};
    AUTO_FREE char *copy =
        memory_copy_string(side->sighting.feeds != NULL ? side->sighting.feeds : "");
    for (char *rest = copy, *feed; (feed = strsep(&rest, separator)) != NULL;) {
        bool has = *feed == '\0';
        AUTO_FREE char *known = memory_copy_string(feeds->bytes);
        for (char *others = known, *other; (other = strsep(&others, separator)) != NULL;)
            has = has || strcmp(other, feed) == 0;
        if (!has)
            text_append_format(feeds, "%s%s", feeds->length > 0 ? separator : "", feed);
    }
}

static int gather(struct explanation *explanation, struct visit_account *account,
                  struct error *error)
{
    account->row = &account->current.items[0];
    explain_place_name(explanation, account->row->place, account->place_name);
    int result =
        visits_query_history(explanation->connection, account->row->id, &account->history, error);
    if (result >= 0)
        result = read_side(explanation, account->row->sighting_in, &account->in, error);
    if (result >= 0)
        result = read_side(explanation, account->row->sighting_out, &account->out, error);
    if (result >= 0)
        result = count_conflicts(explanation, account, error);
    if (result >= 0)
        result = read_reasons(explanation, account, error);
    if (result < 0)
        return result;
    text_append(&account->feeds, "");
    take_feeds(&account->feeds, &account->in);
    take_feeds(&account->feeds, &account->out);
    export_attribution(&account->attribution, explanation->config, account->feeds.bytes);
    return 0;
}

const struct visit_reason_row *visit_account_reason(const struct visit_account *account,
                                                    const char *rule)
{
    array_foreach (&account->reasons, row)
        if (strcmp(row->reason.rule, rule) == 0)
            return row;
    return NULL;
}

static void side_done(struct visit_side *side)
{
    sighting_row_done(&side->sighting);
    point_summary_done(&side->points);
}

static void account_done(struct visit_account *account)
{
    visit_rows_done(&account->current);
    visit_rows_done(&account->history);
    side_done(&account->in);
    side_done(&account->out);
    array_foreach (&account->reasons, row)
        free(row->sentence);
    array_free(&account->reasons);
    cJSON_Delete(account->document);
    text_done(&account->feeds);
    text_done(&account->attribution);
}

int explain_visit(struct explanation *explanation, const char *id, struct error *error)
{
    struct visit_account account = {0};
    text_init(&account.feeds, LIST_BYTES_MAX);
    text_init(&account.attribution, LIST_BYTES_MAX);
    int result = visits_query_one(explanation->connection, id, &account.current, error);
    if (result >= 0 && account.current.count == 0)
        result = error_set(error, -EINVAL, "visit %s is gone", id);
    if (result >= 0)
        result = gather(explanation, &account, error);
    if (result >= 0 && explanation->cli->format == OUTPUT_JSON)
        result = explain_write_json(explanation, visit_account_json(&account), error);
    else if (result >= 0)
        visit_account_write_words(explanation->cli->out, &account);
    account_done(&account);
    return result;
}
