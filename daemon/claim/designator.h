// SPDX-License-Identifier: MIT
// ICAO type designators (Doc 8643) that a claim may name, and the nearest one to a misprint.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether `word` is one of the built-in table (feeds.md 7.1 and common airliners of the same
// stories) or of `more`.
bool designator_is_known(const char *word, const char *const *more, size_t more_count);

// The known designator nearest to `word`: fewest edits (base/text.h), then most characters in
// common, then the alphabet, so that "IL26M" gives "IL62" and not "IL76". NULL when none is near:
// more than half of it differs.
const char *designator_nearest(const char *word, const char *const *more, size_t more_count);
