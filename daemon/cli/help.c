// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include "base/text.h"
#include "build_config.h"
#include "cli/options.h"

#include <cJSON.h>
#include <libpq-fe.h>
#include <openssl/crypto.h>
#include <string.h>

#define COMMANDS_MAX 64

void help_version(const struct cli *cli)
{
    int libpq = PQlibVersion();
    fprintf(cli->out, "skywitness %s\n", SKYWITNESS_VERSION);
    fprintf(cli->out, "libpq %d.%d\n", libpq / 10000, libpq % 10000);
    fprintf(cli->out, "cJSON %s\n", cJSON_Version());
    fprintf(cli->out, "%s\n", OpenSSL_version(OPENSSL_VERSION));
}

void help_overview(FILE *file, const struct command *commands, size_t count)
{
    fputs("Usage: skywitness [--config FILE] [--db URI] [--format table|json|csv] COMMAND ...\n\n"
          "Watches public flight-tracking feeds for flagged aircraft; this is the operator's "
          "tool.\n\n"
          "Commands:\n",
          file);
    for (size_t i = 0; i < count; i++)
        fprintf(file, "  %-18s %s\n", commands[i].name, commands[i].summary);
    fputs("  help [COMMAND]     This text, or a command's own\n\nOptions:\n", file);
    options_explain_global(file);
    fputs("  --version                the program's version and its libraries'\n\n"
          "Data goes to standard output, talk to standard error. Exit status: 0 good, 1 found "
          "wanting,\n"
          "64 usage, 65 bad data, 69 unavailable, 78 bad configuration. Manual: skywitness(1).\n",
          file);
}

// How many words at the front of `argv` are this command's name; 0 when it is another one.
static int words_matched(const struct command *command, int argc, char **argv)
{
    const char *blank = strchr(command->name, ' ');
    if (argc < 1)
        return 0;
    if (blank == NULL)
        return strcmp(command->name, argv[0]) == 0 ? 1 : 0;
    size_t length = (size_t)(blank - command->name);
    bool first = strlen(argv[0]) == length && memcmp(command->name, argv[0], length) == 0;
    return first && argc > 1 && strcmp(blank + 1, argv[1]) == 0 ? 2 : 0;
}

static bool is_group(const struct command *command, const char *word)
{
    size_t length = strlen(word);
    return strncmp(command->name, word, length) == 0 && command->name[length] == ' ';
}

// "skywitness db" and "skywitness db migrat": says what there is in the group. False when there is
// no such group.
static bool explain_group(const struct cli *cli, const struct command *commands, size_t count,
                          int argc, char **argv, bool asked, int *ret_status)
{
    const char *candidates[COMMANDS_MAX];
    size_t found = 0;
    for (size_t i = 0; i < count && found < COMMANDS_MAX; i++)
        if (is_group(&commands[i], argv[0]))
            candidates[found++] = commands[i].name;
    if (found == 0)
        return false;
    FILE *file = asked ? cli->out : cli->talk;
    if (argc > 1 && !asked) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "%.20s %.40s", argv[0], argv[1]);
        const char *nearest = options_nearest(wanted, candidates, found);
        cli_say(cli, "unknown command \"%s\"%s%s%s", wanted,
                nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                nearest != NULL ? "?" : "");
    }
    fprintf(file, "Usage: skywitness %s COMMAND ...\n\n", argv[0]);
    for (size_t i = 0; i < count; i++)
        if (is_group(&commands[i], argv[0]))
            fprintf(file, "  %-18s %s\n", commands[i].name, commands[i].summary);
    *ret_status = asked ? EXIT_STATUS_GOOD : EXIT_STATUS_USAGE;
    return true;
}

static int refuse_unknown(const struct cli *cli, const struct command *commands, size_t count,
                          const char *word)
{
    const char *candidates[COMMANDS_MAX] = {"help"};
    char groups[COMMANDS_MAX][32];
    size_t found = 1;
    for (size_t i = 0; i < count && found < COMMANDS_MAX; i++) {
        text_copy_bytes(groups[i], sizeof groups[i], commands[i].name,
                        strcspn(commands[i].name, " "));
        candidates[found++] = groups[i];
    }
    const char *nearest = options_nearest(word, candidates, found);
    cli_say(cli, "unknown command \"%s\"%s%s%s", word, nearest != NULL ? "; did you mean " : "",
            nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    fputs("`skywitness help` lists the commands.\n", cli->talk);
    return EXIT_STATUS_USAGE;
}

static int run_found(struct cli *cli, const struct command *commands, size_t count, int argc,
                     char **argv, bool help)
{
    for (size_t i = 0; i < count; i++) {
        int words = words_matched(&commands[i], argc, argv);
        if (words == 0)
            continue;
        char help_option[] = "--help";
        char *only_help[] = {help_option, NULL};
        return help ? commands[i].run(cli, &commands[i], 1, only_help)
                    : commands[i].run(cli, &commands[i], argc - words, argv + words);
    }
    int status;
    bool asked =
        help || (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0));
    if (explain_group(cli, commands, count, argc, argv, asked, &status))
        return status;
    return refuse_unknown(cli, commands, count, argv[0]);
}

int help_run(struct cli *cli, const struct command *commands, size_t count, int argc, char **argv)
{
    if (argc == 0) {
        help_overview(cli->talk, commands, count);
        return EXIT_STATUS_USAGE;
    }
    if (strcmp(argv[0], "help") != 0)
        return run_found(cli, commands, count, argc, argv, false);
    if (argc == 1 || strcmp(argv[1], "--help") == 0) {
        help_overview(cli->out, commands, count);
        return EXIT_STATUS_GOOD;
    }
    return run_found(cli, commands, count, argc - 1, argv + 1, true);
}
