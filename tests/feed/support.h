// SPDX-License-Identifier: MIT
// What the tests of the decoder share. Every answer they try is also read by the oracle, which must
// agree.
#pragma once

#include "feed/decoder.h"

// "now" of the made-up answers, and when they are received.
#define TEST_NOW_S 1761465600
#define TEST_NOW (TEST_NOW_S * UTC_SECOND)

// An answer's body in a block of its exact size, so that the sanitizer finds any look behind it.
struct test_body {
    char *bytes;
    size_t length;
};

struct test_body test_body_of(const char *text, size_t length);
void test_body_done(struct test_body *body);

// A list that watches every aircraft; watch_list_done frees it.
struct watch_list test_watch_all(void);

// Decodes with everything watched; fails the test unless the answer is good.
struct feed_batch test_decode(const char *answer);
struct feed_batch test_decode_near(const char *answer, const struct place *places, size_t count);
// Fails the test unless the answer is bad; returns the code, and the message in `error`.
int test_refused(const char *answer, struct error *error);

// An envelope with these objects (without their braces), in milliseconds.
char *test_envelope(const char *members);

// A field by its name as text: "unknown" for unknown ones, numbers as short as they are.
void test_field(const struct observation *observation, const char *name, char *text, size_t size);
