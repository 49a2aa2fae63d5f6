// SPDX-License-Identifier: MIT
// Migrations on a real PostgreSQL: from empty, again, two at once, changed, broken.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"

#include "store/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static PGconn *connection;

static int start_empty(void **state)
{
    (void)state;
    connection = harness_connect();
    harness_execute(connection, "DROP SCHEMA IF EXISTS skywitness, skywitness_store CASCADE");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(connection);
    return 0;
}

static int apply(const struct migration *migrations, size_t count, int *ret_before, int *ret_after,
                 struct error *error)
{
    memset(error, 0, sizeof *error);
    return migrate_apply(connection, migrations, count, ret_before, ret_after, error);
}

static struct migration *copy_of_all(size_t extra)
{
    struct migration *copy = calloc(schema_migration_count + extra, sizeof *copy);
    memcpy(copy, schema_migrations, schema_migration_count * sizeof *copy);
    return copy;
}

static void test_from_empty_and_again(void **state)
{
    (void)state;
    int before, after, version;
    struct error error = {0};
    enum schema_state schema;
    assert_int_equal(migrate_status(connection, schema_migrations, schema_migration_count, &schema,
                                    &version, &error),
                     0);
    assert_int_equal(schema, SCHEMA_MISSING);
    assert_int_equal(apply(schema_migrations, schema_migration_count, &before, &after, &error), 0);
    assert_int_equal(before, 0);
    assert_int_equal(after, (int)schema_migration_count);
    assert_int_equal(apply(schema_migrations, schema_migration_count, &before, &after, &error), 0);
    assert_int_equal(before, (int)schema_migration_count);
    assert_int_equal(after, before);
    assert_int_equal(migrate_status(connection, schema_migrations, schema_migration_count, &schema,
                                    &version, &error),
                     0);
    assert_int_equal(schema, SCHEMA_CURRENT);
    assert_int_equal(
        harness_number(connection, "SELECT count(*) FROM skywitness_store.schema_version"),
        (int)schema_migration_count);
    // Nothing belongs to whoever ran them.
    assert_int_equal(
        harness_number(connection, "SELECT count(*) FROM pg_class WHERE relnamespace IN "
                                   "('skywitness'::regnamespace, 'skywitness_store'::regnamespace) "
                                   "AND relowner <> 'skywitness_owner'::regrole"),
        0);
}

// A file that was added to sql/ and forgotten in the build would be missed here.
static void test_all_files_are_embedded(void **state)
{
    (void)state;
    size_t files = 0;
    DIR *folder = opendir(SQL_FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);
        // Others (citus.sql) are for operators.
        bool is_numbered = entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
        files += is_numbered && length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0;
    }
    closedir(folder);
    assert_int_equal(files, schema_migration_count);
}

static void test_step_by_step(void **state)
{
    (void)state;
    int before, after, version;
    struct error error;
    enum schema_state schema;
    for (size_t count = 1; count <= schema_migration_count; count++) {
        assert_int_equal(apply(schema_migrations, count, &before, &after, &error), 0);
        assert_int_equal(before, (int)count - 1);
        assert_int_equal(after, (int)count);
    }
    assert_int_equal(migrate_status(connection, schema_migrations, schema_migration_count - 1,
                                    &schema, &version, &error),
                     0);
    assert_int_equal(schema, SCHEMA_NEWER);
    assert_int_equal(apply(schema_migrations, schema_migration_count - 1, &before, &after, &error),
                     -EPROTO);
}

static void test_changed_file_is_refused(void **state)
{
    (void)state;
    int before, after;
    struct error error;
    struct migration *changed = copy_of_all(0);
    assert_int_equal(apply(schema_migrations, 2, &before, &after, &error), 0);
    changed[1].sha256[5] ^= 1;
    assert_int_equal(apply(changed, schema_migration_count, &before, &after, &error), -EPROTO);
    assert_non_null(strstr(error.message, "migration 2"));
    assert_int_equal(after, 2);
    free(changed);
}

