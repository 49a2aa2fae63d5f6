// SPDX-License-Identifier: MIT
#include "alert/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// The vector that the reference libraries of Standard Webhooks test themselves with
// (test_sign_function).
#define VECTOR_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define VECTOR_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define VECTOR_TIMESTAMP 1614265330
#define VECTOR_BODY "{\"test\": 2432232314}"
#define VECTOR_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void signs_as_published(void **state)
{
    (void)state;
    struct signature_secret secret;
    struct error error;
    assert_int_equal(signature_secret_parse(VECTOR_SECRET, &secret, &error), 0);
    assert_int_equal(secret.length, 24);
    struct text header;
    text_init(&header, 1000);
    signature_header(&secret, 1, VECTOR_ID, VECTOR_TIMESTAMP, VECTOR_BODY, strlen(VECTOR_BODY),
                     &header);
    assert_string_equal(header.bytes, VECTOR_SIGNATURE);
    text_done(&header);
}

static void signs_with_each_secret(void **state)
{
    (void)state;
    struct signature_secret secrets[2] = {{.length = 32}};
    struct error error;
    memset(secrets[0].bytes, 7, 32);
    assert_int_equal(signature_secret_parse(VECTOR_SECRET, &secrets[1], &error), 0);
    struct text header;
    text_init(&header, 1000);
    signature_header(secrets, 2, VECTOR_ID, VECTOR_TIMESTAMP, VECTOR_BODY, strlen(VECTOR_BODY),
                     &header);
    const char *second = strchr(header.bytes, ' ');
    assert_non_null(second);
    assert_string_equal(second + 1, VECTOR_SIGNATURE);
    assert_int_equal(strncmp(header.bytes, "v1,", 3), 0);
    assert_int_equal((size_t)(second - header.bytes), strlen(VECTOR_SIGNATURE));
    text_done(&header);
}

static void refuses_what_is_no_secret(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "whsec_",
        "whsec_AAAA",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w",
        "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=",
        // 65 bytes
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct signature_secret secret;
        struct error error;
        assert_int_equal(signature_secret_parse(bad[i], &secret, &error), -22);
        if (strlen(bad[i]) > 10)
            assert_null(strstr(error.message, bad[i]));
    }
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    for (size_t length = SIGNATURE_SECRET_BYTES_MIN; length <= SIGNATURE_SECRET_BYTES_MAX;
         length++) {
        struct signature_secret secret = {.length = length}, again = {0};
        char text[SIGNATURE_SECRET_TEXT_SIZE];
        struct error error;
        for (size_t i = 0; i < length; i++)
            secret.bytes[i] = (uint8_t)(i * 37 + length);
        signature_secret_format(&secret, text);
        assert_int_equal(signature_secret_parse(text, &again, &error), 0);
        assert_int_equal(again.length, length);
        assert_memory_equal(again.bytes, secret.bytes, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_as_published),
        cmocka_unit_test(signs_with_each_secret),
        cmocka_unit_test(refuses_what_is_no_secret),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
