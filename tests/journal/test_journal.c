// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "journal/entry.h"
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT ((uint64_t)1 << 30)
#define CONTENT_MAX ((size_t)4 << 20)

static char folder[] = "/tmp/skywitness-journal-XXXXXX";
static char path[128];

static void remove_files(void)
{
    char name[160];
    const char *const endings[] = {"", "-wal", "-shm", "-journal", "-reserve"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/journal", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    remove_files();
    return rmdir(folder);
}

static int start_empty(void **state)
{
    (void)state;
    remove_files();
    return 0;
}

static struct journal *open_journal(uint64_t limit_bytes)
{
    struct journal *journal = NULL;
    struct error error = {0};
    const struct journal_settings settings = {
        .path = path, .limit_bytes = limit_bytes, .durable = true};
    if (journal_open(&settings, &journal, &error) != 0)
        fail_msg("%s", error.message);
    return journal;
}

static int try_open(struct error *error)
{
    struct journal *journal = NULL;
    const struct journal_settings settings = {.path = path, .limit_bytes = LIMIT, .durable = true};
    int status = journal_open(&settings, &journal, error);
    journal_close(journal);
    return status;
}

// Bytes that tell which entry they are: no two are alike, and a mixture would be noticed.
static size_t content_of(int64_t sequence, uint8_t *content)
{
    size_t length = (size_t)(sequence * 7919 % 50000);
    uint64_t random = (uint64_t)sequence * 0x9e3779b97f4a7c15u + 1;
    for (size_t i = 0; i < length; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        content[i] = (uint8_t)random;
    }
    return length;
}

static int append(struct journal *journal, int64_t number, int64_t *ret_sequence)
{
    static uint8_t content[CONTENT_MAX];
    struct error error;
    return journal_append(journal, content, content_of(number, content), ret_sequence, &error);
}

static void append_many(struct journal *journal, int64_t from, int64_t to)
{
    for (int64_t i = from; i <= to; i++) {
        int64_t sequence = 0;
        assert_int_equal(append(journal, i, &sequence), 0);
        assert_int_equal(sequence, i);
    }
}

// Reads everything after `after` and checks it. Returns the last sequence.
static int64_t check_contents(struct journal *journal, int64_t after)
{
    static uint8_t expected[CONTENT_MAX];
    struct byte_writer bytes;
    struct error error;
    int64_t sequence = after;
    byte_writer_init(&bytes, CONTENT_MAX);
    for (;;) {
        int64_t next = -1;
        int result = journal_read(journal, sequence, &next, &bytes, &error);
        if (result == 0)
            break;
        assert_int_equal(result, 1);
        assert_int_equal(next, sequence + 1);
        assert_int_equal(bytes.length, content_of(next, expected));
        if (bytes.length > 0)
            assert_memory_equal(bytes.bytes, expected, bytes.length);
        sequence = next;
    }
    byte_writer_done(&bytes);
    return sequence;
}

static void acknowledge(struct journal *journal, const char *consumer, int64_t sequence)
{
    struct error error;
    assert_int_equal(journal_acknowledge(journal, consumer, sequence, &error), 0);
}

static void save_snapshot(struct journal *journal, int64_t sequence)
{
    struct error error;
    assert_int_equal(journal_save_snapshot(journal, sequence, "state", 5, &error), 0);
}

static void test_keeps_what_it_was_given(void **state)
{
    (void)state;
    char id[JOURNAL_ID_TEXT_SIZE];
    struct stat status;
    struct journal *journal = open_journal(LIMIT);
    strcpy(id, journal_id(journal));
    assert_int_equal(strlen(id), 36);
    assert_int_equal(journal_depth(journal).first_sequence, 0);
    append_many(journal, 1, 40);
    journal_close(journal);

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    journal = open_journal(LIMIT);
    assert_string_equal(journal_id(journal), id);
    assert_int_equal(check_contents(journal, 0), 40);
    assert_int_equal(check_contents(journal, 17), 40);
    assert_int_equal(journal_depth(journal).entries, 40);
    assert_int_equal(journal_depth(journal).first_sequence, 1);
    append_many(journal, 41, 45);
    journal_close(journal);
}

static void test_removes_what_nobody_needs(void **state)
{
    (void)state;
    struct journal *journal = open_journal(LIMIT);
    append_many(journal, 1, 10);
    // Without a consumer, or without a snapshot, everything may still be wanted.
    save_snapshot(journal, 8);
    append_many(journal, 11, 11);
    assert_int_equal(journal_depth(journal).first_sequence, 1);
    acknowledge(journal, "postgresql", 6);
    acknowledge(journal, "desk", 3);
    append_many(journal, 12, 12);
    assert_int_equal(journal_depth(journal).first_sequence, 4);
    acknowledge(journal, "desk", 12);
    acknowledge(journal, "postgresql", 12);
    append_many(journal, 13, 13);
    assert_int_equal(journal_depth(journal).first_sequence, 9); // the snapshot is at 8
    save_snapshot(journal, 13);
    acknowledge(journal, "desk", 13);
    acknowledge(journal, "postgresql", 13);
    append_many(journal, 14, 14);
    journal_close(journal);

    // The numbers go on although only the newest entry is left.
    journal = open_journal(LIMIT);
    assert_true(journal_depth(journal).first_sequence >= 13);
    acknowledge(journal, "desk", 14);
    acknowledge(journal, "postgresql", 14);
    save_snapshot(journal, 14);
    append_many(journal, 15, 15);
    journal_close(journal);
    journal = open_journal(LIMIT);
    append_many(journal, 16, 16);
    journal_close(journal);
}

static void test_cursors(void **state)
{
    (void)state;
    struct error error;
    int64_t sequence = -1;
    struct journal *journal = open_journal(LIMIT);
    append_many(journal, 1, 5);
    assert_int_equal(journal_cursor(journal, "desk", &sequence, &error), 0);
    assert_int_equal(sequence, 0);
    acknowledge(journal, "desk", 4);
    acknowledge(journal, "desk", 2); // never back
    assert_int_equal(journal_acknowledge(journal, "desk", 6, &error), -EINVAL);
    assert_int_equal(journal_acknowledge(journal, "desk", -1, &error), -EINVAL);
    journal_close(journal);
    journal = open_journal(LIMIT);
    assert_int_equal(journal_cursor(journal, "desk", &sequence, &error), 0);
    assert_int_equal(sequence, 4);
    journal_close(journal);
}

static void test_snapshot_and_feed_states(void **state)
{
    (void)state;
    struct error error;
    struct byte_writer bytes;
    int64_t sequence = -1;
    struct journal_feed_state saved = {
        .not_before = 1234567890123456, .failures = 7, .budget_day = UTC_DAY, .budget_used = 99};
    struct journal_feed_state loaded;
    byte_writer_init(&bytes, 100);
    struct journal *journal = open_journal(LIMIT);
    assert_int_equal(journal_load_snapshot(journal, &sequence, &bytes, &error), 0);
    assert_int_equal(journal_load_feed_state(journal, "host", &loaded, &error), 0);
    assert_true(loaded.not_before == UTC_UNKNOWN && loaded.failures == 0);
    append_many(journal, 1, 3);
    save_snapshot(journal, 2);
    save_snapshot(journal, 3);
    assert_int_equal(journal_save_feed_state(journal, "host", &saved, &error), 0);
    saved.failures = 8;
    assert_int_equal(journal_save_feed_state(journal, "host", &saved, &error), 0);
    journal_close(journal);

    journal = open_journal(LIMIT);
    assert_int_equal(journal_load_snapshot(journal, &sequence, &bytes, &error), 1);
    assert_int_equal(sequence, 3);
    assert_int_equal(bytes.length, 5);
    assert_memory_equal(bytes.bytes, "state", 5);
    assert_int_equal(journal_load_feed_state(journal, "host", &loaded, &error), 1);
    assert_true(loaded.not_before == saved.not_before && loaded.failures == saved.failures);
    assert_true(loaded.budget_day == saved.budget_day && loaded.budget_used == saved.budget_used);
    journal_close(journal);
    byte_writer_done(&bytes);
}

static void test_refuses_beyond_its_limit(void **state)
{
    (void)state;
    struct journal *journal = open_journal(100000);
    struct error error;
    int64_t accepted = 0, sequence = -1;
    int status;
    while ((status = append(journal, accepted + 1, &sequence)) == 0)
        accepted++;
    assert_int_equal(status, -ENOSPC);
    assert_true(accepted > 3);
    assert_int_equal(journal_depth(journal).last_sequence, accepted);
    assert_int_equal(check_contents(journal, 0), accepted);
    // The same call again, once there is room.
    assert_int_equal(append(journal, accepted + 1, &sequence), -ENOSPC);
    acknowledge(journal, "postgresql", accepted);
    save_snapshot(journal, accepted);
    assert_int_equal(append(journal, accepted + 1, &sequence), 0);
    assert_int_equal(sequence, accepted + 1);
    // One that can never fit.
    assert_int_equal(journal_append(journal, path, 200000, &sequence, &error), -ENOSPC);
    journal_close(journal);
}

static void test_another_limit(void **state)
{
    (void)state;
    struct journal *journal = open_journal(100000);
    int64_t accepted = 0, sequence = -1;
    while (append(journal, accepted + 1, &sequence) == 0)
        accepted++;
    journal_set_limit(journal, 200000);
    assert_int_equal(append(journal, accepted + 1, &sequence), 0);
    // Below what is there: nothing more, and nothing is lost.
    journal_set_limit(journal, 50000);
    assert_int_equal(append(journal, accepted + 2, &sequence), -ENOSPC);
    assert_int_equal(check_contents(journal, 0), accepted + 1);
    journal_close(journal);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct error error;
    int64_t accepted = 0, sequence = -1;
    char filler[160];
    if (mount("tmpfs", folder, "tmpfs", 0, "size=3m") != 0) {
        print_message("skipped: only root may mount a small disk here\n");
        skip();
    }
    struct journal *journal = open_journal(LIMIT);
    // Something else takes a part of the disk.
    snprintf(filler, sizeof filler, "%s/filler", folder);
    int descriptor = open(filler, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(posix_fallocate(descriptor, 0, 1 << 20), 0);
    int status;
    while ((status = append(journal, accepted + 1, &sequence)) == 0)
        accepted++;
    assert_int_equal(status, -ENOSPC);
    assert_true(accepted > 3);
    assert_int_equal(check_contents(journal, 0), accepted);
    assert_int_equal(journal_depth(journal).last_sequence, accepted);
    for (int i = 0; i < 3; i++)
        assert_int_equal(append(journal, accepted + 1, &sequence), -ENOSPC);
    assert_int_equal(ftruncate(descriptor, 0), 0);
    assert_int_equal(append(journal, accepted + 1, &sequence), 0);
    assert_int_equal(sequence, accepted + 1);
    accepted++;
    // Full again; now it is the journal itself that shrinks.
    while (append(journal, accepted + 1, &sequence) == 0)
        accepted++;
    bool has_room = journal_acknowledge(journal, "postgresql", accepted, &error) == 0 &&
                    journal_save_snapshot(journal, accepted, "state", 5, &error) == 0;
    // The cursor itself may need a page that the disk has not, and so may the entry that frees the
    // others.
    has_room = has_room && append(journal, accepted + 1, &sequence) == 0;
    journal_close(journal);
    journal = open_journal(LIMIT);
    check_contents(journal, journal_depth(journal).first_sequence - 1);
    assert_int_equal(journal_depth(journal).last_sequence, accepted + has_room);
    journal_close(journal);
    close(descriptor);
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

// An entry that is no answer's.
static int append_our_own(struct journal *journal, int64_t *ret_sequence)
{
    struct entry entry;
    struct byte_writer bytes;
    struct error error;
    entry_init(&entry);
    byte_writer_init(&bytes, 1 << 16);
    entry_encode(&entry, &bytes);
    int status =
        journal_append_entry(journal, bytes.bytes, bytes.length, &entry, ret_sequence, &error);
    byte_writer_done(&bytes);
    entry_done(&entry);
    return status;
}

static void test_our_own_entries_pass_the_limit(void **state)
{
    (void)state;
    struct journal *journal = open_journal(1000);
    int64_t sequence = 0;
    append_many(journal, 7, 6); // none
    assert_int_equal(append(journal, 1, &sequence), -ENOSPC);
    assert_int_equal(append_our_own(journal, &sequence), 0);
    journal_close(journal);
}

#define STATE_EVERY 5

// Nobody else is on the disk, and PostgreSQL is away until the journal has filled it to the last
// block.
static void test_disk_filled_by_itself(void **state)
{
    (void)state;
    struct error error;
    int64_t accepted = 0, sequence = -1;
    if (mount("tmpfs", folder, "tmpfs", 0, "size=3m") != 0) {
        print_message("skipped: only root may mount a small disk here\n");
        skip();
    }
    struct journal *journal = open_journal(LIMIT);
    assert_true(journal_room(journal) < (uint64_t)3 << 20);
    while (append(journal, accepted + 1, &sequence) == 0)
        if (++accepted % STATE_EVERY == 0)
            (void)!journal_save_snapshot(journal, accepted, "state", 5, &error);
    assert_true(accepted > 20);
    assert_int_equal(check_contents(journal, 0), accepted);
    // The alert that says so is still taken, as one of the entries to come.
    int64_t own = 0;
    assert_int_equal(append_our_own(journal, &own), 0);
    assert_int_equal(own, accepted + 1);
    journal_close(journal);

    // It is back, after a restart even: what it has makes room for what comes, for ever.
    journal = open_journal(LIMIT);
    (void)!journal_acknowledge(journal, "postgresql", own, &error);
    int64_t last = own;
    for (int i = 1; i <= 300; i++) {
        assert_int_equal(append(journal, last + 1, &sequence), 0);
        assert_int_equal(sequence, last + 1);
        last = sequence;
        (void)!journal_acknowledge(journal, "postgresql", last, &error);
        if (i % STATE_EVERY == 0)
            assert_int_equal(journal_save_snapshot(journal, last, "state", 5, &error), 0);
    }
    assert_int_equal(check_contents(journal, journal_depth(journal).first_sequence - 1), last);
    journal_close(journal);
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

static void test_one_process_at_a_time(void **state)
{
    (void)state;
    struct error error = {0};
    struct journal *journal = open_journal(LIMIT);
    append_many(journal, 1, 3);
    assert_int_equal(try_open(&error), -EBUSY);
    pid_t child = fork();
    if (child == 0)
        _exit(try_open(&error) == -EBUSY ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    // The refused ones did no harm.
    append_many(journal, 4, 6);
    journal_close(journal);
    assert_int_equal(try_open(&error), 0);
}

// Appends until it is killed, telling each acknowledged number.
static void append_for_ever(int told)
{
    struct journal *journal = open_journal(LIMIT);
    for (int64_t number = journal_depth(journal).last_sequence + 1;; number++) {
        int64_t sequence = 0;
        if (append(journal, number, &sequence) != 0 || sequence != number ||
            write(told, &sequence, sizeof sequence) != sizeof sequence)
            _exit(1);
        if (number % 5 == 0) {
            acknowledge(journal, "postgresql", number - 3);
            save_snapshot(journal, number - 2);
        }
    }
}

static void test_killed_at_random(void **state)
{
    (void)state;
    int64_t acknowledged = 0;
    srand(3);
    for (int round = 0; round < 25; round++) {
        int pipe_ends[2];
        assert_int_equal(pipe(pipe_ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(pipe_ends[0]);
            append_for_ever(pipe_ends[1]);
        }
        close(pipe_ends[1]);
        usleep((useconds_t)(rand() % 60000) + 5000);
        kill(child, SIGKILL);
        int64_t sequence;
        while (read(pipe_ends[0], &sequence, sizeof sequence) == sizeof sequence)
            acknowledged = sequence;
        close(pipe_ends[0]);
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        struct journal *journal = open_journal(LIMIT);
        struct journal_depth depth = journal_depth(journal);
        int64_t last = check_contents(journal, depth.entries > 0 ? depth.first_sequence - 1 : 0);
        // One more may have been committed than was told.
        assert_true(last == depth.last_sequence);
        assert_true(last == acknowledged || last == acknowledged + 1);
        acknowledged = last;
        journal_close(journal);
    }
    assert_true(acknowledged > 25);
}

static void test_large_entries_and_bounded_log(void **state)
{
    (void)state;
    static uint8_t content[3 << 20];
    struct error error;
    struct stat status;
    char log[160];
    struct journal *journal = open_journal(LIMIT);
    for (int i = 0; i < 60; i++) {
        int64_t sequence;
        memset(content, i, sizeof content);
        assert_int_equal(journal_append(journal, content, sizeof content, &sequence, &error), 0);
        acknowledge(journal, "postgresql", sequence);
        save_snapshot(journal, sequence);
    }
    snprintf(log, sizeof log, "%s-wal", path);
    assert_int_equal(stat(log, &status), 0);
    assert_true(status.st_size < 48 << 20);
    // 180 MB went through; what is done with is used again.
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size < 48 << 20);
    journal_close(journal);
}

// --- files that are no journal --------------------------------------------------------------------

static void run_sql(const char *sql)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void test_files_that_are_no_journal(void **state)
{
    (void)state;
    struct error error = {0};
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 10000; i++)
        fputs("This is not a database. ", file);
    fclose(file);
    assert_int_equal(try_open(&error), -EBADMSG);
    remove_files();
    run_sql("CREATE TABLE other (x)");
    assert_int_equal(try_open(&error), -EBADMSG);
    remove_files();
    journal_close(open_journal(LIMIT));
    run_sql("PRAGMA user_version = 1000");
    assert_int_equal(try_open(&error), -EBADMSG);
    remove_files();
    snprintf(path + strlen(path), sizeof path - strlen(path), "/absent/journal");
    assert_int_equal(try_open(&error), -ENOENT);
    snprintf(path, sizeof path, "%s/journal", folder);
}

static void test_damage_is_noticed(void **state)
{
    (void)state;
    struct error error = {0};
    struct byte_writer bytes;
    int64_t sequence;
    struct journal *journal = open_journal(LIMIT);
    append_many(journal, 1, 9);
    journal_close(journal);
    run_sql(
        "UPDATE entry SET bytes = CAST(substr(bytes, 1, 99) || x'00' AS BLOB) || substr(bytes, 101) "
        "WHERE sequence = 4");
    journal = open_journal(LIMIT);
    byte_writer_init(&bytes, CONTENT_MAX);
    assert_int_equal(journal_read(journal, 2, &sequence, &bytes, &error), 1);
    assert_int_equal(journal_read(journal, 3, &sequence, &bytes, &error), -EBADMSG);
    journal_close(journal);
    byte_writer_done(&bytes);

    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    static const char junk[16384];
    for (off_t offset = 16384; offset < 5 * 16384; offset += 16384)
        assert_int_equal(pwrite(descriptor, junk, sizeof junk, offset), sizeof junk);
    close(descriptor);
    assert_int_equal(try_open(&error), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_keeps_what_it_was_given, start_empty),
        cmocka_unit_test_setup(test_removes_what_nobody_needs, start_empty),
        cmocka_unit_test_setup(test_cursors, start_empty),
        cmocka_unit_test_setup(test_snapshot_and_feed_states, start_empty),
        cmocka_unit_test_setup(test_refuses_beyond_its_limit, start_empty),
        cmocka_unit_test_setup(test_another_limit, start_empty),
        cmocka_unit_test_setup(test_full_disk, start_empty),
        cmocka_unit_test_setup(test_our_own_entries_pass_the_limit, start_empty),
        cmocka_unit_test_setup(test_disk_filled_by_itself, start_empty),
        cmocka_unit_test_setup(test_one_process_at_a_time, start_empty),
        cmocka_unit_test_setup(test_killed_at_random, start_empty),
        cmocka_unit_test_setup(test_large_entries_and_bounded_log, start_empty),
        cmocka_unit_test_setup(test_files_that_are_no_journal, start_empty),
        cmocka_unit_test_setup(test_damage_is_noticed, start_empty),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
