// SPDX-License-Identifier: MIT
#include "stop_limit.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SOON_MS 100
#define STATUS 3

// What hangs for ever is left.
static void test_hanging_process_ends(void **state)
{
    (void)state;
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        stop_limit_start(SOON_MS, STATUS);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), STATUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hanging_process_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
