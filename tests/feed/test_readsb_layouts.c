// SPDX-License-Identifier: MIT
// The order and form in which keys are written must not matter: made-up objects in random layouts,
// each read by the decoder, which guesses keys, and by the oracle, which does not.
#include "support.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 124;

// xorshift64 (G. Marsaglia, 2003): the same numbers at every run.
static unsigned random_below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % limit;
}

static const char *const keys[] = {
    "hex",
    "type",
    "flight",
    "r",
    "t",
    "squawk",
    "alt_baro",
    "altitude",
    "lat",
    "lon",
    "dbFlags",
    "now",
    "alt_geom",
    "gs",
    "speed",
    "track",
    "true_heading",
    "calc_track",
    "baro_rate",
    "geom_rate",
    "vert_rate",
    "nic",
    "nucp",
    "nac_p",
    "sil",
    "version",
    "seen_pos",
    "seen",
    "gpsOkBefore",
    "mlat",
    "tisb",
    "nav_altitude_mcp",
    "nav_altitude_fms",
    "nav_qnh",
    "messages",
    "rssi",
    "lastPosition",
    "a_key_of_23_characters",
    "g\\u0073",
    "la",
    "latt",
    "",
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static const char *const values[] = {
    "\"4ca2ad\"",
    "\"15405a\"",
    "\"adsb_icao\"",
    "\"mode_s\"",
    "\"RFF7032 \"",
    "\"ground\"",
    "\"0021\"",
    "35.4011",
    "-135.948701",
    "0",
    "1",
    "8",
    "12975",
    "-640",
    "0.480",
    "171.32",
    "null",
    "true",
    "[]",
    "[\"lat\",\"lon\"]",
    "{\"lat\":1.5,\"lon\":2}",
    "1e3",
    "1761465600.5",
    "\"a text of more than sixteen bytes\"",
    "\"\\u0041124\"",
    "123456789012345678",
};
#define VALUE_COUNT (sizeof values / sizeof *values)

static const char *blank(void)
{
    static const char *const blanks[] = {" ", "\n", "  ", "\r\n\t"};
    return random_below(20) == 0 ? blanks[random_below(4)] : "";
}

static void write_object(struct text *answer, unsigned members, unsigned keys_used)
{
    text_append(answer, "{\"hex\":\"15405a\"");
    unsigned key = random_below(keys_used);
    for (unsigned i = 0; i < members; i++) {
        // Mostly the next key, as real feeds do.
        key = random_below(4) == 0 ? random_below(keys_used) : (key + 1) % keys_used;
        text_append_format(answer, "%s,%s", blank(), blank());
        if (key < KEY_COUNT)
            text_append_format(answer, "\"%s\"", keys[key]);
        else
            text_append_format(answer, "\"key%u\"", key);
        text_append_format(answer, "%s:%s", blank(), blank());
        // Half the time the value that suits a key.
        text_append(answer,
                    values[random_below(2) == 0 ? key % VALUE_COUNT : random_below(VALUE_COUNT)]);
    }
    text_append(answer, "}");
}

static void test_layouts(void **state)
{
    (void)state;
    struct text answer;
    text_init(&answer, 1 << 20);
    for (unsigned i = 0; i < 3000; i++) {
        // Sometimes more keys than the decoder remembers.
        unsigned keys_used = i % 10 == 0 ? 300 : 1 + random_below(KEY_COUNT);
        unsigned objects = 1 + random_below(12);
        text_clear(&answer);
        text_append(&answer, "{\"aircraft\":[");
        for (unsigned n = 0; n < objects; n++) {
            text_append(&answer, n > 0 ? "," : "");
            write_object(&answer, random_below(keys_used + 5), keys_used);
        }
        text_append_format(&answer, "],\"now\":%d}", TEST_NOW_S);
        struct feed_batch batch = test_decode(answer.bytes);
        assert_int_equal(batch.aircraft_heard, objects);
        feed_batch_done(&batch);
    }
    text_done(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_layouts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
