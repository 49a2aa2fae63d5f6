// SPDX-License-Identifier: MIT
// What was last known of other daemons, over a restart: a small file in the state directory, for
// the time when PostgreSQL cannot be asked.
#pragma once

#include "feed/lease_policy.h"

// Sets whose the policy's feeds were and whether there were others. Without a file, or with one
// that says nothing of use, nothing is changed: as far as is known there are no others.
void lease_memory_load(const char *path, struct lease_policy *policy);

// The file's text for a policy; the caller's to free.
char *lease_memory_text(const struct lease_policy *policy);

// Writes it, whole or not at all. Blocking, for a worker thread. A failure only means that it is
// not known.
void lease_memory_save(const char *path, const char *text);
