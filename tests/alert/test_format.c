// SPDX-License-Identifier: MIT
// Each form against its service's documented limits, with names that want to break out of it.
#include "alert/format.h"
#include "alert/maker.h"
#include "alert/words.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define URL "https://api.telegram.org/bot{secret}/sendMessage?chat_id=-1001234567890&x=1"

static cJSON *render(const char *format, const struct alert_event *event, struct text *ret_body)
{
    struct alert_message message;
    const struct format_settings settings = {
        .local_time = "14:42 on 26 October 2025 in Asia/Damascus", .url = URL};
    text_init(ret_body, FORMAT_BODY_BYTES_MAX);
    alert_message_init(&message, event, maker_config());
    assert_false(message.document.failed);
    const struct alert_format *row = alert_format_find(format);
    assert_non_null(row);
    if (row->write != NULL)
        row->write(&message, &settings, ret_body);
    else
        text_append(ret_body, message.document.bytes);
    alert_message_done(&message);
    assert_false(ret_body->failed);
    assert_true(text_is_utf8(ret_body->bytes, ret_body->length));
    return cJSON_ParseWithOpts(ret_body->bytes, NULL, true);
}

static const char *at(const cJSON *value, const char *path)
{
    char copy[100], *rest = copy, *step;
    text_copy(copy, sizeof copy, path);
    while ((step = strsep(&rest, ".")) != NULL)
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, atoi(step))
                                     : cJSON_GetObjectItemCaseSensitive(value, step);
    return cJSON_GetStringValue(value);
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static struct alert_event nasty_event(void)
{
    struct alert_event event = maker_arrival();
    strcpy(event.registration, "<\"@&*_>\\");
    strcpy(event.callsign, "@here\n\x01");
    strcpy(event.type_code, "\xff\xfe");
    strcpy(event.place, "<!chan>");
    return event;
}

// A statement as long as one may be, of characters that take four bytes and of such that are
// escaped.
static struct alert_event long_event(void)
{
    const struct alert_event_claim claim = {.claim_id = "claim",
                                            .statement = "",
                                            .verdict = "contradicted",
                                            .verdict_before = "pending",
                                            .confidence = "likely",
                                            .number = 3};
    struct alert_event event = alert_event_of_claim(ALERT_CLAIM_ASSESSED, &claim, MAKER_NOW);
    size_t length = 0;
    while (length + 6 < sizeof event.reason) {
        memcpy(event.reason + length, "\xf0\x9f\x9b\xa9\"&", 6);
        length += 6;
    }
    event.feed_count = SIGHTING_FEEDS_MAX;
    for (size_t i = 0; i < SIGHTING_FEEDS_MAX; i++)
        memset(event.feeds[i], '"', FEED_ID_SIZE - 1);
    return event;
}

static void the_document_is_as_described(void **state)
{
    (void)state;
    struct alert_event event = maker_arrival();
    struct text body;
    cJSON *json = render("standard", &event, &body);
    assert_non_null(json);
    assert_string_equal(at(json, "type"), "visit.arrived");
    assert_string_equal(at(json, "timestamp"), "2025-10-26T11:42:10Z");
    assert_string_equal(at(json, "data.aircraft.icao24"), "1551df");
    assert_string_equal(at(json, "data.aircraft.registration"), "RA-86495");
    assert_string_equal(at(json, "data.watch_ids.0"), "il62");
    assert_string_equal(at(json, "data.place.id"), "OSLK");
    assert_string_equal(at(json, "data.place.name"), "Hmeimim / Latakia");
    assert_string_equal(at(json, "data.grade"), "A3");
    assert_string_equal(at(json, "data.verb"), "landed");
    assert_string_equal(at(json, "data.between.0"), "2025-10-26T11:31:00Z");
    assert_string_equal(at(json, "data.between.1"), "2025-10-26T11:42:10Z");
    assert_string_equal(at(json, "data.evidence.0"), "last height: 2418 ft (threshold 5000)");
    assert_string_equal(at(json, "data.attribution.0"), "adsb.lol, ODbL 1.0");
    assert_string_equal(
        at(json, "data.summary"),
        "An Il-62M (RA-86495, RFF7032) landed at Hmeimim / Latakia between 11:31 and 11:42 UTC "
        "on 26 October 2025.");
    assert_int_equal(strlen(at(json, "data.alert_id")), 36);
    assert_null(strchr(at(json, "data.alert_id"), '.'));
    cJSON_Delete(json);
    text_done(&body);
}

