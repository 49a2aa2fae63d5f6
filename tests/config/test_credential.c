// SPDX-License-Identifier: MIT
#include "config/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/skywitness-credential-XXXXXX";
static char path[64];
static char variable[] = "SKYWITNESS_TEST_SECRET";
static char credential[] = "desk";

static void write_file(const void *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static void reads(const struct credential_source *source, const char *expected)
{
    char *secret = NULL;
    struct error error = {0};
    if (credential_read(source, &secret, &error) != 0)
        fail_msg("%s", error.message);
    assert_string_equal(secret, expected);
    free(secret);
}

static void fails(const struct credential_source *source, int code, const char *words)
{
    char untouched[] = "untouched", *secret = untouched;
    struct error error = {0};
    assert_int_equal(credential_read(source, &secret, &error), code);
    assert_ptr_equal(secret, untouched);
    assert_non_null(strstr(error.message, words));
    assert_null(strstr(error.message, "c2VjcmV0"));
}

static void from_a_file(void **state)
{
    (void)state;
    const struct credential_source source = {CREDENTIAL_FILE, path};
    static const struct {
        const char *content, *secret;
    } cases[] = {
        {"c2VjcmV0", "c2VjcmV0"},
        {"c2VjcmV0\n", "c2VjcmV0"},
        {"c2VjcmV0\r\n", "c2VjcmV0"},
        {" with blanks ", " with blanks "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file(cases[i].content, strlen(cases[i].content));
        reads(&source, cases[i].secret);
    }
    write_file("", 0);
    fails(&source, -ENODATA, "holds no secret");
    write_file("\n", 1);
    fails(&source, -ENODATA, "holds no secret");
    write_file("c2VjcmV0\nX-Forged: 1\n", 21);
    fails(&source, -EINVAL, "control character");
    write_file("a\0b", 3);
    fails(&source, -EINVAL, "control character");
    unlink(path);
    fails(&source, -ENOENT, path);
}

static void of_at_most_4096_bytes(void **state)
{
    (void)state;
    const struct credential_source source = {CREDENTIAL_FILE, path};
    char content[5000], expected[4097];
    memset(content, 'x', sizeof content);
    memset(expected, 'x', 4096);
    expected[4096] = '\0';
    write_file(content, 4096);
    reads(&source, expected);
    content[4096] = '\r';
    content[4097] = '\n';
    write_file(content, 4098);
    reads(&source, expected);
    content[4096] = 'x';
    content[4097] = '\0';
    write_file(content, 4097);
    fails(&source, -E2BIG, "longer than 4096");
    content[4097] = 'x';
    write_file(content, sizeof content);
    fails(&source, -E2BIG, "longer than 4096");
    setenv(variable, expected, 1);
    reads(&(struct credential_source){CREDENTIAL_ENVIRONMENT, variable}, expected);
    content[4999] = '\0';
    setenv(variable, content, 1);
    fails(&(struct credential_source){CREDENTIAL_ENVIRONMENT, variable}, -E2BIG,
          "longer than 4096");
    unsetenv(variable);
}

static void from_the_environment(void **state)
{
    (void)state;
    const struct credential_source source = {CREDENTIAL_ENVIRONMENT, variable};
    setenv(variable, "c2VjcmV0", 1);
    reads(&source, "c2VjcmV0");
    unsetenv(variable);
    fails(&source, -ENOENT, variable);
}

static void from_systemd(void **state)
{
    (void)state;
    const struct credential_source source = {CREDENTIAL_SYSTEMD, credential};
    unsetenv("CREDENTIALS_DIRECTORY");
    fails(&source, -ENOENT, "LoadCredential=desk:");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    write_file("c2VjcmV0\n", 9);
    reads(&source, "c2VjcmV0");
    unlink(path);
    fails(&source, -ENOENT, "desk");
    fails(&(struct credential_source){0}, -ENOENT, "no secret is configured");
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/desk", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_a_file),
        cmocka_unit_test(of_at_most_4096_bytes),
        cmocka_unit_test(from_the_environment),
        cmocka_unit_test(from_systemd),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
