// SPDX-License-Identifier: MIT
// An event in words: one readable sentence, grade and verb in plain words, times in UTC. Pure.
#pragma once

#include "alert/event.h"
#include "alert/zone.h"
#include "base/text.h"
#include "config/config.h"

// "An Il-62M (RA-86495, RFF7032) landed at Hmeimim / Latakia between 11:31 and 11:42 UTC on 26
// October 2025."
void words_sentence(const struct alert_event *event, const struct config *config,
                    struct text *text);

// "Grade A3: strong, one end of the stay was seen and the other is bracketed." Empty without a
// grade.
const char *words_grade(const struct alert_event *event);

// "14:42 on 26 October 2025 in Asia/Damascus"; empty for NULL.
void words_local_time(const struct zone *zone, utc_us time, struct text *text);

// A link to a map of the position; empty where there is none.
void words_map_url(const struct alert_event *event, struct text *text);

// "adsb.lol, ODbL 1.0; adsb.fi": what the feeds' licences ask to be said.
void words_attribution(const struct alert_event *event, const struct config *config,
                       struct text *text);
// One feed's: its configured attribution, else its id and licence.
void words_feed_attribution(const char *feed, const struct config *config, struct text *text);

// Every text of an event made UTF-8, in place.
void words_clean_event(struct alert_event *event);

// Text that may hold bytes which are no UTF-8: these become "?". Copies into `buffer`.
const char *words_clean(const char *source, char *buffer, size_t size);