static void every_type_has_a_document_and_a_sentence(void **state)
{
    (void)state;
    for (int type = 0; type < ALERT_TYPE_COUNT; type++) {
        struct alert_event event = maker_arrival();
        event.type = (enum alert_type)type;
        strcpy(event.squawk, "7700");
        struct text body;
        cJSON *json = render("standard", &event, &body);
        assert_string_equal(at(json, "type"), alert_type_row(event.type)->name);
        assert_true(strlen(at(json, "data.summary")) > 10);
        assert_int_equal(alert_type_find(at(json, "type")), type);
        cJSON_Delete(json);
        text_done(&body);
    }
}

static void nothing_is_longer_than_the_standard_allows(void **state)
{
    (void)state;
    struct alert_event event = long_event();
    event.type = ALERT_VISIT_ARRIVED;
    event.evidence_count = ALERT_EVIDENCE_MAX;
    for (size_t i = 0; i < ALERT_EVIDENCE_MAX; i++)
        memset(event.evidence[i], 1, ALERT_EVIDENCE_SIZE - 1); // six bytes each when escaped
    struct text body;
    cJSON *json = render("standard", &event, &body);
    assert_non_null(json);
    assert_true(body.length < 20000);
    cJSON_Delete(json);
    text_done(&body);
}

static void stays_within_the_services_limits(void **state)
{
    (void)state;
    static const struct {
        const char *format, *path;
        size_t limit;
    } cases[] = {
        {"slack", "text", 3000},
        {"slack", "blocks.0.text.text", 150},
        {"slack", "blocks.1.text.text", 3000},
        {"discord", "content", 2000},
        {"telegram", "text", 4096},
        {"matrix", "body", 8192},
        {"slack", "blocks.2.elements.0.text", 3000},
    };
    struct alert_event events[] = {maker_arrival(), nasty_event(), long_event()};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t j = 0; j < 3; j++) {
            struct text body;
            cJSON *json = render(cases[i].format, &events[j], &body);
            const char *value = at(json, cases[i].path);
            assert_non_null(value);
            assert_in_range(characters(value), 1, cases[i].limit);
            cJSON_Delete(json);
            text_done(&body);
        }
    }
    struct text body;
    cJSON_Delete(render("ntfy", &events[2], &body));
    assert_in_range(body.length, 1, 4096);
    text_done(&body);
}

static void escapes_what_the_service_would_obey(void **state)
{
    (void)state;
    struct alert_event event = nasty_event();
    struct text body;
    cJSON *json = render("slack", &event, &body);
    assert_null(strstr(at(json, "text"), "<!chan>"));
    assert_non_null(strstr(at(json, "text"), "&lt;!chan&gt;"));
    assert_string_equal(at(json, "blocks.1.text.text"), at(json, "text"));
    cJSON_Delete(json);
    text_done(&body);

    json = render("discord", &event, &body);
    assert_true(
        cJSON_IsArray(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "allowed_mentions"), "parse")));
    assert_non_null(strstr(at(json, "content"), "\\*\\_"));
    cJSON_Delete(json);
    text_done(&body);

    json = render("matrix", &event, &body);
    assert_non_null(strstr(at(json, "formatted_body"), "&lt;!chan&gt;"));
    assert_null(strstr(at(json, "formatted_body"), "<!chan>"));
    assert_non_null(strstr(at(json, "body"), "<!chan>"));
    cJSON_Delete(json);
    text_done(&body);

    json = render("telegram", &event, &body);
    assert_string_equal(at(json, "chat_id"), "-1001234567890");
    assert_null(at(json, "parse_mode"));
    cJSON_Delete(json);
    text_done(&body);
}

