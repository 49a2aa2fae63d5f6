// SPDX-License-Identifier: MIT
#include "recorded.h"

#include "base/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define FILE_BYTES_MAX (64 << 20)

// gzip or plain.
static char *read_whole(const char *path)
{
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    size_t length = 0, capacity = 1 << 20;
    char *bytes = memory_allocate(capacity);
    int got;
    while ((got = gzread(file, bytes + length, (unsigned)(capacity - length - 1))) > 0) {
        length += (size_t)got;
        if (capacity - length < 2) {
            assert_true(capacity < FILE_BYTES_MAX);
            capacity *= 2;
            bytes = memory_resize(bytes, capacity, 1);
        }
    }
    gzclose(file);
    bytes[length] = '\0';
    return bytes;
}

static double number_or(const cJSON *item, double otherwise)
{
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static int32_t whole(double value)
{
    return isfinite(value) ? (int32_t)lround(value) : OBSERVATION_UNKNOWN;
}

static struct observation blank(const char *icao24)
{
    struct observation observation = {
        .position_source = POSITION_SOURCE_ADSB_ICAO,
        .has_position = true,
        .altitude_baro_ft = OBSERVATION_UNKNOWN,
        .altitude_geom_ft = OBSERVATION_UNKNOWN,
        .ground_speed_kt = NAN,
        .track_deg = NAN,
        .vertical_rate_fpm = OBSERVATION_UNKNOWN,
        .nic = OBSERVATION_SMALL_UNKNOWN,
        .nac_p = OBSERVATION_SMALL_UNKNOWN,
        .sil = OBSERVATION_SMALL_UNKNOWN,
        .adsb_version = OBSERVATION_SMALL_UNKNOWN,
        .gps_ok_before = UTC_UNKNOWN,
        .seen_position_s = 1,
        .watch_mask = 1,
    };
    text_copy(observation.icao24, sizeof observation.icao24, icao24);
    text_to_lower(observation.icao24);
    return observation;
}

static void add(struct made_pushes *pushes, struct observation observation)
{
    struct made_push *push = array_append(pushes);
    push->observation = observation;
    text_copy(push->feed, sizeof push->feed, "recording");
    push->received_at = observation.observed_at + 2 * UTC_SECOND;
}

static void set_callsign(struct observation *observation, const cJSON *item)
{
    if (cJSON_IsString(item))
        text_copy_trimmed(observation->callsign, sizeof observation->callsign, item->valuestring,
                          strlen(item->valuestring));
}

static void read_trace(const cJSON *file, struct made_pushes *pushes)
{
    double timestamp = cJSON_GetObjectItem(file, "timestamp")->valuedouble;
    struct observation last = blank(cJSON_GetObjectItem(file, "icao")->valuestring);
    const cJSON *type = cJSON_GetObjectItem(file, "t"), *element;
    if (cJSON_IsString(type))
        text_copy(last.type_code, sizeof last.type_code, type->valuestring);
    cJSON_ArrayForEach(element, cJSON_GetObjectItem(file, "trace"))
    {
        struct observation one = last; // the call sign stays
        const cJSON *altitude = cJSON_GetArrayItem(element, 3);
        int flags = cJSON_GetArrayItem(element, 6)->valueint;
        one.observed_at = utc_from_seconds(timestamp + cJSON_GetArrayItem(element, 0)->valuedouble);
        one.position = (struct position){cJSON_GetArrayItem(element, 1)->valuedouble,
                                         cJSON_GetArrayItem(element, 2)->valuedouble};
        one.on_ground = cJSON_IsString(altitude);
        double altitude_ft = number_or(altitude, NAN);
        if (flags & 8)
            one.altitude_geom_ft = whole(altitude_ft);
        else
            one.altitude_baro_ft = whole(altitude_ft);
        one.ground_speed_kt = (float)number_or(cJSON_GetArrayItem(element, 4), NAN);
        one.track_deg = (float)number_or(cJSON_GetArrayItem(element, 5), NAN);
        one.vertical_rate_fpm = whole(number_or(cJSON_GetArrayItem(element, 7), NAN));
        one.seen_position_s = flags & 1 ? 20 : 1;
        set_callsign(&one, cJSON_GetObjectItem(cJSON_GetArrayItem(element, 8), "flight"));
        const cJSON *source = cJSON_GetArrayItem(element, 9);
        if (cJSON_IsString(source))
            one.position_source =
                position_source_from_name(source->valuestring, strlen(source->valuestring));
        memcpy(last.callsign, one.callsign, sizeof last.callsign);
        add(pushes, one);
    }
}

// A field of row `index`: rows are objects in a list, or the file is an object of columns.
static const cJSON *cell(const cJSON *file, const cJSON *row, const char *name)
{
    if (cJSON_IsArray(file))
        return cJSON_GetObjectItem(row, name);
    return cJSON_GetObjectItem(cJSON_GetObjectItem(file, name), row->string);
}

static void read_noisy_row(const cJSON *file, const cJSON *row, struct made_pushes *pushes)
{
    const cJSON *time = cell(file, row, "last_position");
    if (!cJSON_IsNumber(time))
        time = cell(file, row, "timestamp");
    if (!cJSON_IsNumber(time) || !cJSON_IsNumber(cell(file, row, "latitude")))
        return;
    struct observation one = blank(cell(file, row, "icao24")->valuestring);
    one.observed_at = (utc_us)time->valuedouble * 1000;
    one.position = (struct position){cell(file, row, "latitude")->valuedouble,
                                     number_or(cell(file, row, "longitude"), NAN)};
    one.ground_speed_kt = (float)number_or(cell(file, row, "groundspeed"), NAN);
    one.track_deg = (float)number_or(cell(file, row, "track"), NAN);
    one.vertical_rate_fpm = whole(number_or(cell(file, row, "vertical_rate"), NAN));
    double altitude_ft = number_or(cell(file, row, "altitude"), NAN);
    // The sample without the flag has altitude 0 on the ground.
    const cJSON *on_ground = cell(file, row, "onground");
    one.on_ground = cJSON_IsTrue(on_ground) || (on_ground == NULL && altitude_ft == 0);
    one.altitude_baro_ft = one.on_ground ? OBSERVATION_UNKNOWN : whole(altitude_ft);
    set_callsign(&one, cell(file, row, "callsign"));
    add(pushes, one);
}

static void read_noisy(const cJSON *file, struct made_pushes *pushes)
{
    const cJSON *rows = cJSON_IsArray(file) ? file : cJSON_GetObjectItem(file, "latitude"), *row;
    cJSON_ArrayForEach(row, rows) read_noisy_row(file, row, pushes);
}

static enum position_source fr24_source(const char *word)
{
    if (strcmp(word, "ADSB") == 0)
        return POSITION_SOURCE_ADSB_ICAO;
    if (strcmp(word, "MLAT") == 0)
        return POSITION_SOURCE_MLAT;
    return strcmp(word, "ESTIMATED") == 0 ? POSITION_SOURCE_ESTIMATED : POSITION_SOURCE_OTHER;
}

static void read_fr24(const cJSON *file, struct made_pushes *pushes)
{
    const cJSON *track;
    cJSON_ArrayForEach(track, cJSON_GetObjectItem(cJSON_GetArrayItem(file, 0), "tracks"))
    {
        struct observation one = blank("000fff"); // the format has no address
        assert_int_equal(
            utc_parse(cJSON_GetObjectItem(track, "timestamp")->valuestring, &one.observed_at), 0);
        one.position = (struct position){cJSON_GetObjectItem(track, "lat")->valuedouble,
                                         cJSON_GetObjectItem(track, "lon")->valuedouble};
        double altitude_ft = cJSON_GetObjectItem(track, "alt")->valuedouble;
        one.on_ground = altitude_ft == 0; // 0 on the ground or unknown
        one.altitude_baro_ft = one.on_ground ? OBSERVATION_UNKNOWN : whole(altitude_ft);
        one.ground_speed_kt = (float)cJSON_GetObjectItem(track, "gspeed")->valuedouble;
        one.track_deg = (float)cJSON_GetObjectItem(track, "track")->valuedouble;
        one.vertical_rate_fpm = whole(cJSON_GetObjectItem(track, "vspeed")->valuedouble);
        one.position_source = fr24_source(cJSON_GetObjectItem(track, "source")->valuestring);
        set_callsign(&one, cJSON_GetObjectItem(track, "callsign"));
        add(pushes, one);
    }
}

struct made_pushes recorded_read(const char *path, const char *format)
{
    struct made_pushes pushes = {0};
    AUTO_FREE char *bytes = read_whole(path);
    cJSON *file = cJSON_Parse(bytes);
    if (file == NULL)
        fail_msg("%s is not JSON", path);
    if (strcmp(format, "traces") == 0)
        read_trace(file, &pushes);
    else if (strcmp(format, "noisy") == 0)
        read_noisy(file, &pushes);
    else
        read_fr24(file, &pushes);
    cJSON_Delete(file);
    made_pushes_sort(&pushes);
    return pushes;
}

// ---- Airfields

#define COLUMNS_MAX 24

// Cuts one line of CSV into columns, in place; doubled quotes within quotes are not needed here.
static size_t cut_line(char *line, char *columns[COLUMNS_MAX])
{
    size_t count = 0;
    char *from = line;
    while (count < COLUMNS_MAX) {
        bool quoted = *from == '"';
        char *end = quoted ? strchr(++from, '"') : from + strcspn(from, ",");
        if (end == NULL)
            break;
        bool last = *end == '\0';
        *end = '\0';
        columns[count++] = from;
        from = end + 1;
        if (quoted) {
            last = *from != ',';
            from++;
        }
        if (last)
            break;
    }
    return count;
}

static int by_id(const void *first, const void *second)
{
    return strcmp(((const struct place *)first)->id, ((const struct place *)second)->id);
}

static size_t column_of(char *columns[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static void add_runway(struct place *places, size_t count, char *columns[])
{
    struct place key = {0};
    text_copy(key.id, sizeof key.id, columns[2]);
    struct place *field = bsearch(&key, places, count, sizeof key, by_id);
    if (field == NULL || field->runway_count == PLACE_RUNWAYS_MAX || columns[7][0] == '1' ||
        columns[9][0] == '\0' || columns[15][0] == '\0')
        return;
    struct runway *runway = &field->runways[field->runway_count++];
    runway->length_ft = (int32_t)strtol(columns[3], NULL, 10);
    for (int end = 0; end < 2; end++) {
        char **from = &columns[end == 0 ? 8 : 14];
        text_copy(runway->ends[end].name, sizeof runway->ends[end].name, from[0]);
        runway->ends[end].threshold =
            (struct position){strtod(from[1], NULL), strtod(from[2], NULL)};
        runway->ends[end].elevation_ft = field->elevation_ft;
    }
}

static void read_runways(const char *path, struct place *places, size_t count)
{
    AUTO_FREE char *bytes = read_whole(path);
    char *rest = NULL;
    strtok_r(bytes, "\n", &rest); // the header
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL;) {
        char *columns[COLUMNS_MAX];
        if (cut_line(line, columns) >= 17)
            add_runway(places, count, columns);
    }
}

struct place *recorded_places(const char *airports_csv, const char *runways_csv, size_t *ret_count)
{
    AUTO_FREE char *bytes = read_whole(airports_csv);
    char *rest = NULL, *columns[COLUMNS_MAX];
    size_t header_count = cut_line(strtok_r(bytes, "\n", &rest), columns);
    size_t ident = column_of(columns, header_count, "ident");
    size_t latitude = column_of(columns, header_count, "latitude_deg");
    size_t longitude = column_of(columns, header_count, "longitude_deg");
    size_t elevation = column_of(columns, header_count, "elevation_ft");
    struct place_array ARRAY_OF(struct place);
    struct place_array places = {0};
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL;) {
        if (cut_line(line, columns) <= elevation)
            continue;
        struct place *place = array_append(&places);
        text_copy(place->id, sizeof place->id, columns[ident]);
        text_copy(place->name, sizeof place->name, columns[ident]);
        place->kind = PLACE_AIRFIELD;
        place->reference =
            (struct position){strtod(columns[latitude], NULL), strtod(columns[longitude], NULL)};
        place->elevation_ft = columns[elevation][0] == '\0'
                                  ? PLACE_ELEVATION_UNKNOWN
                                  : (int32_t)strtol(columns[elevation], NULL, 10);
    }
    qsort(places.items, places.count, sizeof places.items[0], by_id);
    read_runways(runways_csv, places.items, places.count);
    *ret_count = places.count;
    return places.items;
}
