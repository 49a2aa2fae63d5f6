// SPDX-License-Identifier: MIT
#pragma once

#include "config/watch.h"

// "type A124,IL62; registration RA-*": all that an aircraft has to match. Owned by the caller.
char *watch_entry_in_words(const struct watch_entry *entry);
