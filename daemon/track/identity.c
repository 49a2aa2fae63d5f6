// SPDX-License-Identifier: MIT
#include "track/identity.h"

#include "base/text.h"

#include <string.h>

void identity_add_feed(struct track *track, const char *feed)
{
    struct sighting *sighting = &track->sighting;
    for (uint8_t i = 0; i < sighting->feed_count; i++)
        if (strcmp(sighting->feeds[i], feed) == 0)
            return;
    if (sighting->feed_count == SIGHTING_FEEDS_MAX)
        return;
    text_copy(sighting->feeds[sighting->feed_count++], FEED_ID_SIZE, feed);
    track->changed = true;
}

// Beyond the eighth call sign the first seven and the newest are kept. Garbled call signs must not
// make the row change for ever, though: a newest one that is replaced again and again is stored at
// the close.
static void add_callsign(struct track *track, const char *callsign)
{
    struct sighting *sighting = &track->sighting;
    if (callsign[0] == '\0')
        return;
    for (uint8_t i = 0; i < sighting->callsign_count; i++)
        if (strcmp(sighting->callsigns[i], callsign) == 0)
            return;
    if (sighting->callsign_count == SIGHTING_CALLSIGNS_MAX)
        sighting->callsign_count--;
    text_copy(sighting->callsigns[sighting->callsign_count++], CALLSIGN_SIZE, callsign);
    track->changed = true;
}

// The first word counts: feeds that disagree must not make the row change with each poll.
static void take_text(struct track *track, char *destination, size_t size, const char *text)
{
    if (text[0] == '\0' || destination[0] != '\0')
        return;
    text_copy(destination, size, text);
    track->changed = true;
}

void identity_add_observation(struct track *track, const struct observation *observation)
{
    struct sighting *sighting = &track->sighting;
    take_text(track, sighting->registration, sizeof sighting->registration,
              observation->registration);
    take_text(track, sighting->type_code, sizeof sighting->type_code, observation->type_code);
    add_callsign(track, observation->callsign);
    if ((sighting->watch_mask | observation->watch_mask) != sighting->watch_mask) {
        sighting->watch_mask |= observation->watch_mask;
        track->changed = true;
    }
}
