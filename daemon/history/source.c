// SPDX-License-Identifier: MIT
#include "history/source.h"

#include "base/clock.h"
#include "base/memory.h"
#include "build_config.h"
#include "history/source_stream.h"
#include "net/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// So many refusals one after another are a locked door (bot protection, feeds.md 2.7): knocking on
// is no manners.
#define REFUSED_MAX 5

static const struct history_kind *const kinds[] = {&history_kind_releases,
                                                   &history_kind_readsb_web};

static const struct history_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

void history_items_done(struct history_items *items)
{
    array_foreach (items, item)
        free(item->urls);
    array_free(items);
}

// The address's own host first.
static void set_hosts(struct history_source *source, const char *own)
{
    const struct config_history *config = source->config;
    source->hosts = memory_allocate_zeroed(config->host_count + 1, sizeof *source->hosts);
    source->hosts[source->host_count++] = memory_copy_string(own);
    for (size_t i = 0; i < config->host_count; i++)
        source->hosts[source->host_count++] = memory_copy_string(config->hosts[i]);
}

static void set_terms(struct history_source *source, const char *contact)
{
    snprintf(source->user_agent, sizeof source->user_agent, "skywitness/%s%s%s%s",
             SKYWITNESS_VERSION, contact != NULL ? " (" : "", contact != NULL ? contact : "",
             contact != NULL ? ")" : "");
    source->terms = (struct download_terms){
        .user_agent = source->user_agent,
        .certificate_authority_file = source->config->certificate_authority_file,
        .hosts = source->hosts,
        .host_count = source->host_count,
        .local = source->config->local,
        .patience = DOWNLOAD_PATIENCE,
    };
}

int history_source_new(const struct config_history *config, const char *contact,
                       struct history_source **ret_source, struct error *error)
{
    struct endpoint endpoint;
    const struct history_kind *kind = find_kind(config->kind);
    if (kind == NULL)
        return error_set(error, -EINVAL, "history source %s: no such kind: %s", config->id,
                         config->kind);
    // A mark such as "{year}" stands behind the host only.
    AUTO_FREE char *address = memory_copy_string(config->address);
    char *mark = strchr(address, '{');
    if (mark != NULL)
        *mark = '\0';
    int ret = endpoint_parse(address, &endpoint, error);
    if (ret < 0)
        return error_prefix(error, "history source %s", config->id);
    struct history_source *source = memory_allocate_zeroed(1, sizeof *source);
    source->kind = kind;
    source->config = config;
    set_hosts(source, endpoint.host);
    set_terms(source, contact);
    source->client = download_client_new(&source->terms);
    *ret_source = source;
    return 0;
}

void history_source_free(struct history_source *source)
{
    if (source == NULL)
        return;
    download_client_free(source->client);
    for (size_t i = 0; i < source->host_count; i++)
        free(source->hosts[i]);
    free(source->hosts);
    free(source);
}

int history_source_plan(struct history_source *source, const struct history_order *order,
                        struct history_items *items, struct history_missing_days *missing,
                        struct error *error)
{
    uint64_t days = (uint64_t)((order->last_day - order->first_day) / UTC_DAY + 1);
    uint64_t per_day = source->kind->asks_aircraft ? order->aircraft->count : 1;
    if (days > HISTORY_DAYS_MAX || days * per_day > HISTORY_ITEMS_MAX)
        return error_set(error, -E2BIG, "%s: more than %d days or %d requests at once",
                         source->config->id, HISTORY_DAYS_MAX, HISTORY_ITEMS_MAX);
    return source->kind->plan(source, order, items, missing, error);
}

int history_source_pace(struct history_source *source, struct error *error)
{
    int64_t distance = (int64_t)(1e9 / source->config->max_requests_per_s);
    int64_t left = source->asked_ns == 0 ? 0 : source->asked_ns + distance - clock_monotonic_ns();
    int ret = download_client_wait(source->client, (double)left / 1e9, error);
    source->asked_ns = clock_monotonic_ns();
    return ret;
}

void history_source_stop(struct history_source *source)
{
    download_client_stop(source->client);
}

int history_source_fetch(struct history_source *source, const struct history_item *item,
                         struct history_stream **ret_stream, struct error *error)
{
    int ret = source_stream_new(source, item, ret_stream, error);
    source->refused = ret == -EACCES ? source->refused + 1 : 0;
    if (source->refused >= REFUSED_MAX)
        return error_set(error, -ECANCELED, "%s: refused %u times in a row; stopped asking",
                         source->config->id, source->refused);
    return ret;
}
