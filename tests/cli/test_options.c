// SPDX-License-Identifier: MIT
// Options and commands: what is read, what is refused, and what is said about it.
#include "cli/help.h"
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((utc_us)1761465600 * UTC_SECOND) // 2025-10-26T08:00:00Z
#define WORDS_MAX 16

// What the command under test was given.
struct given {
    bool flag;
    const char *text;
    int64_t number;
    utc_us since, until;
    int count;
    const char *words[WORDS_MAX];
    bool ran;
};
static struct given given;

static int run_probe(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_row rows[] = {
        {"flag", 'f', OPTION_FLAG, &given.flag, NULL, "a flag", 0, 0},
        {"output", 'o', OPTION_TEXT, &given.text, "FILE", "a text", 0, 0},
        {"limit", 0, OPTION_COUNT, &given.number, "N", "a number", 0, 100},
        {"since", 0, OPTION_TIME, &given.since, "TIME", "a time", 0, 0},
        {"until", 0, OPTION_TIME_END, &given.until, "TIME", "an end", 0, 0},
    };
    const struct option_table options = {OPTION_ROWS(rows), .arguments_min = 0, .arguments_max = 2,
                                         .notes = "A note."};
    int status;
    if (!options_parse(cli, command, &options, argc, argv, &given.count, &status))
        return status;
    for (int i = 0; i < given.count; i++)
        given.words[i] = argv[i];
    given.ran = true;
    return EXIT_STATUS_GOOD;
}

static const struct command commands[] = {
    {"probe", "Probe the parser", "[WORD]...", run_probe, COMMAND_FORMATS_ROWS},
    {"group one", "The first of a group", "", run_probe, COMMAND_FORMATS_ROWS},
    {"group two", "The second of a group", "", run_probe, COMMAND_FORMATS_ROWS_AND_TRACKS},
};

// What one call wrote, kept until the next.
static char *out_bytes, *talk_bytes;

static void forget(void)
{
    free(out_bytes);
    free(talk_bytes);
    out_bytes = talk_bytes = NULL;
}

// Runs the words of one line, as main() would.
static int run(const char *line, struct cli *ret_cli)
{
    size_t out_length, talk_length;
    forget();
    given = (struct given){.since = UTC_UNKNOWN, .until = UTC_UNKNOWN, .number = -1};
    struct cli cli = {.now = NOW,
                      .out = open_memstream(&out_bytes, &out_length),
                      .talk = open_memstream(&talk_bytes, &talk_length)};
    static char copy[1024];
    char *argv[WORDS_MAX + 1] = {0};
    int argc = 0, used = 0, status;
    bool help = false, version = false;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL && argc < WORDS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
    if (!options_parse_global(&cli, argc, argv, &used, &help, &version))
        status = EXIT_STATUS_USAGE;
    else if (help)
        status = (help_overview(cli.out, commands, 3), EXIT_STATUS_GOOD);
    else if (version)
        status = (help_version(&cli), EXIT_STATUS_GOOD);
    else
        status = help_run(&cli, commands, 3, argc - used, argv + used);
    fclose(cli.out);
    fclose(cli.talk);
    if (ret_cli != NULL)
        *ret_cli = cli;
    return status;
}

static void options_are_read_in_any_spelling(void **state)
{
    (void)state;
    assert_int_equal(run("probe -f -o x --limit 7 --since 2025-10-26 --until 2025-10-26 a b", NULL),
                     0);
    assert_true(given.flag);
    assert_string_equal(given.text, "x");
    assert_int_equal(given.number, 7);
    assert_int_equal(given.since, utc_day_start(NOW));
    assert_int_equal(given.until, utc_day_start(NOW) + UTC_DAY);
    assert_int_equal(given.count, 2);
    assert_string_equal(given.words[0], "a");
    assert_string_equal(given.words[1], "b");

    assert_int_equal(run("probe a --output=y --limit=0 b -oz", NULL), 0);
    assert_string_equal(given.text, "z");
    assert_int_equal(given.number, 0);
    assert_int_equal(given.count, 2);

    assert_int_equal(run("probe --output= - -- --flag", NULL), 0);
    assert_string_equal(given.text, "");
    assert_string_equal(given.words[0], "-");
    assert_string_equal(given.words[1], "--flag");
    assert_false(given.flag);
}

