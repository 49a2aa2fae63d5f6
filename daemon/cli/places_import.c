// SPDX-License-Identifier: MIT
// `skywitness places import`: a file of places from OurAirports' tables.
#include "cli/command.h"

#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/options.h"
#include "config/place_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RUNWAY_MAX_FT 30000
// Half of the Earth's girth: a circle of it holds every airport.
#define RADIUS_MAX_NM 10800.0

struct word_array ARRAY_OF(const char *);

// As given on the command line; the copies are what the lists point into.
struct words {
    const char *countries, *idents, *types, *near, *output;
    int64_t runway_ft;
    bool with_closed;
    char *copies[3];
    struct word_array country_list, ident_list, type_list;
};

static const char *const types[] = {"large_airport", "medium_airport", "small_airport", "heliport",
                                    "seaplane_base", "balloonport",    "closed"};
#define TYPE_COUNT (sizeof types / sizeof *types)

static void words_done(struct words *words)
{
    array_free(&words->country_list);
    array_free(&words->ident_list);
    array_free(&words->type_list);
    for (size_t i = 0; i < sizeof words->copies / sizeof *words->copies; i++)
        free(words->copies[i]);
}

static void split(const char *list, void (*convert)(char *), char **ret_copy,
                  struct word_array *ret_words)
{
    if (list == NULL)
        return;
    *ret_copy = memory_copy_string(list);
    convert(*ret_copy);
    for (char *rest = *ret_copy, *word; (word = strsep(&rest, ",")) != NULL;)
        *array_append(ret_words) = word;
}

static bool check_types(const struct cli *cli, const struct command *command,
                        const struct word_array *given)
{
    array_foreach (given, word) {
        bool known = false;
        for (size_t i = 0; i < TYPE_COUNT; i++)
            known = known || strcmp(types[i], *word) == 0;
        if (known)
            continue;
        const char *nearest = options_nearest(*word, types, TYPE_COUNT);
        options_usage(cli, command, "--type %s: OurAirports has no such type; did you mean %s?",
                      *word, nearest != NULL ? nearest : "large_airport or medium_airport");
        return false;
    }
    return true;
}

static bool check_countries(const struct cli *cli, const struct command *command,
                            const struct word_array *given)
{
    array_foreach (given, word) {
        if (strlen(*word) == 2 && strspn(*word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2)
            continue;
        options_usage(cli, command, "--country %s: expected codes of two letters such as SY,LY",
                      *word);
        return false;
    }
    return true;
}

// "LAT,LON,NM".
static bool read_near(const struct cli *cli, const struct command *command, const char *near,
                      struct place_import_filter *filter)
{
    double numbers[3] = {0};
    const char *at = near;
    bool good = near != NULL;
    for (size_t i = 0; good && i < 3; i++) {
        char *end;
        numbers[i] = strtod(at, &end);
        good = end != at && *end == (i < 2 ? ',' : '\0');
        at = end + 1;
    }
    filter->centre = (struct position){numbers[0], numbers[1]};
    filter->radius_nm = numbers[2];
    if (near == NULL)
        return true;
    if (good && position_is_valid(filter->centre) && numbers[2] > 0 && numbers[2] <= RADIUS_MAX_NM)
        return true;
    options_usage(
        cli, command,
        "--near %s: expected latitude, longitude and nautical miles such as 35.4,35.9,300", near);
    return false;
}

static bool read_filter(const struct cli *cli, const struct command *command, struct words *words,
                        struct place_import_filter *ret_filter)
{
    split(words->countries, text_to_upper, &words->copies[0], &words->country_list);
    split(words->idents, text_to_upper, &words->copies[1], &words->ident_list);
    split(words->types, text_to_lower, &words->copies[2], &words->type_list);
    *ret_filter = (struct place_import_filter){
        .countries = words->country_list.items,
        .country_count = words->country_list.count,
        .idents = words->ident_list.items,
        .ident_count = words->ident_list.count,
        .types = words->type_list.items,
        .type_count = words->type_list.count,
        .runway_minimum_ft = (int32_t)words->runway_ft,
        .with_closed = words->with_closed,
    };
    return check_countries(cli, command, &words->country_list) &&
           check_types(cli, command, &words->type_list) &&
           read_near(cli, command, words->near, ret_filter);
}

static int import(const struct cli *cli, const struct words *words,
                  const struct place_import_filter *filter, const char *airports,
                  const char *runways)
{
    struct place_array places = {0};
    struct place_import_counts counts = {0};
    struct error error = {0};
    int result = place_import_read(airports, runways, filter, &places, &counts, &error);
    if (result < 0)
        return cli_fail(cli, &error);
    cli_say(
        cli,
        "%zu of %zu airports, %zu of %zu runways; %zu airports without a usable code or position",
        places.count, counts.airports_read, counts.runways_taken, counts.runways_read,
        counts.airports_unusable);
    int status = EXIT_STATUS_GOOD;
    if (places.count == 0) {
        cli_say(cli, "no airport fits: nothing is written");
        status = EXIT_STATUS_WANTING;
    } else if (place_write_file(&places,
                                "From OurAirports (public domain), by skywitness places import.",
                                words->output, &error) < 0) {
        status = cli_fail(cli, &error);
    }
    place_array_done(&places);
    return status;
}

int command_places_import(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct words words = {.output = "-"};
    const struct option_row rows[] = {
        {"country", 0, OPTION_TEXT, &words.countries, "CODE,...", "ISO codes of two letters: SY,LY",
         0, 0},
        {"near", 0, OPTION_TEXT, &words.near, "LAT,LON,NM",
         "within so many nautical miles of there", 0, 0},
        {"type", 0, OPTION_TEXT, &words.types, "TYPE,...",
         "OurAirports' types; else large, medium and small airports", 0, 0},
        {"ident", 0, OPTION_TEXT, &words.idents, "CODE,...", "these airports only: OSLK,HL59", 0,
         0},
        {"runway", 0, OPTION_COUNT, &words.runway_ft, "FT",
         "with a runway of at least so many feet", 0, RUNWAY_MAX_FT},
        {"closed", 0, OPTION_FLAG, &words.with_closed, NULL, "closed airports and runways too", 0,
         0},
        {"output", 'o', OPTION_TEXT, &words.output, "FILE",
         "write there, whole or not at all, instead of to standard output", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_min = 2,
        .arguments_max = 2,
        .notes = "All that is asked for must fit. The files are at https://ourairports.com/data/.",
    };
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    struct place_import_filter filter;
    status = read_filter(cli, command, &words, &filter)
                 ? import(cli, &words, &filter, argv[0], argv[1])
                 : EXIT_STATUS_USAGE;
    words_done(&words);
    return status;
}