static void test_broken_one_is_undone(void **state)
{
    (void)state;
    int before, after;
    struct error error;
    struct migration *more = copy_of_all(1);
    more[schema_migration_count] = (struct migration){
        .version = (int)schema_migration_count + 1,
        .name = "broken",
        .sql = "CREATE TABLE skywitness_store.half_way (x int); SELECT 1 / 0;",
    };
    assert_int_equal(apply(more, schema_migration_count + 1, &before, &after, &error), -EIO);
    assert_int_equal(after, (int)schema_migration_count);
    assert_non_null(strstr(error.message, "broken"));
    assert_non_null(strstr(error.message, "division by zero"));
    assert_int_equal(
        harness_number(connection, "SELECT count(*) FROM pg_class WHERE relname = 'half_way'"), 0);
    free(more);
}

static void test_several_at_once(void **state)
{
    (void)state;
    pid_t children[4];
    for (size_t i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        int before, after;
        struct error error;
        PGconn *own = PQconnectdb("options='-c client_min_messages=error'");
        int status =
            migrate_apply(own, schema_migrations, schema_migration_count, &before, &after, &error);
        if (status != 0)
            fprintf(stderr, "%s\n", error.message);
        PQfinish(own);
        _exit(status == 0 && after == (int)schema_migration_count ? 0 : 1);
    }
    for (size_t i = 0; i < 4; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(
        harness_number(connection, "SELECT count(*) FROM skywitness_store.schema_version"),
        (int)schema_migration_count);
}

static int apply_one_more(void)
{
    int before, after;
    struct error error = {0};
    struct migration *more = copy_of_all(1);
    more[schema_migration_count] = (struct migration){
        .version = (int)schema_migration_count + 1,
        .name = "alters",
        .sql = "ALTER TABLE skywitness_store.poll ADD COLUMN added integer",
    };
    PGconn *own = PQconnectdb("options='-c client_min_messages=error'");
    int status = migrate_apply(own, more, schema_migration_count + 1, &before, &after, &error);
    if (status != 0)
        fprintf(stderr, "%s\n", error.message);
    PQfinish(own);
    free(more);
    return status;
}

// A long query has the table: the migration waits for it, and readers that come meanwhile need not
// wait behind it.
static void test_beside_readers(void **state)
{
    (void)state;
    int before, after, status;
    struct error error = {0};
    assert_int_equal(apply(schema_migrations, schema_migration_count, &before, &after, &error), 0);
    PGconn *reader = harness_connect();
    harness_execute(reader, "SET lock_timeout = '20s'");
    harness_execute(connection, "BEGIN; LOCK TABLE skywitness_store.poll IN ACCESS SHARE MODE");
    pid_t child = fork();
    if (child == 0)
        _exit(apply_one_more() == 0 ? 0 : 1);
    while (harness_number(reader, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    assert_int_equal(harness_number(reader, "SELECT count(*) FROM skywitness_store.poll"), 0);
    harness_execute(connection, "COMMIT");
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(
        harness_number(reader, "SELECT max(version) FROM skywitness_store.schema_version"),
        (int)schema_migration_count + 1);
    PQfinish(reader);
}

// As on a hosted database: no superuser, PostGIS and the roles there already.
static void test_as_a_member_of_the_owner(void **state)
{
    (void)state;
    int before, after;
    struct error error = {0};
    assert_int_equal(apply(schema_migrations, 1, &before, &after, &error), 0); // makes the roles
    harness_execute(connection, "DROP SCHEMA skywitness, skywitness_store CASCADE");
    harness_execute(connection, "DROP ROLE IF EXISTS migrator");
    harness_execute(connection, "CREATE ROLE migrator LOGIN IN ROLE skywitness_owner");
    harness_execute(connection, "GRANT CREATE ON DATABASE skywitness TO migrator");
    PGconn *own = PQconnectdb("user=migrator options='-c client_min_messages=error'");
    assert_int_equal(PQstatus(own), CONNECTION_OK);
    if (migrate_apply(own, schema_migrations, schema_migration_count, &before, &after, &error) != 0)
        fail_msg("%s", error.message);
    PQfinish(own);
    harness_execute(connection,
                    "REVOKE CREATE ON DATABASE skywitness FROM migrator; DROP ROLE migrator");
}

int main(void)
{
#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, start_empty, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(test_from_empty_and_again), WITH_DATABASE(test_all_files_are_embedded),
        WITH_DATABASE(test_step_by_step),         WITH_DATABASE(test_changed_file_is_refused),
        WITH_DATABASE(test_broken_one_is_undone), WITH_DATABASE(test_several_at_once),
        WITH_DATABASE(test_beside_readers),       WITH_DATABASE(test_as_a_member_of_the_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
