// SPDX-License-Identifier: MIT
#include "config/place_import.h"

#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Six decimals of a degree are a tenth of a metre.
static void append_degrees(struct text *text, double degrees)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.6f", degrees);
    size_t length = strlen(digits);
    while (length > 0 && digits[length - 1] == '0')
        digits[--length] = '\0';
    if (length > 0 && digits[length - 1] == '.')
        digits[length - 1] = '\0';
    text_append(text, strcmp(digits, "-0") == 0 ? "0" : digits);
}

static void append_key_text(struct text *text, const char *key, const char *value)
{
    if (value[0] == '\0')
        return;
    text_append_format(text, ", \"%s\": ", key);
    text_append_json_string(text, value);
}

static void append_position(struct text *text, struct position position)
{
    if (!position_is_valid(position))
        return;
    text_append(text, ", \"latitude\": ");
    append_degrees(text, position.latitude_deg);
    text_append(text, ", \"longitude\": ");
    append_degrees(text, position.longitude_deg);
}

static void append_elevation(struct text *text, int32_t elevation_ft)
{
    if (elevation_ft != PLACE_ELEVATION_UNKNOWN)
        text_append_format(text, ", \"elevation_ft\": %d", elevation_ft);
}

static void append_aliases(struct text *text, const struct place *place)
{
    if (place->aliases[0][0] == '\0')
        return;
    text_append(text, ", \"aliases\": [");
    for (size_t i = 0; i < PLACE_ALIASES_MAX && place->aliases[i][0] != '\0'; i++) {
        text_append(text, i > 0 ? ", " : "");
        text_append_json_string(text, place->aliases[i]);
    }
    text_append(text, "]");
}

static void append_runway(struct text *text, const struct runway *runway)
{
    text_append(text, "\n   {");
    if (runway->length_ft > 0)
        text_append_format(text, "\"length_ft\": %d, ", runway->length_ft);
    text_append(text, "\"ends\": [");
    for (size_t i = 0; i < 2; i++) {
        const struct runway_end *end = &runway->ends[i];
        if (end->name[0] == '\0')
            continue;
        text_append(text, i > 0 ? ", {\"name\": " : "{\"name\": ");
        text_append_json_string(text, end->name);
        append_position(text, end->threshold);
        append_elevation(text, end->elevation_ft);
        text_append(text, "}");
    }
    text_append(text, "]}");
}

static void append_airfield(struct text *text, const struct place *place)
{
    text_append(text, "  {\"id\": ");
    text_append_json_string(text, place->id);
    text_append(text, ", \"kind\": \"airfield\"");
    append_key_text(text, "name", place->name);
    append_key_text(text, "country", place->country);
    append_key_text(text, "time_zone", place->time_zone);
    append_position(text, place->reference);
    append_elevation(text, place->elevation_ft);
    append_aliases(text, place);
    for (size_t i = 0; i < place->runway_count; i++) {
        text_append(text, i == 0 ? ", \"runways\": [" : ",");
        append_runway(text, &place->runways[i]);
    }
    text_append(text, place->runway_count > 0 ? "]}" : "}");
}

void place_write(const struct place_array *places, const char *remark, struct text *text)
{
    if (remark != NULL)
        text_append_format(text, "// %.*s\n", (int)strcspn(remark, "\r\n"), remark);
    text_append(text, "{\"places\": [");
    for (size_t i = 0; i < places->count; i++) {
        text_append(text, i > 0 ? ",\n" : "\n");
        append_airfield(text, &places->items[i]);
    }
    text_append(text, "\n]}\n");
}

static int write_all(FILE *file, const struct text *text)
{
    if (fwrite(text->bytes, 1, text->length, file) != text->length || fflush(file) != 0)
        return -errno;
    return 0;
}

static int replace_file(const struct text *text, const char *path, struct error *error)
{
    size_t size = strlen(path) + sizeof ".XXXXXX";
    AUTO_FREE char *temporary = memory_allocate(size);
    snprintf(temporary, size, "%s.XXXXXX", path);
    int descriptor = mkstemp(temporary);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (file == NULL) {
        int code = -errno;
        return error_set(error, code, "%s: %s", path, strerror(-code));
    }
    int result = write_all(file, text);
    if (result == 0 && (fchmod(descriptor, 0644) != 0 || fsync(descriptor) != 0))
        result = -errno;
    if (fclose(file) != 0 && result == 0)
        result = -errno;
    if (result == 0 && rename(temporary, path) != 0)
        result = -errno;
    if (result == 0)
        return 0;
    unlink(temporary);
    return error_set(error, result, "%s: %s", path, strerror(-result));
}

int place_write_file(const struct place_array *places, const char *remark, const char *path,
                     struct error *error)
{
    struct text text;
    text_init(&text, CONFIG_FILE_BYTES_MAX);
    place_write(places, remark, &text);
    int result;
    if (text.failed)
        result = error_set(error, -E2BIG, "%s: the file would be larger than %d MiB", path,
                           CONFIG_FILE_BYTES_MAX >> 20);
    else if (strcmp(path, "-") == 0)
        result = write_all(stdout, &text);
    else
        result = replace_file(&text, path, error);
    text_done(&text);
    return result;
}
