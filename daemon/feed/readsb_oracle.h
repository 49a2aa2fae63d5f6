// SPDX-License-Identifier: MIT
// For tests: reads the readsb family with cJSON and plain loops, and tells where the decoder
// differs. It shares the decoder's rules about values (readsb_meaning.h) and nothing of how it
// reads. The limits on sizes are not its business.
#pragma once

#include "feed/decoder.h"

// NULL when both agree: the same error or none, and the same batch. Else a message, to be freed.
char *readsb_oracle_differs(const char *body, size_t length, utc_us received_at,
                            const struct feed_interest *interest);
