// SPDX-License-Identifier: MIT
#include "cli/row_filter.h"

#include "base/geodesy.h"
#include "base/memory.h"
#include "config/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEX_DIGITS "0123456789abcdef"
#define PATTERN_BYTES_MAX 4096
#define CALLSIGN_PATTERN_MAX 64

// What a list is checked against.
struct check {
    const struct cli *cli;
    const struct command *command;
    const char *const *states;
    size_t state_count;
};

typedef bool (*item_check)(const struct check *check, const char *item);

static bool check_hex(const struct check *check, const char *item)
{
    const char *digits = item + (item[0] == '~');
    char icao24[8];
    if (strlen(digits) == 6 && strspn(digits, HEX_DIGITS) == 6)
        return true;
    if (watch_address_of_registration(item, icao24))
        options_usage(check->cli, check->command,
                      "--hex %s: that is a registration; its address is %s", item, icao24);
    else
        options_usage(check->cli, check->command,
                      "--hex %s: expected six hexadecimal digits such as 15405a", item);
    return false;
}

static bool check_type(const struct check *check, const char *item)
{
    size_t length = strlen(item);
    bool is_designator = length >= 2 && length <= 4 &&
                         strspn(item, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
    if (!is_designator)
        options_usage(check->cli, check->command,
                      "--type %s: expected an ICAO designator of two to four characters such as "
                      "A124 or IL62",
                      item);
    return is_designator;
}

static bool check_callsign(const struct check *check, const char *item)
{
    bool is_pattern = strlen(item) <= CALLSIGN_PATTERN_MAX;
    if (!is_pattern)
        options_usage(check->cli, check->command, "--callsign: the pattern is too long");
    return is_pattern;
}

static bool check_state(const struct check *check, const char *item)
{
    for (size_t i = 0; i < check->state_count; i++)
        if (strcmp(item, check->states[i]) == 0)
            return true;
    struct text known;
    text_init(&known, PATTERN_BYTES_MAX);
    for (size_t i = 0; i < check->state_count; i++)
        text_append_format(&known, "%s%s",
                           i == 0                        ? ""
                           : i + 1 == check->state_count ? " or "
                                                         : ", ",
                           check->states[i]);
    const char *nearest = options_nearest(item, check->states, check->state_count);
    options_usage(check->cli, check->command, "--state %s: expected %s%s%s%s", item, known.bytes,
                  nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "?" : "");
    text_done(&known);
    return false;
}

// A copy of the list with every item converted and checked; NULL for no list. False when one is
// wrong.
static bool read_list(const struct check *check, const char *list, void (*convert)(char *),
                      item_check check_item, char **ret_list)
{
    if (list == NULL)
        return true;
    char *copy = memory_copy_string(list);
    convert(copy);
    AUTO_FREE char *items = memory_copy_string(copy);
    for (char *rest = items, *item; (item = strsep(&rest, ",")) != NULL;) {
        if (!check_item(check, item)) {
            free(copy);
            return false;
        }
    }
    *ret_list = copy;
    return true;
}

static bool is_limited_by_default(const struct cli *cli, const struct row_words *words)
{
    return words->limit < 0 && cli->format == OUTPUT_TABLE;
}

bool row_filter_read(const struct cli *cli, const struct command *command,
                     const struct row_words *words, const char *const *states, size_t state_count,
                     struct row_filter *ret_filter, int *ret_status)
{
    const struct check check = {cli, command, states, state_count};
    struct row_filter filter = {
        .since = words->since, .until = words->until, .limit = words->limit > 0 ? words->limit : 0};
    if (is_limited_by_default(cli, words))
        filter.limit = ROW_TABLE_LIMIT;
    *ret_status = EXIT_STATUS_USAGE;
    if (filter.since != UTC_UNKNOWN && filter.until != UTC_UNKNOWN &&
        filter.since >= filter.until) {
        options_usage(cli, command, "--since is not before --until: nothing lies between them");
        return false;
    }
    bool good =
        read_list(&check, words->hexes, text_to_lower, check_hex, &filter.hexes) &&
        read_list(&check, words->types, text_to_upper, check_type, &filter.types) &&
        read_list(&check, words->callsigns, text_to_upper, check_callsign, &filter.callsigns) &&
        read_list(&check, words->states, text_to_lower, check_state, &filter.states);
    if (good && words->place != NULL)
        filter.place = memory_copy_string(words->place);
    if (!good)
        row_filter_done(&filter);
    else
        *ret_filter = filter;
    return good;
}

void row_filter_done(struct row_filter *filter)
{
    char *const owned[] = {filter->hexes, filter->types, filter->callsigns, filter->states,
                           filter->place};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *filter = (struct row_filter){.since = UTC_UNKNOWN, .until = UTC_UNKNOWN};
}

bool row_filter_has_cut(const struct cli *cli, const struct row_words *words, size_t row_count)
{
    return is_limited_by_default(cli, words) && row_count >= ROW_TABLE_LIMIT;
}

// Our patterns in SQL's words; what SQL would take for a wildcard is escaped.
static void append_like_pattern(struct text *like, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '*' || *pattern == '?')
            text_append(like, *pattern == '*' ? "%" : "_");
        else if (*pattern == '%' || *pattern == '_' || *pattern == '\\')
            text_append_format(like, "\\%c", *pattern);
        else
            text_append_bytes(like, pattern, 1);
    }
}

int row_parameters_make(struct query_connection *connection, const struct config *config,
                        const struct row_filter *filter, double near_nm,
                        struct row_parameters *ret_parameters, struct error *error)
{
    struct row_parameters *made = ret_parameters;
    *made = (struct row_parameters){0};
    text_init(&made->like, PATTERN_BYTES_MAX);
    int result = 0;
    if (filter->place != NULL)
        result = place_shape_find(connection, config, filter->place, near_nm, &made->shape, error);
    if (result < 0)
        return result;
    if (filter->callsigns != NULL)
        append_like_pattern(&made->like, filter->callsigns);
    snprintf(made->distance_m, sizeof made->distance_m, "%.1f",
             made->shape.distance_nm * GEODESY_METRES_PER_NM);
    snprintf(made->limit, sizeof made->limit, "%" PRId64, filter->limit);
    const char *values[ROW_PARAMETERS] = {
        filter->since != UTC_UNKNOWN ? utc_format(filter->since, made->since) : NULL,
        filter->until != UTC_UNKNOWN ? utc_format(filter->until, made->until) : NULL,
        filter->hexes,
        filter->types,
        filter->callsigns != NULL ? made->like.bytes : NULL,
        filter->states,
        made->shape.ids,
        made->shape.well_known_text,
        made->shape.ids != NULL ? made->distance_m : NULL,
        filter->limit > 0 ? made->limit : NULL,
    };
    memcpy(made->values, values, sizeof values);
    return 0;
}

void row_parameters_done(struct row_parameters *parameters)
{
    text_done(&parameters->like);
    place_shape_done(&parameters->shape);
}

int row_filter_fail(const struct cli *cli, const struct error *error)
{
    int status = cli_fail(cli, error);
    return error->code == -EINVAL ? EXIT_STATUS_USAGE : status;
}
