// SPDX-License-Identifier: MIT
#include "cli/export_tracks.h"

#include "base/memory.h"
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#define ATTRIBUTION_BYTES_MAX 65536

static void take_row(void *data, struct sighting_row *row)
{
    struct sighting_row_array *rows = data;
    *array_append(rows) = *row;
    *row = (struct sighting_row){0};
}

void export_attribution(struct text *text, const struct config *config, const char *feeds)
{
    text_clear(text);
    AUTO_FREE char *copy = memory_copy_string(feeds != NULL ? feeds : "");
    for (char *rest = copy, *id; (id = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));) {
        if (*id == '\0')
            continue;
        const struct config_credit credit =
            config != NULL ? config_credit(config, id) : (struct config_credit){0};
        text_append(text, text->length > 0 ? "; " : "");
        if (credit.attribution != NULL)
            text_append(text, credit.attribution);
        else if (credit.licence != NULL)
            text_append_format(text, "%s, %s", id, credit.licence);
        else
            text_append(text, id);
    }
    if (text->length == 0)
        text_append(text, "feed unknown");
}

// readsb's files hold one aircraft each: its sightings have to follow one another.
static int by_aircraft(const void *first, const void *second)
{
    const struct sighting_row *one = first, *two = second;
    int order = strcmp(one->icao24, two->icao24);
    if (order != 0)
        return order;
    return one->first_seen < two->first_seen ? -1 : one->first_seen > two->first_seen;
}

static int export_rows(struct cli *cli, struct query_connection *connection,
                       const struct config *config, const struct sighting_row_array *rows,
                       bool doubtful, struct error *error)
{
    const struct track_export *format = export_find(cli->format);
    struct track_row_array points = {0};
    struct text attribution;
    text_init(&attribution, ATTRIBUTION_BYTES_MAX);
    int result = 0;
    void *state = format->begin(cli->out);
    array_foreach (rows, row) {
        array_clear(&points);
        result = sighting_query_points(connection, row, doubtful, &points, error);
        if (result < 0)
            break;
        export_attribution(&attribution, config, row->feeds);
        format->sighting(state, row, &points, attribution.bytes);
    }
    format->end(state);
    text_done(&attribution);
    array_free(&points);
    return result;
}

int export_tracks(struct cli *cli, struct query_connection *connection, const struct config *config,
                  const struct row_filter *filter, const char *ids, bool doubtful)
{
    struct error error = {0};
    struct sighting_row_array rows = {0};
    int result = sighting_query_each(connection, config, filter, ids, take_row, &rows, &error);
    if (result >= 0 && cli->format == OUTPUT_READSB && rows.count > 1)
        qsort(rows.items, rows.count, sizeof *rows.items, by_aircraft);
    if (result >= 0)
        result = export_rows(cli, connection, config, &rows, doubtful, &error);
    int status = result < 0 ? row_filter_fail(cli, &error) : cli_flush(cli);
    array_foreach (&rows, row)
        sighting_row_done(row);
    array_free(&rows);
    return status;
}
