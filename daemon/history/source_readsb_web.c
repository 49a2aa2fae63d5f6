// SPDX-License-Identifier: MIT
// A web server that shows readsb's globe_history (tar1090): one aircraft's trace of a day a request
// (feeds.md 2.1, 2.7). That a trace is not there says nothing: the aircraft was not seen, or the
// day has expired.
#include "history/source.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

static void make_url(const char *address, utc_us day, const char *icao24, struct text *url)
{
    static const char folder[] = "/globe_history";
    char text[UTC_TEXT_SIZE];
    size_t length = strlen(address), folder_length = strlen(folder);
    bool has_folder =
        length > folder_length && strcmp(address + length - folder_length, folder) == 0;
    utc_format_day(day, text);
    text_append_format(url, "%s%s/%.4s/%.2s/%.2s/traces/%s/trace_full_%s.json", address,
                       has_folder ? "" : folder, text, text + 5, text + 8,
                       icao24 + strlen(icao24) - 2, icao24);
}

static int plan(struct history_source *source, const struct history_order *order,
                struct history_items *items, struct history_missing_days *missing,
                struct error *error)
{
    (void)missing;
    (void)error;
    for (utc_us day = order->first_day; day <= order->last_day; day += UTC_DAY) {
        array_foreach (order->aircraft, aircraft) {
            struct history_item *item = array_append(items);
            struct text url;
            char text[UTC_TEXT_SIZE];
            *item = (struct history_item){.day = day, .kind = ARCHIVE_KIND_TRACE};
            memcpy(item->icao24, aircraft->icao24, sizeof item->icao24);
            snprintf(item->name, sizeof item->name, "%s of %s", aircraft->icao24,
                     utc_format_day(day, text));
            text_init(&url, 2000);
            make_url(source->config->address, day, aircraft->icao24, &url);
            item->urls = TAKE(url.bytes);
        }
    }
    return 0;
}

const struct history_kind history_kind_readsb_web = {
    .name = "readsb-web",
    .asks_aircraft = true,
    .plan = plan,
};
