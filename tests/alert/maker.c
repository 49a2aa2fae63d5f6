// SPDX-License-Identifier: MIT
#include "alert/maker.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static struct config config;
static struct config_webhook webhook;
static struct config_feed feed;
static struct place places[2];
static struct watch_entry entries[2];
static char star[] = "*";
static char *everything[] = {star};

struct config *maker_config(void)
{
    memset(&config, 0, sizeof config);
    memset(places, 0, sizeof places);
    memset(entries, 0, sizeof entries);
    text_copy(places[0].id, sizeof places[0].id, "OSLK");
    text_copy(places[0].name, sizeof places[0].name, "Hmeimim / Latakia");
    places[0].reference = (struct position){35.401, 35.949};
    text_copy(places[1].id, sizeof places[1].id, "levant");
    places[1].kind = PLACE_CIRCLE;
    places[1].reference = (struct position){34.5, 36.0};
    places[1].radius_nm = 200;
    text_copy(entries[0].id, sizeof entries[0].id, "an124");
    text_copy(entries[1].id, sizeof entries[1].id, "il62");
    static char feed_id[] = "adsb.lol", licence[] = "ODbL 1.0";
    static char id[] = "desk", url[] = "https://example.org/hook", format[] = "standard";
    feed = (struct config_feed){.id = feed_id, .licence = licence};
    webhook = (struct config_webhook){
        .id = id,
        .url = url,
        .format = format,
        .events = everything,
        .event_count = 1,
        .enabled = true,
        .maximum_age_s = 86400,
    };
    config.places = places;
    config.place_count = 2;
    config.watch.entries = entries;
    config.watch.entry_count = 2;
    config.feeds = &feed;
    config.feed_count = 1;
    config.webhooks = &webhook;
    config.webhook_count = 1;
    return &config;
}

struct config_webhook *maker_webhook(void)
{
    return &webhook;
}

static void fill_key(struct visit *visit)
{
    memset(visit, 0, sizeof *visit);
    text_copy(visit->icao24, sizeof visit->icao24, "1551df");
    text_copy(visit->place, sizeof visit->place, "OSLK");
    text_copy(visit->registration, sizeof visit->registration, "RA-86495");
    text_copy(visit->type_code, sizeof visit->type_code, "IL62");
    text_copy(visit->callsign_in, sizeof visit->callsign_in, "RFF7032");
    visit->anchored_at = MAKER_NOW - UTC_HOUR;
    visit->sighting_in = visit->anchored_at;
    visit->sighting_out = UTC_UNKNOWN;
    visit->watch_mask = 2;
    visit->position = (struct position){35.40, 35.95};
}

static void take(void *data, struct alert_event *event)
{
    if (event->type == ALERT_VISIT_ARRIVED)
        *(struct alert_event *)data = *event;
}

struct alert_event maker_arrival(void)
{
    struct entry entry;
    struct alert_event event;
    const struct alert_event_sink sink = {take, &event};
    memset(&event, 0, sizeof event);
    entry_init(&entry);
    struct visit *visit = array_append(&entry.visits);
    fill_key(visit);
    visit->state = VISIT_CONFIRMED;
    visit->grade = VISIT_A3;
    visit->arrived_after = MAKER_NOW - 11 * UTC_MINUTE - 10 * UTC_SECOND;
    visit->arrived_before = MAKER_NOW;
    visit->departed_after = visit->departed_before = UTC_UNKNOWN;
    visit->arrival_seen = true;
    visit->reasons[visit->reason_count++] =
        (struct visit_reason){VISIT_RULE_LAST_HEIGHT, true, 5000, 2418, "", NAN};
    alert_events_of_entry(&entry, NULL, MAKER_NOW, &sink);
    text_copy(event.feeds[0], sizeof event.feeds[0], "adsb.lol");
    event.feed_count = 1;
    entry_done(&entry);
    return event;
}
