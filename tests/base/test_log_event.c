// SPDX-License-Identifier: MIT
#include "base/log_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

// systemd.journal-fields(7): 128 bits as 32 lower-case hex digits; sd_id128(3) has no zero id.
static void every_event_has_an_id_and_a_name(void **state)
{
    (void)state;
    for (enum log_event event = 0; event < LOG_EVENT_COUNT; event++) {
        const struct log_event_row *row = log_event_row(event);
        assert_non_null(row->message_id);
        assert_int_equal(strlen(row->message_id), 32);
        assert_int_equal(strspn(row->message_id, "0123456789abcdef"), 32);
        assert_int_not_equal(strspn(row->message_id, "0"), 32);
        assert_true(row->name[0] != '\0');
        assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(row->name));
        assert_in_range(row->level, LOG_LEVEL_ERROR, LOG_LEVEL_NOTICE);
    }
}

static void no_two_are_alike(void **state)
{
    (void)state;
    for (enum log_event event = 0; event < LOG_EVENT_COUNT; event++)
        for (enum log_event other = 0; other < event; other++) {
            assert_string_not_equal(log_event_row(event)->message_id,
                                    log_event_row(other)->message_id);
            assert_string_not_equal(log_event_row(event)->name, log_event_row(other)->name);
        }
}

// systemd.journal-fields(7): upper case, digits and '_', not '_' first, at most 64 bytes.
static void subjects_have_fields_that_the_journal_takes(void **state)
{
    (void)state;
    for (enum log_event event = 0; event < LOG_EVENT_COUNT; event++) {
        const char *field = log_event_row(event)->subject_field;
        if (field == NULL)
            continue;
        assert_int_equal(strspn(field, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(field));
        assert_int_equal(strncmp(field, "SKYWITNESS_", strlen("SKYWITNESS_")), 0);
        assert_in_range(strlen(field), 12, 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_an_id_and_a_name),
        cmocka_unit_test(no_two_are_alike),
        cmocka_unit_test(subjects_have_fields_that_the_journal_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
