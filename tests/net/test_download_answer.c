// SPDX-License-Identifier: MIT
// What an answer means to a download that broke off before, and which hosts are listed.
#include "net/download_answer.h"
#include "net/remote_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct response_headers headers_of(const char *etag, const char *length, const char *range)
{
    struct response_headers headers = {0};
    const char *const lines[][2] = {
        {"ETag", etag}, {"Content-Length", length}, {"Content-Range", range}};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        char line[400];
        snprintf(line, sizeof line, "%s: %s\r\n", lines[i][0], lines[i][1]);
        assert_true(response_headers_add(&headers, line, strlen(line)));
    }
    return headers;
}

static const struct download_progress begun = {.position = 500, .total = 8000, .etag = "\"one\""};

static void a_first_answer_gives_size_and_tag(void **state)
{
    (void)state;
    struct download_progress progress = {0};
    struct response_headers headers = headers_of("\"one\"", "8000", "");
    struct download_judgement judgement = download_judge(&progress, 200, &headers, false);
    assert_int_equal(judgement.verdict, DOWNLOAD_TAKE);
    assert_true(judgement.skip == 0 && judgement.total == 8000);
    download_remember(&progress, &headers, judgement.total);
    assert_string_equal(download_condition(&progress), "\"one\"");
    // Chunked: no length.
    headers = headers_of("", "", "");
    assert_true(download_judge(&(struct download_progress){0}, 200, &headers, false).total == 0);
    // A part that nobody asked for.
    headers = headers_of("\"one\"", "100", "bytes 0-99/8000");
    assert_int_equal(download_judge(&(struct download_progress){0}, 206, &headers, false).verdict,
                     DOWNLOAD_NONSENSE);
    judgement = download_judge(&(struct download_progress){0}, 206, &headers, true);
    assert_int_equal(judgement.verdict, DOWNLOAD_TAKE);
    assert_true(judgement.total == 8000);
}

static void a_resumed_one_must_go_on_where_it_ended(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *etag, *length, *range;
        enum download_verdict verdict;
        uint64_t skip;
    } cases[] = {
        {206, "\"one\"", "7500", "bytes 500-7999/8000", DOWNLOAD_TAKE, 0},
        {206, "", "7500", "bytes 500-7999/8000", DOWNLOAD_TAKE, 0},
        {206, "\"one\"", "7500", "bytes 500-7999/*", DOWNLOAD_TAKE, 0},
        {206, "\"two\"", "7500", "bytes 500-7999/8000", DOWNLOAD_CHANGED, 0},
        {206, "\"one\"", "7500", "bytes 500-7998/7999", DOWNLOAD_CHANGED, 0},
        {206, "\"one\"", "7500", "bytes 499-7999/8000", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "bytes 501-7999/8000", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "bytes 500-7999/7999", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "bytes 500-400/8000", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "bytes 500-7999/8000 ", DOWNLOAD_TAKE,
         0}, // blanks at the end are no part of it
        {206, "\"one\"", "7500", "bytes 500-7999/8000,", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "bytes 99999999999999999999-7999/8000", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "", DOWNLOAD_NONSENSE, 0},
        {206, "\"one\"", "7500", "pages 500-7999/8000", DOWNLOAD_NONSENSE, 0},
        {200, "\"one\"", "8000", "", DOWNLOAD_TAKE, 500}, // ranges ignored
        {200, "", "", "", DOWNLOAD_TAKE, 500},
        {200, "\"two\"", "8000", "", DOWNLOAD_CHANGED, 500},
        {200, "\"one\"", "8001", "", DOWNLOAD_CHANGED, 500},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct response_headers headers =
            headers_of(cases[i].etag, cases[i].length, cases[i].range);
        struct download_judgement judgement =
            download_judge(&begun, cases[i].status, &headers, false);
        if (judgement.verdict != cases[i].verdict || judgement.skip != cases[i].skip)
            fail_msg("case %zu: verdict %d, skip %lu", i, judgement.verdict,
                     (unsigned long)judgement.skip);
    }
}

