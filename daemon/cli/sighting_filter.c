// SPDX-License-Identifier: MIT
#include "cli/sighting_filter.h"

#include "base/memory.h"
#include "base/text.h"
#include "config/watch.h"
#include "track/sighting.h"

#include <stdlib.h>
#include <string.h>

#define HEX_DIGITS "0123456789abcdef"

static const char *const states[] = {"open", "landed", "lost_low", "lost_high", "superseded"};

typedef bool (*item_check)(const struct cli *cli, const struct command *command, const char *item);

static bool check_hex(const struct cli *cli, const struct command *command, const char *item)
{
    const char *digits = item + (item[0] == '~');
    char icao24[8];
    if (strlen(digits) == 6 && strspn(digits, HEX_DIGITS) == 6)
        return true;
    if (watch_address_of_registration(item, icao24))
        options_usage(cli, command, "--hex %s: that is a registration; its address is %s", item,
                      icao24);
    else
        options_usage(cli, command, "--hex %s: expected six hexadecimal digits such as 15405a",
                      item);
    return false;
}

static bool check_type(const struct cli *cli, const struct command *command, const char *item)
{
    size_t length = strlen(item);
    bool is_designator = length >= 2 && length <= 4 &&
                         strspn(item, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
    if (!is_designator)
        options_usage(cli, command,
                      "--type %s: expected an ICAO designator of two to four characters such as "
                      "A124 or IL62",
                      item);
    return is_designator;
}

static bool check_callsign(const struct cli *cli, const struct command *command, const char *item)
{
    bool is_pattern = strlen(item) <= 64;
    if (!is_pattern)
        options_usage(cli, command, "--callsign: the pattern is too long");
    return is_pattern;
}

static bool check_state(const struct cli *cli, const struct command *command, const char *item)
{
    size_t count = sizeof states / sizeof *states;
    for (size_t i = 0; i < count; i++)
        if (strcmp(item, states[i]) == 0)
            return true;
    const char *nearest = options_nearest(item, states, count);
    options_usage(cli, command,
                  "--state %s: expected open, landed, lost_low, lost_high or superseded%s%s%s",
                  item, nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "?" : "");
    return false;
}

// A copy of the list with every item converted and checked; NULL for no list. False when one is
// wrong.
static bool read_list(const struct cli *cli, const struct command *command, const char *list,
                      void (*convert)(char *), item_check check, char **ret_list)
{
    if (list == NULL)
        return true;
    char *copy = memory_copy_string(list);
    convert(copy);
    AUTO_FREE char *items = memory_copy_string(copy);
    for (char *rest = items, *item; (item = strsep(&rest, ",")) != NULL;) {
        if (!check(cli, command, item)) {
            free(copy);
            return false;
        }
    }
    *ret_list = copy;
    return true;
}

bool sighting_filter_read(const struct cli *cli, const struct command *command,
                          const struct sighting_words *words, struct sighting_filter *ret_filter,
                          int *ret_status)
{
    struct sighting_filter filter = {.since = words->since, .until = words->until};
    *ret_status = EXIT_STATUS_USAGE;
    if (filter.since != UTC_UNKNOWN && filter.until != UTC_UNKNOWN &&
        filter.since >= filter.until) {
        options_usage(cli, command, "--since is not before --until: nothing lies between them");
        return false;
    }
    bool good = read_list(cli, command, words->hexes, text_to_lower, check_hex, &filter.hexes) &&
                read_list(cli, command, words->types, text_to_upper, check_type, &filter.types) &&
                read_list(cli, command, words->callsigns, text_to_upper, check_callsign,
                          &filter.callsigns) &&
                read_list(cli, command, words->states, text_to_lower, check_state, &filter.states);
    if (good && words->place != NULL)
        filter.place = memory_copy_string(words->place);
    if (!good)
        sighting_filter_done(&filter);
    else
        *ret_filter = filter;
    return good;
}

void sighting_filter_done(struct sighting_filter *filter)
{
    char *const owned[] = {filter->hexes, filter->types, filter->callsigns, filter->states,
                           filter->place};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *filter = (struct sighting_filter){.since = UTC_UNKNOWN, .until = UTC_UNKNOWN};
}
