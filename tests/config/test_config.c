// SPDX-License-Identifier: MIT
// The files under good/ and bad/: the first are taken without a word, the second refused with just
// the lines that stand beside each in a file .expected. test_schema.py holds the same files against
// the schemas.
#include "config/config.h"
#include "config/json_file.h"
#include "config/place_read.h"
#include "config/watch_read.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *source_folder;

typedef void read_file(const char *name, struct config_problems *problems);

static void read_main(const char *name, struct config_problems *problems)
{
    struct config *config = NULL;
    int result = config_load(name, &config, problems);
    assert_int_equal(result == 0, problems->count == 0);
    assert_int_equal(result == 0, config != NULL);
    config_free(config);
}

static void read_places(const char *name, struct config_problems *problems)
{
    cJSON *root = NULL;
    struct place_array places = {0};
    if (json_file_read(name, name, &root, problems) == 0) {
        place_read_file(root, name, &places, problems);
        place_check_unique(&places, name, problems);
    }
    place_array_done(&places);
    cJSON_Delete(root);
}

static void read_airframes(const char *name, struct config_problems *problems)
{
    cJSON *root = NULL;
    struct airframe_array airframes = {0};
    if (json_file_read(name, name, &root, problems) == 0) {
        airframe_read_file(root, name, &airframes, problems);
        airframe_sort(&airframes, name, problems);
    }
    array_free(&airframes);
    cJSON_Delete(root);
}

static const struct {
    const char *name;
    read_file *read;
} kinds[] = {{"main", read_main}, {"places", read_places}, {"airframes", read_airframes}};

static void read_expected(const char *name, char *text, size_t size)
{
    char path[300];
    snprintf(path, sizeof path, "%.*s.expected", (int)(strlen(name) - strlen(".json")), name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void check_file(const char *name, read_file *read, bool good)
{
    char expected[4096] = "";
    if (!good)
        read_expected(name, expected, sizeof expected);
    struct config_problems problems;
    config_problems_init(&problems);
    read(name, &problems);
    const char *lines = problems.lines.bytes == NULL ? "" : problems.lines.bytes;
    if (strcmp(lines, expected) != 0)
        fail_msg("%s:\n%sexpected:\n%s", name, lines, expected);
    assert_int_equal(problems.count == 0, good);
    config_problems_done(&problems);
}

// Messages name the file as it was given, so each folder is read from inside.
static size_t check_folder(const char *folder, read_file *read, bool good)
{
    assert_int_equal(chdir(source_folder), 0);
    assert_int_equal(chdir(folder), 0);
    DIR *names = opendir(".");
    assert_non_null(names);
    size_t count = 0;
    for (struct dirent *entry = readdir(names); entry != NULL; entry = readdir(names)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".json") != 0)
            continue;
        check_file(entry->d_name, read, good);
        count++;
    }
    closedir(names);
    return count;
}

static void takes_the_good_and_refuses_the_bad(void **state)
{
    (void)state;
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char folder[64];
        snprintf(folder, sizeof folder, "good/%s", kinds[i].name);
        good += check_folder(folder, kinds[i].read, true);
        snprintf(folder, sizeof folder, "bad/%s", kinds[i].name);
        bad += check_folder(folder, kinds[i].read, false);
    }
    assert_true(good >= 8);
    assert_true(bad >= 90);
}

static struct config *load(const char *name)
{
    assert_int_equal(chdir(source_folder), 0);
    struct config_problems problems;
    config_problems_init(&problems);
    struct config *config = NULL;
    if (config_load(name, &config, &problems) != 0)
        fail_msg("%s", problems.lines.bytes);
    config_problems_done(&problems);
    return config;
}

static void defaults_are_filled(void **state)
{
    (void)state;
    struct config *config = load("good/main/least.json");
    assert_string_equal(config->database, "postgresql:///skywitness");
    assert_string_equal(config->state_directory, "/var/lib/skywitness");
    assert_true(config->journal_limit_bytes == UINT64_C(1) << 30);
    assert_null(config->contact);
    assert_null(config->status_listen);
    assert_int_equal(config->database_password.kind, CREDENTIAL_NONE);
    assert_true(config->retain_days == 0 && config->lease == 1);
    assert_int_equal(config->feed_count + config->webhook_count + config->place_count, 0);
    assert_int_equal(config->watch.entry_count, 1);
    assert_int_equal(config->watch.entries[0].military, -1);
    assert_int_equal(config->watch.entries[0].keep_raw, -1);
    config_free(config);
}