static void a_date_stands_in_for_a_tag(void **state)
{
    (void)state;
    struct download_progress progress = {.position = 1,
                                         .last_modified = "Sun, 26 Oct 2025 01:00:00 GMT"};
    struct response_headers headers = {.last_modified = "Sun, 26 Oct 2025 01:00:01 GMT"};
    assert_int_equal(download_judge(&progress, 200, &headers, false).verdict, DOWNLOAD_CHANGED);
    // Mirrors of one file differ in its date; its tag counts where there is one.
    strcpy(progress.etag, "\"one\"");
    strcpy(headers.etag, "\"one\"");
    assert_int_equal(download_judge(&progress, 200, &headers, false).verdict, DOWNLOAD_TAKE);
}

static void other_statuses(void **state)
{
    (void)state;
    static const struct {
        long status;
        enum download_verdict at_first, when_begun;
    } cases[] = {
        {301, DOWNLOAD_REDIRECT, DOWNLOAD_REDIRECT}, {302, DOWNLOAD_REDIRECT, DOWNLOAD_REDIRECT},
        {307, DOWNLOAD_REDIRECT, DOWNLOAD_REDIRECT}, {304, DOWNLOAD_NONSENSE, DOWNLOAD_NONSENSE},
        {204, DOWNLOAD_NONSENSE, DOWNLOAD_NONSENSE}, {401, DOWNLOAD_REFUSED, DOWNLOAD_REFUSED},
        {403, DOWNLOAD_REFUSED, DOWNLOAD_LATER},     {404, DOWNLOAD_ABSENT, DOWNLOAD_ABSENT},
        {410, DOWNLOAD_ABSENT, DOWNLOAD_ABSENT},     {416, DOWNLOAD_NONSENSE, DOWNLOAD_CHANGED},
        {429, DOWNLOAD_LATER, DOWNLOAD_LATER},       {451, DOWNLOAD_REFUSED, DOWNLOAD_REFUSED},
        {500, DOWNLOAD_LATER, DOWNLOAD_LATER},       {503, DOWNLOAD_LATER, DOWNLOAD_LATER},
        {0, DOWNLOAD_NONSENSE, DOWNLOAD_NONSENSE},   {999, DOWNLOAD_NONSENSE, DOWNLOAD_NONSENSE},
    };
    struct response_headers headers = {0};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(
            download_judge(&(struct download_progress){0}, cases[i].status, &headers, false)
                .verdict,
            cases[i].at_first);
        assert_int_equal(download_judge(&begun, cases[i].status, &headers, false).verdict,
                         cases[i].when_begun);
    }
}

static void only_strong_tags_are_conditions(void **state)
{
    (void)state;
    static const char *const none[] = {"", "W/\"one\"", "one", "\"", "\"a b\"", "\"a\x7f\""};
    for (size_t i = 0; i < LENGTH(none); i++) {
        struct download_progress progress = {.position = 1};
        strcpy(progress.etag, none[i]);
        assert_null(download_condition(&progress));
    }
}

static void hosts_are_listed(void **state)
{
    (void)state;
    char own[] = "127.0.0.1:8081", name[] = "github.com", below[] = "*.example.org";
    char *patterns[] = {own, name, below};
    static const char *const good[] = {"127.0.0.1:8081", "github.com", "a.example.org",
                                       "a.b.example.org"};
    static const char *const bad[] = {
        "127.0.0.1",     "127.0.0.1:80",    "api.github.com",     "github.com.evil.net",
        "example.org",   "evilexample.org", "a.example.org:8080", "",
        ".example.org.", "hub.com"};
    for (size_t i = 0; i < LENGTH(good); i++)
        assert_true(remote_host_is_listed(good[i], patterns, LENGTH(patterns)));
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_false(remote_host_is_listed(bad[i], patterns, LENGTH(patterns)));
    assert_false(remote_host_is_listed("github.com", NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_answer_gives_size_and_tag),
        cmocka_unit_test(a_resumed_one_must_go_on_where_it_ended),
        cmocka_unit_test(a_date_stands_in_for_a_tag),
        cmocka_unit_test(other_statuses),
        cmocka_unit_test(only_strong_tags_are_conditions),
        cmocka_unit_test(hosts_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
