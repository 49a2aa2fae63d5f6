// SPDX-License-Identifier: MIT
// Ids made from what happened (base/digest.h): the same on every machine and in every replay.
#pragma once

#include "base/digest.h"
#include "journal/entry.h"

void sighting_uuid(const struct sighting *sighting, uint8_t ret_uuid[DIGEST_UUID_SIZE]);
void visit_uuid(const struct visit *visit, uint8_t ret_uuid[DIGEST_UUID_SIZE]);
void poll_uuid(const struct poll *poll, uint8_t ret_uuid[DIGEST_UUID_SIZE]);
