// SPDX-License-Identifier: MIT
#include "store/known_alerts.h"

#include "base/text.h"
#include "journal/outbox.h"

_Static_assert(OUTBOX_REMEMBERED == 35 * UTC_DAY, "the query says the same");
static const char alerts_sql[] =
    "SELECT alert_id, type, happened_at, found_at, subject FROM skywitness_store.alert"
    " WHERE found_at > now() - interval '35 days' ORDER BY found_at DESC LIMIT 50000";

static void add_alert(const struct query *query, struct entry *entry)
{
    const char *id = query_text(query, 0), *type = query_text(query, 1),
               *subject = query_text(query, 4);
    struct entry_alert alert = {.happened_at = query_time(query, 2),
                                .found_at = query_time(query, 3)};
    if (id == NULL || type == NULL || subject == NULL || !digest_uuid_parse(id, alert.alert_id))
        return;
    text_copy(alert.type, sizeof alert.type, type);
    text_copy(alert.subject, sizeof alert.subject, subject);
    *array_append(&entry->alerts) = alert;
}

int known_alerts_read(const struct query_settings *settings, struct entry *entry,
                      struct error *error)
{
    struct query_connection *connection;
    struct query *query = NULL;
    int ret = query_open(settings, &connection, error);
    if (ret < 0)
        return ret;
    ret = query_start(connection, alerts_sql, NULL, 0, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) > 0)
        add_alert(query, entry);
    query_finish(query);
    query_close(connection);
    return ret;
}
