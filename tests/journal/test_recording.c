// SPDX-License-Identifier: MIT
#include "journal/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static int parse(const char *line, struct recorded_answer *ret_answer, struct error *error)
{
    return recording_parse(line, strlen(line), ret_answer, error);
}

static void reads_the_documented_line(void **state)
{
    (void)state;
    struct recorded_answer answer;
    struct error error;
    assert_int_equal(parse("{\"feed\": \"adsb.lol\", \"asked\": \"2025-10-26T08:00:00Z\", "
                           "\"answered\": \"2025-10-26T08:00:00.210Z\", \"status\": 200, "
                           "\"body\": \"{\\\"ac\\\":[]}\"}\n",
                           &answer, &error),
                     0);
    assert_string_equal(answer.feed, "adsb.lol");
    assert_string_equal(answer.request, "");
    assert_string_equal(answer.body, "{\"ac\":[]}");
    assert_int_equal(answer.body_length, 9);
    assert_int_equal(answer.status, 200);
    assert_true(answer.answered_at - answer.asked_at == 210000);
    assert_null(answer.failure);
    recorded_answer_done(&answer);
}

static void comes_back_as_it_was_written(void **state)
{
    (void)state;
    const struct {
        const char *body;
        size_t length;
    } bodies[] = {{"{\"flight\":\"A\\u0000\\n\"}", 22},
                  {"\x1f\x8b\x00\xff", 4},
                  {"", 0},
                  {"Хмеймим", 14},
                  {"\xff", 1},
                  {"a\0b", 3}};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char body[64];
        memcpy(body, bodies[i].body, bodies[i].length + 1);
        struct recorded_answer written = {.feed = (char[]){"local"},
                                          .request = (char[]){"/data/aircraft.json?_=\"x\""},
                                          .body = body,
                                          .body_length = bodies[i].length,
                                          .asked_at = 1000000,
                                          .answered_at = 1000001,
                                          .status = 200};
        struct recorded_answer read;
        struct text line;
        struct error error = {0};
        text_init(&line, 10000);
        recording_format(&written, &line);
        assert_int_equal(recording_parse(line.bytes, line.length, &read, &error), 0);
        assert_string_equal(read.request, written.request);
        assert_true(read.answered_at == 1000001);
        assert_int_equal(read.body_length, bodies[i].length);
        assert_memory_equal(read.body, body, bodies[i].length + 1);
        recorded_answer_done(&read);
        text_done(&line);
    }
}

static void an_answer_that_never_came_is_recorded_too(void **state)
{
    (void)state;
    struct recorded_answer written = {.feed = (char[]){"adsb.fi"},
                                      .request = (char[]){"/v2/mil"},
                                      .failure = (char[]){"timed out after 30 s"},
                                      .asked_at = 0,
                                      .answered_at = 30 * UTC_SECOND};
    struct recorded_answer read;
    struct text line;
    struct error error;
    text_init(&line, 10000);
    recording_format(&written, &line);
    assert_int_equal(recording_parse(line.bytes, line.length, &read, &error), 0);
    assert_string_equal(read.failure, "timed out after 30 s");
    assert_null(read.body);
    recorded_answer_done(&read);
    text_done(&line);
}

#define GOOD_TIMES "\"asked\": \"2025-10-26T08:00:00Z\", \"answered\": \"2025-10-26T08:00:01Z\""

static void says_what_is_wrong_with_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"", "expected one JSON object"},
        {"[]", "expected one JSON object"},
        {"{\"feed\": \"x\"", "expected one JSON object"},
        {"{} {}", "expected one JSON object"},
        {"{" GOOD_TIMES ", \"status\": 200}", "\"feed\": expected a text"},
        {"{\"feed\": 7, " GOOD_TIMES ", \"status\": 200}", "\"feed\": expected a text"},
        {"{\"feed\": \"x\", \"asked\": \"yesterday\", \"status\": 200}",
         "\"asked\": expected a time"},
        {"{\"feed\": \"x\", \"asked\": \"2025-10-26T08:00:01Z\", \"answered\": "
         "\"2025-10-26T08:00:00Z\", \"status\": 200}",
         "\"answered\": expected a time that is not"},
        {"{\"feed\": \"x\", " GOOD_TIMES "}", "\"status\": expected"},
        {"{\"feed\": \"x\", " GOOD_TIMES ", \"status\": 1e999}", "\"status\": expected"},
        {"{\"feed\": \"x\", " GOOD_TIMES ", \"status\": -1}", "\"status\": expected"},
        {"{\"feed\": \"x\", " GOOD_TIMES ", \"status\": 200, \"body\": {}}", "\"body\": expected"},
        {"{\"feed\": \"x\", " GOOD_TIMES ", \"status\": 200, \"body_base64\": \"AA\"}",
         "\"body_base64\": expected"},
        {"{\"feed\": \"x\", " GOOD_TIMES ", \"status\": 200, \"body_base64\": \"!!!!\"}",
         "\"body_base64\": expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recorded_answer answer = {.status = 42};
        struct error error = {0};
        assert_int_equal(parse(cases[i].line, &answer, &error), -EBADMSG);
        if (strstr(error.message, cases[i].message) == NULL)
            fail_msg("%s: got \"%s\"", cases[i].line, error.message);
        assert_int_equal(answer.status, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_documented_line),
        cmocka_unit_test(comes_back_as_it_was_written),
        cmocka_unit_test(an_answer_that_never_came_is_recorded_too),
        cmocka_unit_test(says_what_is_wrong_with_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
