// SPDX-License-Identifier: MIT
// The table of presets holds together, and the reader takes each of them by name.
#include "config/provider.h"

#include "config/config.h"
#include "config/feed_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[PROVIDER_QUERY_COUNT] = {
    [PROVIDER_TYPES] = "{types}",         [PROVIDER_HEXES] = "{hexes}",
    [PROVIDER_CALLSIGNS] = "{callsigns}", [PROVIDER_REGISTRATIONS] = "{registrations}",
    [PROVIDER_SQUAWKS] = "{squawks}",
};

static void check_path(const struct provider *provider, enum provider_query query)
{
    const struct provider_path *path = &provider->paths[query];
    if (path->target == NULL) {
        assert_int_equal(path->list_max, 0);
        return;
    }
    assert_int_equal(path->target[0], '/');
    assert_null(strchr(path->target, '%'));
    if (names[query] != NULL) {
        assert_non_null(strstr(path->target, names[query]));
        assert_true(path->list_max >= 1);
    } else {
        assert_int_equal(path->list_max, 0);
    }
    if (query == PROVIDER_AREA) {
        assert_non_null(strstr(path->target, "{latitude}"));
        assert_non_null(strstr(path->target, "{longitude}"));
        assert_non_null(strstr(path->target, "{radius_nm}"));
        assert_true(provider->area_radius_max_nm > 0);
    }
}

static void every_preset_is_whole(void **state)
{
    (void)state;
    size_t count;
    const struct provider *table = provider_table(&count);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++) {
        const struct provider *provider = &table[i];
        assert_ptr_equal(provider_find(provider->id), provider);
        assert_string_equal(provider->kind, "readsb");
        assert_non_null(provider->licence);
        assert_true(provider->max_requests_per_s > 0);
        assert_true(provider->interval_min_s >= 1);
        assert_true(provider->interval_default_s >= provider->interval_min_s);
        assert_true(provider->request_target_max >= 1000);
        assert_true(!provider->token_required || provider->token_header != NULL);
        for (int query = 0; query < PROVIDER_QUERY_COUNT; query++)
            check_path(provider, (enum provider_query)query);
        if (provider->shares_receivers_with != NULL)
            assert_non_null(provider_find(provider->shares_receivers_with));
    }
    assert_null(provider_find("adsb.one"));
}

static void every_preset_can_be_named(void **state)
{
    (void)state;
    size_t count;
    const struct provider *table = provider_table(&count);
    for (size_t i = 0; i < count; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "[{\"id\": \"x\", \"provider\": \"%s\", \"url\": \"http://127.0.0.1\", "
                 "\"token\": {\"env\": \"T\"}, \"token_header\": \"X\"}]",
                 table[i].id);
        cJSON *json = cJSON_Parse(text);
        struct config_problems problems;
        config_problems_init(&problems);
        struct reader reader;
        reader_init(&reader, "x.json", &problems);
        struct feed_settings_array feeds = {.folder = ""};
        feed_read(&reader, json, &feeds);
        feed_settle(&feeds, "x.json", &problems);
        if (problems.count > 0)
            fail_msg("%s", problems.lines.bytes);
        assert_string_equal(feeds.items[0].feed.kind, table[i].kind);
        assert_true(feeds.items[0].feed.interval_s == table[i].interval_default_s);
        reader_done(&reader);
        config_problems_done(&problems);
        feed_settings_done(&feeds);
        cJSON_Delete(json);
    }
}

static void a_whole_list_may_be_a_file(void **state)
{
    (void)state;
    const struct provider *local = provider_find("local");
    static const struct {
        const char *url, *target;
    } cases[] = {
        {"http://127.0.0.1/tar1090/data", "/aircraft.json"},
        {"http://127.0.0.1/data/aircraft.json", ""},
        {"http://127.0.0.1/run/all.json", ""},
        {"http://x.json.example.org", "/aircraft.json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(provider_target(local, PROVIDER_EVERYTHING, cases[i].url),
                            cases[i].target);
    assert_null(provider_target(local, PROVIDER_TYPES, "http://127.0.0.1/data/aircraft.json"));
    assert_string_equal(
        provider_target(provider_find("adsb.lol"), PROVIDER_MILITARY, "https://api.adsb.lol"),
        "/v2/mil");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_is_whole),
        cmocka_unit_test(every_preset_can_be_named),
        cmocka_unit_test(a_whole_list_may_be_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
