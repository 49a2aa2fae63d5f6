// SPDX-License-Identifier: MIT
// What another daemon alerted about: a daemon that takes over must not say it again.
#pragma once

#include "base/error.h"
#include "journal/entry.h"
#include "store/query.h"

// Reads, blocking, the ids of alerts that the outbox would still remember (OUTBOX_REMEMBERED; of
// more than 50,000 the newest), and adds them to the entry, without their text and for nobody.
// Returns 0, or an error of store/query.h.
int known_alerts_read(const struct query_settings *settings, struct entry *entry,
                      struct error *error);