static void global_options_stand_before_and_after(void **state)
{
    (void)state;
    struct cli cli;
    assert_int_equal(run("--db postgresql:///x --format csv probe", &cli), 0);
    assert_string_equal(cli.database, "postgresql:///x");
    assert_int_equal(cli.format, OUTPUT_CSV);
    assert_int_equal(run("probe --config=c.json --format json", &cli), 0);
    assert_string_equal(cli.config_path, "c.json");
    assert_int_equal(cli.format, OUTPUT_JSON);
    assert_int_equal(run("group two --format kml", &cli), 0);
    assert_int_equal(cli.format, OUTPUT_KML);
    assert_true(given.ran);
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"probe --sinse 6h", "probe: unknown option --sinse; did you mean --since?"},
        {"probe --lim 3", "unknown option --lim; did you mean --limit?"},
        {"probe --fromat json", "did you mean --format?"},
        {"probe --zzzzzz", "unknown option --zzzzzz\n"},
        {"probe -x", "unknown option -x"},
        {"probe --limit", "--limit needs a value (N)"},
        {"probe --limit abc", "--limit: expected a whole number from 0 to 100, got \"abc\""},
        {"probe --limit 101", "from 0 to 100, got \"101\""},
        {"probe --limit 1e2", "got \"1e2\""},
        {"probe --limit 99999999999999999999", "from 0 to 100"},
        {"probe --flag=1", "--flag takes no value"},
        {"probe --since yesterday", "expected a UTC time such as 2025-10-26"},
        {"probe --since 2025-02-30", "got \"2025-02-30\""},
        {"probe --format jsno", "did you mean json?"},
        {"probe --format geojson", "--format geojson is for tracks"},
        {"probe a b c", "unexpected argument \"c\""},
        {"--bd x probe", "unknown option --bd; did you mean --db?"},
        {"prode", "unknown command \"prode\"; did you mean probe?"},
        {"xyzzy", "unknown command \"xyzzy\"\n"},
        {"group tow", "unknown command \"group tow\"; did you mean group two?"},
        {"group", "Usage: skywitness group COMMAND"},
        {"help prode", "did you mean probe?"},
        {"", "Usage: skywitness"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].line, NULL), EXIT_STATUS_USAGE);
        if (strstr(talk_bytes, cases[i].says) == NULL)
            fail_msg("`%s` said: %s", cases[i].line, talk_bytes);
        assert_string_equal(out_bytes, ""); // talk never goes where data goes
        assert_false(given.ran);
    }
}

static void help_is_data(void **state)
{
    (void)state;
    static const struct {
        const char *line, *shows;
    } cases[] = {
        {"--help", "group one"},
        {"-h", "Probe the parser"},
        {"help", "Probe the parser"},
        {"help probe", "Usage: skywitness probe [WORD]..."},
        {"probe --help", "-o, --output FILE"},
        {"probe --limit 3 --help", "A note."},
        {"group two --help", "geojson"},
        {"help group", "The second of a group"},
        {"group --help", "The first of a group"},
        {"--version", "skywitness "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].line, NULL), 0);
        if (strstr(out_bytes, cases[i].shows) == NULL)
            fail_msg("`%s` showed: %s", cases[i].line, out_bytes);
        assert_string_equal(talk_bytes, "");
        assert_false(given.ran);
    }
}

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_end;
        utc_us expected;
    } good[] = {
        {"now", false, NOW},
        {"90s", false, NOW - 90 * UTC_SECOND},
        {"30m", false, NOW - 30 * UTC_MINUTE},
        {"6h", true, NOW - 6 * UTC_HOUR},
        {"2d", false, NOW - 2 * UTC_DAY},
        {"2025-10-26", false, NOW - 8 * UTC_HOUR},
        {"2025-10-26", true, NOW + 16 * UTC_HOUR},
        {"2025-10-26T08:00Z", true, NOW},
        {"2025-10-26T11:00+03:00", false, NOW},
    };
    static const char *const bad[] = {"", "h", "6", "6w", "-6h", "1234567d", "6hh", "26.10.2025"};
    utc_us time = 1;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(options_read_time(good[i].text, NOW, good[i].is_end, &time), 0);
        assert_int_equal(time, good[i].expected);
    }
    time = 1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(options_read_time(bad[i], NOW, false, &time) < 0);
        assert_int_equal(time, 1);
    }
}

static void messages_cannot_steer_the_terminal(void **state)
{
    (void)state;
    assert_int_equal(run("probe --limit \x1b[2J", NULL), EXIT_STATUS_USAGE);
    assert_null(strchr(talk_bytes, '\x1b'));
    assert_int_equal(run("\x1b[2J", NULL), EXIT_STATUS_USAGE);
    assert_null(strchr(talk_bytes, '\x1b'));
}

static int tear_down(void **state)
{
    (void)state;
    forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_in_any_spelling),
        cmocka_unit_test(global_options_stand_before_and_after),
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(help_is_data),
        cmocka_unit_test(times),
        cmocka_unit_test(messages_cannot_steer_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
