// SPDX-License-Identifier: MIT
// Where a secret is to be found: read from {"credential": ...}, {"file": ...} or {"env": ...}.
#pragma once

#include "config/reader.h"

// Reads the object into an owned source. A relative file name is taken from `folder`. A secret
// written into the configuration itself is refused with advice, and never repeated in the message.
bool credential_source_read(struct reader *reader, const cJSON *json, const char *folder,
                            struct credential_source *ret_source);
void credential_source_done(struct credential_source *source);
