// SPDX-License-Identifier: MIT
#include "journal/entry_id.h"

void sighting_uuid(const struct sighting *sighting, uint8_t ret_uuid[DIGEST_UUID_SIZE])
{
    digest_uuid(ret_uuid, "sighting/%s/%lld/%u", sighting->icao24, (long long)sighting->opened_at,
                (unsigned)sighting->emitter);
}

void visit_uuid(const struct visit *visit, uint8_t ret_uuid[DIGEST_UUID_SIZE])
{
    digest_uuid(ret_uuid, "visit/%s/%u/%s/%lld", visit->icao24, (unsigned)visit->emitter,
                visit->place, (long long)visit->anchored_at);
}

void poll_uuid(const struct poll *poll, uint8_t ret_uuid[DIGEST_UUID_SIZE])
{
    digest_uuid(ret_uuid, "poll/%s/%lld/%s", poll->feed, (long long)poll->asked_at, poll->request);
}
