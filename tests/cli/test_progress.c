// SPDX-License-Identifier: MIT
// How far a long command has come, by a clock that the test sets (the linker puts
// __wrap_clock_gettime in place of the system's).
#include "cli/progress.h"

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_SIZE 4096
#define QUARTER_MS 250
#define BYTES_A_SECOND 2000000

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);

static int64_t now_ms;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    (void)clock;
    *ret_now = (struct timespec){.tv_sec = now_ms / 1000, .tv_nsec = now_ms % 1000 * 1000000};
    return 0;
}

// Shows it four times a second, for so long.
static void watch(struct progress *progress, int seconds, uint64_t bytes_in_all)
{
    for (int64_t end_ms = now_ms + (int64_t)seconds * 1000; now_ms < end_ms;) {
        now_ms += QUARTER_MS;
        uint64_t done = (uint64_t)now_ms * BYTES_A_SECOND / 1000;
        progress_show(progress, &(struct progress_state){.what = "2025-10-26 (7 of 12)",
                                                         .detail = "12 files",
                                                         .done = done,
                                                         .total = bytes_in_all,
                                                         .done_in_all = done,
                                                         .left_in_all = bytes_in_all - done,
                                                         .is_bytes = true});
    }
}

// Off a terminal: a plain line every ten seconds, with rate and time left.
static void test_plain_lines(void **state)
{
    (void)state;
    char text[TEXT_SIZE] = "";
    FILE *talk = fmemopen(text, sizeof text, "w");
    const struct cli cli = {.talk = talk};
    struct progress progress;
    now_ms = 0;
    progress_begin(&progress, &cli);
    watch(&progress, 9, 100000000);
    fflush(talk);
    assert_string_equal(text, "");
    watch(&progress, 26, 100000000);
    progress_end(&progress);
    fclose(talk);
    assert_string_equal(
        text,
        "skywitness: 2025-10-26 (7 of 12): 20 of 100 MB, 2.0 MB/s, about 0:40 left; 12 files\n"
        "skywitness: 2025-10-26 (7 of 12): 40 of 100 MB, 2.0 MB/s, about 0:30 left; 12 files\n"
        "skywitness: 2025-10-26 (7 of 12): 60 of 100 MB, 2.0 MB/s, about 0:20 left; 12 files\n");
}

// What is drawn last on a terminal of so many columns, of a day of 3.3 GB among twelve.
static void draw(unsigned short columns, char shown[TEXT_SIZE])
{
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    int ours, theirs;
    assert_int_equal(openpty(&ours, &theirs, NULL, NULL, &size), 0);
    FILE *talk = fdopen(theirs, "w");
    const struct cli cli = {.talk = talk};
    struct progress progress;
    now_ms = 0;
    progress_begin(&progress, &cli);
    watch(&progress, 1, 3300000000);
    fclose(talk);
    size_t length = 0;
    for (ssize_t got; (got = read(ours, shown + length, TEXT_SIZE - 1 - length)) > 0;)
        length += (size_t)got; // until EIO, which is how Linux says that the other side is closed
    close(ours);
    shown[length] = '\0';
    const char *last = strrchr(shown, '\r');
    assert_non_null(last);
    memmove(shown, last + 4, strlen(last + 4) + 1); // behind "\r\033[K"
}

// Rate and time left come before the bar where there is no room for both.
static void test_a_bar(void **state)
{
    (void)state;
    char shown[TEXT_SIZE];
    draw(120, shown);
    assert_string_equal(shown,
                        "2025-10-26 (7 of 12) [........................]   0 % 2 of 3300 MB, "
                        "2.0 MB/s, about 27:29 left; 12 files");
    draw(80, shown);
    assert_string_equal(shown, "2025-10-26 (7 of 12) [.........]   0 % 2 of 3300 MB, "
                               "2.0 MB/s, about 27:29 left");
    draw(72, shown);
    assert_string_equal(shown,
                        "2025-10-26 (7 of 12)   0 % 2 of 3300 MB, 2.0 MB/s, about 27:29 left; 12");
}

static void test_spans(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0:00"}, {59.4, "0:59"}, {59.6, "1:00"}, {3725, "1:02:05"}, {-1, "?"}, {1e300, "?"},
    };
    char text[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(progress_format_span(cases[i].seconds, text, sizeof text),
                            cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_lines),
        cmocka_unit_test(test_a_bar),
        cmocka_unit_test(test_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
