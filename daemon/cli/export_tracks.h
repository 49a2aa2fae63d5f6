// SPDX-License-Identifier: MIT
// The tracks of chosen sightings, read from the database and written in a format of export.h.
#pragma once

#include "base/text.h"
#include "cli/cli.h"
#include "cli/export.h"
#include "cli/row_filter.h"

// The option that goes with every command that writes tracks; its target is a bool.
#define EXPORT_OPTION_ROW(doubtful)                                                                \
    {                                                                                              \
        "doubtful", 0, OPTION_FLAG, &(doubtful), NULL,                                             \
            "tracks: also the points that are flagged implausible", 0, 0                           \
    }

// Writes in cli->format the tracks of the sightings that sighting_query_each gives for `filter` and
// `ids`. Returns the exit status, after saying what went wrong.
int export_tracks(struct cli *cli, struct query_connection *connection, const struct config *config,
                  const struct row_filter *filter, const char *ids, bool doubtful);

// Clears `text` and fills it with what the configuration (or NULL) says is to be shown with each
// feed's data; the feed's licence or its id where that is nothing. `feeds` is a list as
// cli/output.h has them, or NULL.
void export_attribution(struct text *text, const struct config *config, const char *feeds);
