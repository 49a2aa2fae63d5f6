// SPDX-License-Identifier: MIT
// Report and claim files from disk, whole or not at all.
#pragma once

#include "base/text.h"
#include "claim/clause.h"
#include "store/claim_store.h"

// Reads all files into the library; an error in one of them leaves the library empty. Every error
// goes to `problems` (initialised by the caller), one a line. Returns how many there are.
size_t claim_files_read(struct claim_store *store, char *const *paths, size_t count,
                        struct claim_library *library, struct text *problems);

// The same for the files that the configuration names.
size_t claim_files_read_configured(struct claim_store *store, const struct config *config,
                                   struct claim_library *library, struct text *problems);