static const char *const text_formats[] = {"slack", "discord", "ntfy", "telegram", "matrix"};

static void must_say(const char *format, const char *body, const char *part)
{
    if (strstr(body, part) == NULL)
        fail_msg("%s lacks \"%s\": %s", format, part, body);
}

static void every_text_says_all_there_is_to_say(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "Il-62M",        "RA-86495", "landed at Hmeimim", "UTC",
        "Asia/Damascus", "Grade A3", "openstreetmap.org", "adsb.lol, ODbL 1.0"};
    struct alert_event event = maker_arrival();
    for (size_t i = 0; i < sizeof text_formats / sizeof *text_formats; i++) {
        struct text body;
        cJSON_Delete(render(text_formats[i], &event, &body));
        for (size_t j = 0; j < sizeof parts / sizeof *parts; j++)
            must_say(text_formats[i], body.bytes, parts[j]);
        text_done(&body);
    }
}

// When, in UTC and there, and by whose data: of every type.
static void every_type_says_when(void **state)
{
    (void)state;
    for (int type = 0; type < ALERT_TYPE_COUNT; type++) {
        struct alert_event event = maker_arrival();
        event.type = (enum alert_type)type;
        strcpy(event.squawk, "7700");
        for (size_t i = 0; i < sizeof text_formats / sizeof *text_formats; i++) {
            struct text body;
            cJSON_Delete(render(text_formats[i], &event, &body));
            must_say(text_formats[i], body.bytes, " UTC on 26 October 2025");
            must_say(text_formats[i], body.bytes, "Asia/Damascus");
            must_say(text_formats[i], body.bytes, "adsb.lol, ODbL 1.0");
            text_done(&body);
        }
    }
}

static void cloudevents_has_what_it_requires(void **state)
{
    (void)state;
    struct alert_event event = maker_arrival();
    struct text body;
    cJSON *json = render("cloudevents", &event, &body);
    assert_string_equal(at(json, "specversion"), "1.0");
    assert_string_equal(at(json, "id"), at(json, "data.alert_id"));
    assert_string_equal(at(json, "source"), "/skywitness");
    assert_string_equal(at(json, "type"), "org.skywitness.visit.arrived");
    assert_string_equal(at(json, "time"), "2025-10-26T11:42:10Z");
    assert_string_equal(at(json, "subject"), "1551df");
    assert_string_equal(at(json, "data.grade"), "A3");
    cJSON_Delete(json);
    text_done(&body);
}

static void cuts_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        size_t limit;
        const char *result;
    } cases[] = {
        {"abcd", 4, "abcd"},
        {"abcde", 4, "abc\xe2\x80\xa6"},
        {"\xc3\xa4\xc3\xa4\xc3\xa4", 3, "\xc3\xa4\xc3\xa4\xc3\xa4"},
        {"\xc3\xa4\xc3\xa4\xc3\xa4", 2, "\xc3\xa4\xe2\x80\xa6"},
        {"", 1, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text;
        text_init(&text, 100);
        text_append(&text, "");
        format_append_cut(&text, cases[i].value, cases[i].limit);
        assert_string_equal(alert_text(&text), cases[i].result);
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_is_as_described),
        cmocka_unit_test(every_type_has_a_document_and_a_sentence),
        cmocka_unit_test(nothing_is_longer_than_the_standard_allows),
        cmocka_unit_test(stays_within_the_services_limits),
        cmocka_unit_test(escapes_what_the_service_would_obey),
        cmocka_unit_test(every_text_says_all_there_is_to_say),
        cmocka_unit_test(every_type_says_when),
        cmocka_unit_test(cloudevents_has_what_it_requires),
        cmocka_unit_test(cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
