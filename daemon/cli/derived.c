// SPDX-License-Identifier: MIT
#include "cli/derived.h"

#include "base/text.h"
#include "config/config.h"
#include "store/claim_store.h"
#include "store/derive_pending.h"
#include "store/pending_event.h"
#include "store/query.h"

#include <inttypes.h>
#include <string.h>

#define PROBLEM_BYTES_MAX 65536

static void say_changes(const struct cli *cli, const struct derive_change_array *changes)
{
    array_foreach (changes, change)
        if (strcmp(change->what, "visit") == 0)
            cli_say(cli, "visit %s of %s %s: %s%s%s", change->id, change->icao24, change->change,
                    change->was, change->was[0] != '\0' && change->is[0] != '\0' ? " -> " : "",
                    change->is);
}

static int assess(const struct cli *cli, struct claim_store *store,
                  const struct claim_library *library, const char *id, struct error *error)
{
    struct claim_assessed assessed = {0};
    array_foreach (&library->claims, claim) {
        if (strcmp(claim->id, id) != 0)
            continue;
        int ret =
            claim_store_assess(store, claim, library, cli->now, false, true, &assessed, error);
        if (ret < 0)
            return ret;
        if (assessed.is_new)
            cli_say(cli, "claim %s: assessed anew", id);
        claim_assessed_done(&assessed);
    }
    return 0;
}

static int assess_touched(const struct cli *cli, const struct config *config,
                          struct query_connection *connection, struct error *error)
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
    array_foreach (&ids, id)
        if (ret >= 0)
            ret = assess(cli, store, &library, id->text, error);
    array_free(&ids);
    claim_library_done(&library);
    claim_store_free(store);
    return ret;
}

static int say_waiting(const struct cli *cli, struct query_connection *connection,
                       struct error *error)
{
    uint64_t waiting = 0;
    int ret = pending_event_count(connection, &waiting, error);
    if (ret == 0 && waiting > 0)
        cli_say(cli, "%" PRIu64 " events wait for the daemon, which alerts about them", waiting);
    return ret;
}

int derived_finish(const struct cli *cli, const struct config *config,
                   struct query_connection *connection, struct error *error)
{
    int ret = assess_touched(cli, config, connection, error);
    return ret < 0 ? ret : say_waiting(cli, connection, error);
}

int derived_pending(struct cli *cli, const struct config *config,
                    struct query_connection *connection, bool with_failed)
{
    struct derive_change_array changes = {0};
    struct error error = {0};
    struct text problems;
    size_t derived = 0;
    text_init(&problems, PROBLEM_BYTES_MAX);
    const struct derive_pending_request request = {.now = cli->now,
                                                   .with_unfinished = true,
                                                   .with_failed = with_failed,
                                                   .problems = &problems};
    int ret = derive_pending(connection, config, &request, &changes, &derived, &error);
    if (ret >= 0) {
        say_changes(cli, &changes);
        cli_say(cli, "derived %zu aircraft again: %zu changes", derived, changes.count);
        ret = derived_finish(cli, config, connection, &error);
    }
    bool has_problems = problems.length > 0;
    if (has_problems)
        cli_say(cli, "%.*s", (int)problems.length - 1, problems.bytes);
    text_done(&problems);
    array_free(&changes);
    return ret < 0 ? cli_fail(cli, &error) : has_problems ? EXIT_STATUS_WANTING : EXIT_STATUS_GOOD;
}

int derived_loaded(struct cli *cli, const struct config *config,
                   struct query_connection *connection)
{
    struct error error = {0};
    int ret = derive_pending_release(connection, &error);
    if (ret < 0)
        return cli_fail(cli, &error);
    if (ret > 0)
        return derived_pending(cli, config, connection, false);
    cli_say(cli, "another backfill is under way: it derives again at its end");
    return EXIT_STATUS_GOOD;
}
