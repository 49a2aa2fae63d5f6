// SPDX-License-Identifier: MIT
// The daemon's main: options. What it does is in service.h.
#include "base/log.h"
#include "build_config.h"
#include "service.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

struct options {
    const char *config_path;
    const char *record_path;
    bool check_config, verbose;
};

static void print_help(void)
{
    printf("Usage: skywitnessd [--config FILE] [--check-config] [--record FILE] [--verbose]\n"
           "\n"
           "Watches public flight-tracking feeds for flagged aircraft and keeps what it sees in\n"
           "PostgreSQL. Runs in the foreground; see skywitnessd(8).\n"
           "\n"
           "  -c, --config FILE   configuration (default: $SKYWITNESS_CONFIG, else\n"
           "                      %s/skywitness.json)\n"
           "      --check-config  read and check the configuration, then exit: 0 good, 78 bad\n"
           "      --record FILE   append every answer to FILE, for `skywitness replay`\n"
           "  -v, --verbose       say more\n"
           "      --version       print the version and exit\n"
           "  -h, --help          print this and exit\n",
           SKYWITNESS_CONFIGURATION_DIRECTORY);
}

static int read_options(int argc, char **argv, struct options *ret_options)
{
    enum { OPTION_CHECK = 256, OPTION_RECORD, OPTION_VERSION };
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, OPTION_CHECK},
        {"record", required_argument, NULL, OPTION_RECORD},
        {"verbose", no_argument, NULL, 'v'},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct options options = {.config_path = getenv("SKYWITNESS_CONFIG")};
    if (options.config_path == NULL || options.config_path[0] == '\0')
        options.config_path = SKYWITNESS_CONFIGURATION_DIRECTORY "/skywitness.json";
    int option;
    while ((option = getopt_long(argc, argv, "c:vh", table, NULL)) != -1) {
        switch (option) {
        case 'c':
            options.config_path = optarg;
            break;
        case OPTION_CHECK:
            options.check_config = true;
            break;
        case OPTION_RECORD:
            options.record_path = optarg;
            break;
        case 'v':
            options.verbose = true;
            break;
        case OPTION_VERSION:
            printf("skywitnessd %s\n", SKYWITNESS_VERSION);
            exit(EXIT_STATUS_GOOD);
        case 'h':
            print_help();
            exit(EXIT_STATUS_GOOD);
        default:
            return -EINVAL;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "skywitnessd: unexpected argument \"%s\"; see skywitnessd --help\n",
                argv[optind]);
        return -EINVAL;
    }
    *ret_options = options;
    return 0;
}

// Blocks of this size go back to the system when they are freed. Otherwise the C library raises its
// limit with the largest block that it has seen (mallopt(3), M_MMAP_THRESHOLD), and a saved state
// or a large answer leaves a hole of several times its size in the heap for good.
#define LARGE_BLOCK_BYTES (1 << 20)

int main(int argc, char **argv)
{
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
    struct options options;
    if (read_options(argc, argv, &options) < 0)
        return EXIT_STATUS_USAGE;
    log_start(options.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
    struct service service = {
        .config_path = options.config_path,
        .record_path = options.record_path,
        .config = service_load_config(options.config_path),
    };
    if (service.config == NULL)
        return EXIT_STATUS_BAD_CONFIGURATION;
    int exit_status = EXIT_STATUS_GOOD;
    if (options.check_config)
        printf("%s: good: %zu feeds, %zu watch entries, %zu places\n", options.config_path,
               service.config->feed_count, service.config->watch.entry_count,
               service.config->place_count);
    else
        exit_status = service_run(&service);
    config_free(service.config);
    return exit_status;
}
