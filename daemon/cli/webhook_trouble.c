// SPDX-License-Identifier: MIT
#include "cli/webhook_trouble.h"

#include "config/config.h"

#include <inttypes.h>
#include <string.h>

// The newest failure of each webhook that has delivered nothing since.
static const char sql[] =
    "SELECT u.endpoint, u.reason, u.waiting, u.dead, g.last_good FROM ("
    "  SELECT endpoint, (array_agg(reason ORDER BY changed_at DESC) FILTER (WHERE attempt > 0))[1] "
    "AS reason,"
    "    max(changed_at) FILTER (WHERE attempt > 0) AS failed_at,"
    "    count(*) FILTER (WHERE state = 'queued') AS waiting, count(*) FILTER (WHERE state = "
    "'dead') AS dead"
    "  FROM skywitness.delivery WHERE state IN ('queued', 'dead') GROUP BY endpoint) u"
    " CROSS JOIN LATERAL (SELECT max(delivered_at) AS last_good FROM skywitness.delivery d"
    "  WHERE d.endpoint = u.endpoint AND d.state = 'delivered') g"
    " WHERE u.failed_at > coalesce(g.last_good, '-infinity') ORDER BY u.endpoint";

static bool is_enabled(const struct config *config, const char *webhook)
{
    for (size_t i = 0; config != NULL && i < config->webhook_count; i++)
        if (strcmp(config->webhooks[i].id, webhook) == 0)
            return config->webhooks[i].enabled;
    return config == NULL;
}

static void say(struct cli *cli, const struct query *query)
{
    char last[UTC_TEXT_SIZE];
    utc_us last_good = query_time(query, 4);
    const char *reason = query_text(query, 1);
    cli_say(cli,
            "webhook %s takes nothing: %s; %" PRId64 " alerts wait, %" PRId64
            " were given up; the last it took: %s",
            query_text(query, 0), reason != NULL ? reason : "no reason is known",
            query_integer(query, 2, 0), query_integer(query, 3, 0),
            last_good != UTC_UNKNOWN ? utc_format(last_good, last) : "none");
}

void webhook_trouble_say(struct cli *cli, const struct config *config,
                         struct query_connection *connection)
{
    struct query *query;
    struct error error = {0};
    int result = query_start(connection, sql, NULL, 0, &query, &error);
    if (result == 0) {
        while ((result = query_next(query, &error)) == 1)
            if (is_enabled(config, query_text(query, 0)))
                say(cli, query);
        query_finish(query);
    }
    if (result < 0)
        cli_say(cli, "webhooks: %s", error.message);
}
