// SPDX-License-Identifier: MIT
#include "alert/maker.h"
#include "alert/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *template, *result;
} cases[] = {
    {"", ""},
    {"plain { } }}", "plain { } }}"},
    {"{{type}} {{ data.grade }}", "visit.arrived A3"},
    {"{\"a\":\"{{data.place.name}}\"}", "{\"a\":\"Hmeimim / Latakia\"}"},
    {"{\"a\":{{data.position.latitude}},\"b\":{{data.between}}}",
     "{\"a\":35.4,\"b\":[\"2025-10-26T11:31:00Z\",\"2025-10-26T11:42:10Z\"]}"},
    {"{{data.between.1}}|{{data.between.2}}|{{data.nothing}}|{{nothing.at.all}}|{{data.between.x}}",
     "2025-10-26T11:42:10Z||||"},
    {"{{text.title}}/{{text.local_time}}", "Arrival/noon"},
    // A quotation mark in a value cannot end the string that it stands in, and stays itself in
    // plain text.
    {"{\"a\":\"{{data.aircraft.callsign}}\"}", "{\"a\":\"A\\\"\\\\B\"}"},
    {"{{data.aircraft.callsign}}", "A\"\\B"},
    // What is not there is null where JSON wants a value, and nothing inside a string.
    {"{\"a\":{{data.feed}},\"b\":\"{{data.feed}}\"}", "{\"a\":null,\"b\":\"\"}"},
    {"[{{data.nothing.at.all}},{{data.evidence.9}}]", "[null,null]"},
    // A text outside a string gets its quotation marks, a list inside one loses its meaning but
    // ends nothing.
    {"{\"a\":{{data.grade}},\"b\":{{text.title}}}", "{\"a\":\"A3\",\"b\":\"Arrival\"}"},
    {"{\"a\":\"{{data.watch_ids}}\"}", "{\"a\":\"[\\\"il62\\\"]\"}"},
    // An escaped quotation mark ends no string, an escaped backslash before one does.
    {"{\"a\":\"\\\"{{data.feed}}\",\"b\":\"\\\\\",\"c\":{{data.feed}}}",
     "{\"a\":\"\\\"\",\"b\":\"\\\\\",\"c\":null}"},
};

// JSON by its first character, and no JSON with the values in it, or without.
static const char *const no_json[] = {
    "{\"a\":{{data.grade}}", "{\"a\":{{data.grade}}{{data.verb}}}", "[1,2}", "{a:{{data.grade}}}",
    "[] {{type}}",
};

static void puts_values_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alert_event event = maker_arrival();
        struct alert_message message;
        struct alert_template *template;
        struct error error;
        struct text text;
        strcpy(event.callsign, "A\"\\B");
        alert_message_init(&message, &event, maker_config());
        assert_int_equal(
            alert_template_parse(cases[i].template, strlen(cases[i].template), &template, &error),
            0);
        text_init(&text, 10000);
        alert_template_write(template, &message, "noon", &text);
        assert_string_equal(alert_text(&text), cases[i].result);
        text_done(&text);
        alert_template_free(template);
        alert_message_done(&message);
    }
}

static void what_is_no_json_is_no_body(void **state)
{
    (void)state;
    struct alert_event event = maker_arrival();
    struct alert_message message;
    alert_message_init(&message, &event, maker_config());
    for (size_t i = 0; i < sizeof no_json / sizeof *no_json; i++) {
        struct alert_template *template;
        struct error error;
        struct text text;
        assert_int_equal(alert_template_parse(no_json[i], strlen(no_json[i]), &template, &error),
                         0);
        text_init(&text, 10000);
        alert_template_write(template, &message, "noon", &text);
        if (!text.failed)
            fail_msg("case %zu was taken for JSON: %s", i, alert_text(&text));
        text_done(&text);
        alert_template_free(template);
    }
    alert_message_done(&message);
}

static void refuses_with_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *template, *message;
    } bad[] = {
        {"a\n b {{type", "template:2:4: {{ without }}"},
        {"{{}}", "template:1:1: an empty or overlong path"},
        {"{{  }}", "template:1:1: an empty or overlong path"},
        {"\xff", "template: not UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alert_template *template = NULL;
        struct error error;
        assert_int_equal(
            alert_template_parse(bad[i].template, strlen(bad[i].template), &template, &error), -22);
        assert_string_equal(error.message, bad[i].message);
        assert_null(template);
    }
}

static void stops_at_the_limit(void **state)
{
    (void)state;
    static const char repeated[] =
        "{{data}}{{data}}{{data}}{{data}}{{data}}{{data}}{{data}}{{data}}";
    struct alert_event event = maker_arrival();
    struct alert_message message;
    struct alert_template *template;
    struct error error;
    struct text text;
    alert_message_init(&message, &event, maker_config());
    assert_int_equal(alert_template_parse(repeated, strlen(repeated), &template, &error), 0);
    text_init(&text, 1000);
    alert_template_write(template, &message, "", &text);
    assert_true(text.failed);
    text_done(&text);
    alert_template_free(template);
    alert_message_done(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_values_in),
        cmocka_unit_test(what_is_no_json_is_no_body),
        cmocka_unit_test(refuses_with_the_place),
        cmocka_unit_test(stops_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
