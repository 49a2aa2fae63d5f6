// SPDX-License-Identifier: MIT
// `skywitness places list`: the configured places.
#include "cli/command.h"

#include "cli/options.h"
#include "config/config.h"

static const struct output_column columns[] = {
    {"place", "place", OUTPUT_TEXT, 20},        {"name", "name", OUTPUT_TEXT, 32},
    {"kind", "kind", OUTPUT_TEXT, 0},           {"country", "country", OUTPUT_TEXT, 0},
    {"latitude", "latitude", OUTPUT_NUMBER, 0}, {"longitude", "longitude", OUTPUT_NUMBER, 0},
    {"elevation_ft", "ft", OUTPUT_NUMBER, 0},   {"radius_nm", NULL, OUTPUT_NUMBER, 0},
    {"runways", NULL, OUTPUT_NUMBER, 0},        {"longest_runway_ft", "runway", OUTPUT_NUMBER, 0},
    {"time_zone", NULL, OUTPUT_TEXT, 0},        {"aliases", NULL, OUTPUT_LIST, 0},
};

static const char *kind_name(enum place_kind kind)
{
    static const char *const names[] = {
        [PLACE_AIRFIELD] = "airfield", [PLACE_CIRCLE] = "circle", [PLACE_POLYGON] = "polygon"};
    return names[kind];
}

static void output_text_if_any(struct output *output, const char *text)
{
    output_text(output, text[0] != '\0' ? text : NULL);
}

static void output_aliases(struct output *output, const struct place *place)
{
    char joined[PLACE_ALIASES_MAX * PLACE_ID_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < PLACE_ALIASES_MAX; i++)
        if (place->aliases[i][0] != '\0')
            used += (size_t)snprintf(joined + used, sizeof joined - used, "%s%s",
                                     used > 0 ? "\x1f" : "", place->aliases[i]);
    output_list(output, joined);
}

static void write_place(struct output *output, const struct place *place)
{
    int32_t longest_ft = place_longest_runway_ft(place);
    output_text(output, place->id);
    output_text_if_any(output, place->name);
    output_text(output, kind_name(place->kind));
    output_text_if_any(output, place->country);
    output_number(output, place->reference.latitude_deg, 4);
    output_number(output, place->reference.longitude_deg, 4);
    if (place->kind == PLACE_AIRFIELD && place->elevation_ft != PLACE_ELEVATION_UNKNOWN)
        output_integer(output, place->elevation_ft);
    else
        output_unknown(output);
    if (place->kind == PLACE_CIRCLE)
        output_number(output, place->radius_nm, 1);
    else
        output_unknown(output);
    output_integer(output, (int64_t)place->runway_count);
    if (longest_ft > 0)
        output_integer(output, longest_ft);
    else
        output_unknown(output);
    output_text_if_any(output, place->time_zone);
    output_aliases(output, place);
    output_row_end(output);
}

int command_places_list(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {0};
    const struct config *config;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = cli_config(cli, &config);
    if (status != EXIT_STATUS_GOOD)
        return status;
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < config->place_count; i++)
        write_place(output, &config->places[i]);
    return cli_output_end(cli, output);
}
