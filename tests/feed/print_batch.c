// SPDX-License-Identifier: MIT
// For check_recordings.py: decodes a file with everything watched, lets the oracle check it, and
// prints what was understood, one JSON object a line: the batch, then each aircraft. Usage:
// print_batch FILE RECEIVED_AT_S
#include "support.h"

#include "base/memory.h"
#include "base/text.h"
#include "feed/readsb.h"
#include "feed/readsb_oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void number(const char *name, double value)
{
    if (isfinite(value))
        printf(", \"%s\": %.17g", name, value);
}

static void whole(const char *name, int32_t value, int32_t unknown)
{
    if (value != unknown)
        printf(", \"%s\": %d", name, value);
}

static void print_aircraft(const struct observation *o, const char *body)
{
    printf("{\"hex\": \"%s\", \"callsign\": \"%s\", \"squawk\": \"%s\", \"source\": \"%s\", "
           "\"on_ground\": %s, \"military\": %s, \"observed_at_us\": %lld",
           o->icao24, o->callsign, o->squawk, position_source_name(o->position_source),
           o->on_ground ? "true" : "false", o->military ? "true" : "false",
           (long long)o->observed_at);
    if (o->has_position) {
        number("lat", o->position.latitude_deg);
        number("lon", o->position.longitude_deg);
    }
    whole("alt_baro", o->altitude_baro_ft, OBSERVATION_UNKNOWN);
    whole("alt_geom", o->altitude_geom_ft, OBSERVATION_UNKNOWN);
    whole("rate", o->vertical_rate_fpm, OBSERVATION_UNKNOWN);
    number("gs", (double)o->ground_speed_kt);
    number("track", (double)o->track_deg);
    number("seen_pos", (double)o->seen_position_s);
    whole("nic", o->nic, OBSERVATION_SMALL_UNKNOWN);
    whole("nac_p", o->nac_p, OBSERVATION_SMALL_UNKNOWN);
    whole("sil", o->sil, OBSERVATION_SMALL_UNKNOWN);
    whole("version", o->adsb_version, OBSERVATION_SMALL_UNKNOWN);
    if (o->gps_ok_before != UTC_UNKNOWN)
        printf(", \"gps_ok_before_us\": %lld", (long long)o->gps_ok_before);
    // Printable ASCII without quotes in every recording.
    printf(", \"r\": \"%s\", \"t\": \"%s\", \"raw\": ", o->registration, o->type_code);
    for (uint32_t i = 0; i < o->raw_length; i++)
        putchar(body[o->raw_offset + i] == '\n' ? ' ' : body[o->raw_offset + i]);
    puts("}");
}

static char *read_whole(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *bytes = NULL;
    size_t length = 0, got;
    do {
        bytes = memory_resize(bytes, length + 65536, 1);
        got = fread(bytes + length, 1, 65536, file);
        length += got;
    } while (got > 0);
    fclose(file);
    *ret_length = length;
    return bytes;
}

int main(int count, char **words)
{
    size_t length = 0;
    char *body = count == 3 ? read_whole(words[1], &length) : NULL;
    if (body == NULL) {
        fprintf(stderr, "usage: print_batch FILE RECEIVED_AT_S\n");
        return 64;
    }
    utc_us received_at = utc_from_seconds(strtod(words[2], NULL));
    struct watch_list watch = test_watch_all();
    struct feed_interest interest = {.watch = &watch};
    struct feed_batch batch;
    struct error error;
    int code = readsb_decoder.decode(body, length, received_at, &interest, &batch, &error);
    AUTO_FREE char *difference = readsb_oracle_differs(body, length, received_at, &interest);
    if (difference != NULL) {
        fprintf(stderr, "the oracle: %s\n", difference);
        return 1;
    }
    if (code < 0) {
        printf("{\"error\": \"%s\"}\n", strerror(-code));
        fprintf(stderr, "%s\n", error.message);
    } else {
        printf("{\"now_us\": %lld, \"heard\": %u, \"with_position\": %u, \"refused\": %u}\n",
               (long long)(batch.now == UTC_UNKNOWN ? 0 : batch.now), batch.aircraft_heard,
               batch.aircraft_with_position, batch.objects_refused);
        array_foreach (&batch.kept, observation)
            print_aircraft(observation, body);
    }
    feed_batch_done(&batch);
    watch_list_done(&watch);
    free(body);
    return 0;
}
