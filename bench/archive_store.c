// SPDX-License-Identifier: MIT
// Stores made-up points of archives by the loader of a backfill, in transactions of the size that a
// backfill makes, and writes how many seconds that took. For archive_store.py.
//
//     archive_store DATABASE ROWS
#include "store/loader.h"

#include "store/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FEED "adsb.lol"
#define FILE_ROWS 1600     // of an aircraft and day
#define COMMIT_ROWS 100000 // as history/backfill.c
#define DAY ((utc_us)1761436800 * UTC_SECOND)

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const struct error *error)
{
    fprintf(stderr, "archive_store: %s\n", error->message);
    exit(EXIT_FAILURE);
}

static struct track_point point_of(size_t file, size_t number)
{
    struct track_point point = {.flags = 0};
    struct observation *seen = &point.seen;
    // Archives hold addresses in no order that an index would like.
    snprintf(seen->icao24, sizeof seen->icao24, "%06x", (unsigned)(file * 7919 % 0xffffff) + 1);
    seen->observed_at = DAY + (utc_us)number * 53 * UTC_SECOND + (utc_us)file * 1000;
    seen->has_position = true;
    seen->position =
        (struct position){35.0 + (double)number * 0.0017, 36.0 + (double)(file % 100) * 0.31};
    seen->altitude_baro_ft = (int32_t)(30000 + number % 100 * 25);
    seen->altitude_geom_ft = seen->altitude_baro_ft + 325;
    seen->ground_speed_kt = 431.5f;
    seen->track_deg = 97.25f;
    seen->vertical_rate_fpm = 64;
    seen->nic = 8;
    seen->nac_p = 9;
    seen->sil = 3;
    seen->position_source = POSITION_SOURCE_ADSB_ICAO;
    memcpy(seen->squawk, "1000", 5);
    memcpy(seen->callsign, "SYN0001", 8);
    return point;
}

static void add_file(struct history_loader *loader, size_t number, size_t rows)
{
    struct history_file file = {.begins_at = DAY, .points = (uint32_t)rows, .kept = (uint32_t)rows};
    memcpy(file.content, &number, sizeof number);
    struct track_point point = point_of(number, 0);
    memcpy(file.icao24, point.seen.icao24, sizeof file.icao24);
    history_loader_add_file(loader, &file);
    for (size_t i = 0; i < rows; i++) {
        point = point_of(number, i);
        history_loader_add_point(loader, &point);
    }
}

int main(int argc, char **argv)
{
    struct query_connection *connection;
    struct error error = {0};
    if (argc != 3)
        return EXIT_FAILURE;
    size_t rows = strtoul(argv[2], NULL, 10);
    if (query_connect(argv[1], NULL, &connection, &error) < 0)
        fail(&error);
    struct history_loader *loader = history_loader_new(
        connection, &(struct history_loader_order){.feed = FEED, .places = "{}"});
    double begin = now_s();
    for (size_t done = 0, number = 0; done < rows; number++) {
        size_t count = rows - done < FILE_ROWS ? rows - done : FILE_ROWS;
        add_file(loader, number, count);
        done += count;
        if ((history_loader_rows(loader) >= COMMIT_ROWS || done == rows) &&
            history_loader_commit(loader, &error) < 0)
            fail(&error);
    }
    double seconds = now_s() - begin;
    if (history_loader_stored(loader) != rows)
        return EXIT_FAILURE;
    printf("%.4f\n", seconds);
    history_loader_free(loader);
    query_close(connection);
    return EXIT_SUCCESS;
}
