// SPDX-License-Identifier: MIT
// What the names of files say: which is a trace, an archive, a part of a split one. Names only,
// nothing is opened.
#pragma once

#include "feed/observation.h"

#include <stdbool.h>

// Behind the last slash.
const char *archive_base_name(const char *path);
// "trace_full_1551df.json": one aircraft's whole day (feeds.md 2.1).
bool archive_name_is_trace(const char *path);
// Whose trace it is by its name: "1551df", "~2a0f31". False where the name says no address.
bool archive_name_address(const char *path, char ret_icao24[ICAO24_SIZE]);
// "X.tar.ab": two small letters after ".tar.", as `split` writes them (feeds.md 2.6).
bool archive_name_is_part(const char *path);
bool archive_name_is_first_part(const char *path);
// A tar, also compressed as a whole, or the first part of one.
bool archive_name_is_archive(const char *path);
