// SPDX-License-Identifier: MIT
// Every reader of the configuration on the same bytes: the main file, places, airframes, and the
// CSV import. What the main file names is taken out first, so that no input makes this read other
// files.
#include "config/config_read.h"
#include "config/csv.h"
#include "config/json_file.h"
#include "config/place_read.h"
#include "config/watch_read.h"
#include "feed/observation.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// A configuration that was taken must be usable.
static void use(const struct config *config)
{
    struct observation observation = {.icao24 = "15405a", .callsign = "RFF7032"};
    uint64_t mask = watch_list_match(&config->watch, &observation);
    if (mask != 0 && !watch_list_may_match_address(&config->watch, observation.icao24))
        abort();
    if (watch_list_matches_everything(&config->watch) && mask == 0)
        abort();
    char addresses[16][8];
    for (size_t i = 0; i < config->watch.entry_count; i++)
        watch_entry_addresses(&config->watch, &config->watch.entries[i], addresses, 16);
    for (size_t i = 0; i < config->feed_count; i++)
        if (config->feeds[i].kind == NULL || config->feeds[i].url == NULL ||
            !(config->feeds[i].interval_s >= 1))
            abort();
}

static void read_main(cJSON *root, struct config_problems *problems)
{
    static const char *const named[] = {"places", "airframes", "reports", "claims"};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(root, named[i]);
    struct config *config = NULL;
    size_t before = problems->count;
    if (config_read(root, "/nonexistent/fuzz.json", &config, problems) == 0)
        use(config);
    else if (problems->count == before)
        abort(); // refused without a word
    config_free(config);
}

static void read_json(const char *bytes, size_t length)
{
    struct config_problems problems;
    config_problems_init(&problems);
    cJSON *root = NULL;
    if (json_file_parse(bytes, length, "fuzz.json", &root, &problems) == 0) {
        struct place_array places = {0};
        place_read_file(root, "fuzz.json", &places, &problems);
        place_check_unique(&places, "fuzz.json", &problems);
        place_array_done(&places);
        struct airframe_array airframes = {0};
        airframe_read_file(root, "fuzz.json", &airframes, &problems);
        airframe_sort(&airframes, "fuzz.json", &problems);
        array_free(&airframes);
        read_main(root, &problems);
    }
    if (problems.lines.bytes != NULL && !text_is_utf8(problems.lines.bytes, problems.lines.length))
        abort();
    cJSON_Delete(root);
    config_problems_done(&problems);
}

static void read_csv(const uint8_t *bytes, size_t length)
{
    FILE *file = tmpfile();
    if (file == NULL)
        return;
    fwrite(bytes, 1, length, file);
    rewind(file);
    struct csv_reader *reader = NULL;
    struct error error;
    if (csv_reader_new(file, "fuzz.csv", &reader, &error) == 0)
        while (csv_reader_next(reader, &error) == 1)
            if (strlen(csv_reader_field(reader, 3)) >= CSV_ROW_BYTES_MAX)
                abort();
    csv_reader_free(reader);
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length > 1 << 20)
        return 0;
    read_json((const char *)bytes, length);
    if (length > 0 && bytes[0] != '{')
        read_csv(bytes, length);
    return 0;
}
