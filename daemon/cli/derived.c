// SPDX-License-Identifier: MIT
#include "cli/derived.h"

#include "base/text.h"
#include "config/config.h"
#include "store/claim_store.h"
#include "store/derive.h"
#include "store/query.h"

#include <errno.h>
#include <string.h>

struct pending {
    char icao24[ICAO24_SIZE];
    utc_us since, until;
};
struct pending_array ARRAY_OF(struct pending);

static int read_pending(struct query_connection *connection, struct pending_array *pending, struct error *error)
{
    struct query *query;
    int ret = query_start(connection,
                          "SELECT icao24, since, until FROM skywitness_store.history_pending ORDER BY icao24", NULL,
                          0, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        struct pending *one = array_append(pending);
        text_copy(one->icao24, sizeof one->icao24, query_text(query, 0));
        one->since = query_time(query, 1);
        one->until = query_time(query, 2);
    }
    query_finish(query);
    return ret;
}

static void say_changes(const struct cli *cli, const struct derive_change_array *changes)
{
    array_foreach(changes, change)
        if (strcmp(change->what, "visit") == 0)
            cli_say(cli, "visit %s of %s %s: %s%s%s", change->id, change->icao24, change->change, change->was,
                    change->was[0] != '\0' && change->is[0] != '\0' ? " -> " : "", change->is);
}

static int assess(const struct cli *cli, struct claim_store *store, const struct claim_library *library,
                  const char *id, struct error *error)
{
    struct claim_assessed assessed = {0};
    array_foreach(&library->claims, claim) {
        if (strcmp(claim->id, id) != 0)
            continue;
        int ret = claim_store_assess(store, claim, library, cli->now, false, true, &assessed, error);
        if (ret < 0)
            return ret;
        if (assessed.is_new)
            cli_say(cli, "claim %s: assessed anew", id);
        claim_assessed_done(&assessed);
    }
    return 0;
}

static int assess_touched(const struct cli *cli, const struct config *config, struct query_connection *connection,
                          struct error *error)
{
    struct claim_store *store;
    struct claim_library library = {0};
    struct claim_id_array ids = {0};
    int ret = claim_store_new(connection, config, &store, error);
    if (ret < 0)
        return ret;
    ret = claim_store_due(store, cli->now, &ids, error);
    if (ret >= 0 && ids.count > 0)
        ret = claim_store_load(store, NULL, &library, error);
    array_foreach(&ids, id)
        if (ret >= 0)
            ret = assess(cli, store, &library, id->text, error);
    array_free(&ids);
    claim_library_done(&library);
    claim_store_free(store);
    return ret;
}

int derived_pending(struct cli *cli, const struct config *config, struct query_connection *connection)
{
    struct pending_array pending = {0};
    struct derive_change_array changes = {0};
    struct error error = {0};
    int ret = read_pending(connection, &pending, &error);
    array_foreach(&pending, one)
        if (ret >= 0)
            ret = derive_aircraft(connection, config, one->icao24, one->since, one->until, false, &changes, &error);
    if (ret >= 0) {
        say_changes(cli, &changes);
        cli_say(cli, "derived %zu aircraft again: %zu changes", pending.count, changes.count);
        ret = assess_touched(cli, config, connection, &error);
    }
    array_free(&pending);
    array_free(&changes);
    return ret < 0 ? cli_fail(cli, &error) : EXIT_STATUS_GOOD;
}