static void every_key_arrives(void **state)
{
    (void)state;
    struct config *config = load("good/main/every_key.json");
    assert_string_equal(config->state_directory, "good/main/state");
    assert_string_equal(config->database_password.name, "good/main/secret.txt");
    assert_true(config->journal_limit_bytes == UINT64_C(16) << 20);
    assert_true(config->retain_days == 400 && config->lease == 0);
    assert_true(config->retain_ledger_days == 500 && config->retain_quarantine_days == 30);
    assert_true(config->retain_feed_hours_days == 3650);
    assert_string_equal(config->contact, "https://example.org/about");
    assert_string_equal(config->status_listen, "unix:/run/skywitness/status");

    const struct watch_entry *entry = &config->watch.entries[0];
    assert_string_equal(entry->types.items[1], "IL62");
    assert_string_equal(entry->registrations.items[1], "RF-8201?");
    assert_string_equal(entry->hexes.items[0], "15405a");
    assert_int_equal(entry->military, 0);
    assert_int_equal(entry->keep_raw, 0);
    assert_ptr_equal(entry->within, config_place(config, "OSLK"));
    assert_ptr_equal(config_place(config, "HLGN"), config_place(config, "HLTQ"));
    assert_null(config_place(config, "nowhere"));
    assert_int_equal(config->watch.airframe_count, 2);
    assert_string_equal(watch_list_airframe(&config->watch, "1551df")->type_code, "IL62");

    const struct config_feed *feed = config_feed_find(config, "a");
    assert_string_equal(feed->url, "https://tracker.example.org/re-api");
    assert_true(feed->interval_s == 1.5 && feed->max_requests_per_s == 0.5);
    assert_true(feed->max_requests_per_day == 4000 && feed->timeout_s == 15);
    assert_true(feed->reuse_connections && !feed->enabled);
    assert_string_equal(feed->shares_receivers_with, "b");
    assert_string_equal(feed->certificate_authority_file, "good/main/authority.pem");
    assert_int_equal(feed->token.kind, CREDENTIAL_ENVIRONMENT);
    assert_string_equal(feed->token_header, "X-Token");
    assert_int_equal(feed->area_count, 2);
    assert_string_equal(feed->areas[1].place, "HLGN");
    assert_null(config_feed_find(config, "c"));

    const struct config_webhook *webhook = &config->webhooks[0];
    assert_true(webhook->local && webhook->enabled);
    assert_string_equal(webhook->template_file, "good/main/body.mustache");
    assert_int_equal(webhook->secret_count, 2);
    assert_string_equal(webhook->secrets[1].name, "old");
    assert_int_equal(webhook->event_count + webhook->watch_count + webhook->place_count, 5);
    assert_string_equal(webhook->minimum_grade, "A2");
    assert_int_equal(webhook->verb_count, 2);
    assert_string_equal(webhook->verbs[1], "departed");
    assert_string_equal(webhook->time_zone, "Asia/Damascus");
    assert_true(webhook->settling_s == 30 && webhook->quiet_s == 0);
    assert_true(webhook->maximum_age_s == 3600);

    const struct config_history *history = config_history_find(config, "mirror");
    assert_string_equal(history->kind, "adsb.lol-releases");
    assert_string_equal(history->feed, "a");
    assert_string_equal(history->address, "http://127.0.0.1:8080/{year}/releases.txt");
    assert_true(history->local && history->max_requests_per_s == 20);
    assert_int_equal(history->host_count, 2);
    assert_string_equal(history->hosts[1], "*.example.org");
    assert_string_equal(history->licence, "own");
    assert_string_equal(history->attribution, "our receivers");
    assert_string_equal(history->certificate_authority_file, "good/main/authority.pem");
    assert_string_equal(history->shares_receivers_with, "b");
    assert_null(config_history_find(config, "a"));
    config_free(config);
}

static void a_preset_fills_what_a_feed_leaves_out(void **state)
{
    (void)state;
    struct config *config = load("good/main/every_key.json");
    const struct config_feed *feed = config_feed_find(config, "b");
    assert_string_equal(feed->kind, "readsb");
    assert_string_equal(feed->url, "https://gateway.adsbexchange.com/api/aircraft/v2");
    assert_string_equal(feed->token_header, "x-api-key");
    assert_string_equal(feed->licence, "commercial terms, no redistribution");
    assert_true(feed->interval_s == 10 && feed->max_requests_per_s == 1 && feed->timeout_s == 20);
    assert_true(feed->enabled && feed->reuse_connections);
    config_free(config);

    // A feed that names no provider has the one whose address it gives; else it is read as a whole.
    config = load("good/main/readme_example.json");
    feed = &config->feeds[0];
    assert_string_equal(feed->provider, "adsb.lol");
    assert_string_equal(feed->attribution, "Data from adsb.lol, ODbL 1.0");
    assert_false(feed->reuse_connections);
    config_free(config);
    config = load("good/main/everything_watched.json");
    feed = &config->feeds[0];
    assert_string_equal(feed->provider, "local");
    assert_string_equal(feed->url, "http://127.0.0.1:8080/data");
    assert_true(watch_list_matches_everything(&config->watch));
    config_free(config);
}

static void a_kind_fills_what_a_history_source_leaves_out(void **state)
{
    (void)state;
    struct config *config = load("good/main/every_key.json");
    const struct config_history *history = config_history_find(config, "releases");
    assert_string_equal(history->feed, "releases");
    assert_non_null(strstr(history->address, "/globe_history_{year}/"));
    assert_string_equal(history->licence, "ODbL 1.0");
    assert_int_equal(history->host_count, 2);
    assert_true(history->max_requests_per_s == 1 && !history->local);
    assert_string_equal(config_credit(config, "releases").licence, "ODbL 1.0");
    assert_string_equal(config_credit(config, "a").attribution, "our receivers");
    assert_null(config_credit(config, "nobody").licence);

    // Licence and hosts belong to the kind's own address, not to a copy elsewhere.
    history = config_history_find(config, "web");
    assert_string_equal(history->address, "https://globe.example.org");
    assert_null(history->licence);
    assert_int_equal(history->host_count, 0);
    assert_true(history->max_requests_per_s == 0.5);
    config_free(config);
}

static void places_keep_their_shape(void **state)
{
    (void)state;
    struct config *config = load("good/main/readme_example.json");
    const struct place *field = config_place(config, "OSLK");
    assert_int_equal(field->kind, PLACE_AIRFIELD);
    assert_int_equal(field->elevation_ft, 157);
    assert_int_equal(field->runway_count, 1);
    assert_int_equal(field->runways[0].length_ft, 9175);
    assert_string_equal(field->runways[0].ends[1].name, "35");
    assert_true(field->runways[0].ends[1].threshold.latitude_deg !=
                field->runways[0].ends[1].threshold.latitude_deg); // not a number: unknown
    assert_int_equal(field->runways[0].ends[1].elevation_ft, PLACE_ELEVATION_UNKNOWN);
    assert_true(field->spoof_radius_nm == 5);
    assert_int_equal(config_place(config, "HLTQ")->elevation_ft, PLACE_ELEVATION_UNKNOWN);
    assert_string_equal(config_place(config, "HLTQ")->time_zone, "");

    const struct place *triangle = config_place(config, "triangle");
    assert_int_equal(triangle->polygon_count, 3);
    assert_float_equal(triangle->reference.latitude_deg, 31, 1e-9);
    assert_float_equal(triangle->reference.longitude_deg, 11, 1e-9);
    config_free(config);
}

static void a_file_that_is_not_there(void **state)
{
    (void)state;
    struct config_problems problems;
    config_problems_init(&problems);
    struct config *config = NULL;
    assert_int_equal(config_load("/nonexistent/skywitness.json", &config, &problems), -ENOENT);
    assert_string_equal(problems.lines.bytes,
                        "/nonexistent/skywitness.json: No such file or directory\n");
    assert_null(config);
    config_problems_done(&problems);

    config_problems_init(&problems);
    assert_int_equal(config_load("/", &config, &problems), -EINVAL);
    assert_int_equal(problems.count, 1);
    config_problems_done(&problems);
}

int main(int argc, char **argv)
{
    source_folder = argc > 1 ? argv[1] : ".";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_good_and_refuses_the_bad),
        cmocka_unit_test(defaults_are_filled),
        cmocka_unit_test(every_key_arrives),
        cmocka_unit_test(a_preset_fills_what_a_feed_leaves_out),
        cmocka_unit_test(a_kind_fills_what_a_history_source_leaves_out),
        cmocka_unit_test(places_keep_their_shape),
        cmocka_unit_test(a_file_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
