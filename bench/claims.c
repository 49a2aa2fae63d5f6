// SPDX-License-Identifier: MIT
// One new visit among a million, ten thousand claims: what it costs to judge again the claims that
// it touches.
//
//   with_postgresql.sh claims CONFIG.json [VISITS]
//
// The schema must be there (skywitness db migrate). Claims and visits are made up by a fixed seed.
// Prints the median, the 95th percentile and the worst over VISITS new visits (default 200): CPU of
// this process and of the server's process, and how often the table of visits was read from one end
// to the other (never, it is hoped).
#include "base/memory.h"
#include "config/config.h"
#include "store/claim_store.h"
#include "store/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define CLAIMS 10000
#define VISITS 1000000
#define SPAN_DAYS 730
#define SPAN_FROM "2024-01-01T00:00:00Z"
#define RUNS_DEFAULT 200
#define RUNS_MAX 10000

static void die(const struct error *error)
{
    fprintf(stderr, "claims: %s\n", error->message);
    exit(1);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const struct place *random_airfield(const struct config *config, uint32_t *seed)
{
    for (;;) {
        const struct place *place = &config->places[next_random(seed) % config->place_count];
        if (place->kind == PLACE_AIRFIELD)
            return place;
    }
}

// One clause a claim: so many arrivals of an An-124 or Il-76 somewhere in one to ten days.
static void make_claim(struct claim_store *store, const struct config *config, unsigned number,
                       uint32_t *seed, struct claim_library *library)
{
    utc_us start = 0;
    char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE], document[600];
    struct claim_errors errors;
    utc_parse(SPAN_FROM, &start);
    start += (next_random(seed) % (SPAN_DAYS - 10)) * UTC_DAY;
    snprintf(document, sizeof document,
             "{\"id\":\"bench-%05u\",\"statement\":\"made "
             "up\",\"reports\":[\"bench\"],\"clauses\":[{\"id\":\"a\","
             "\"kind\":\"arrivals\",\"aircraft\":{\"types\":[\"%s\"]},\"place\":\"%s\",\"window\":{"
             "\"from\":\"%s\","
             "\"to\":\"%s\"},\"count\":{\"min\":%u}}]}",
             number, next_random(seed) % 2 == 0 ? "A124" : "IL76",
             random_airfield(config, seed)->id, utc_format_day(start, from),
             utc_format_day(start + (next_random(seed) % 10) * UTC_DAY, to),
             1 + next_random(seed) % 5);
    claim_errors_init(&errors);
    if (claim_read_one(document, claim_store_vocabulary(store), array_append(&library->claims),
                       &errors) < 0) {
        fprintf(stderr, "claims: %s", errors.lines.bytes);
        exit(1);
    }
    claim_errors_done(&errors);
}

static void make_claims(struct claim_store *store, const struct config *config)
{
    uint32_t seed = 1;
    struct error error;
    struct claim_library library = {0};
    struct claim_import_counts counts;
    struct report *report = array_append(&library.reports);
    text_copy(report->id, sizeof report->id, "bench");
    report->publisher = memory_copy_string("made up");
    report->published = UTC_UNKNOWN;
    report->source_reliability = 'F';
    report->document = memory_copy_string("{\"id\":\"bench\",\"publisher\":\"made up\"}");
    for (unsigned i = 0; i < CLAIMS; i++)
        make_claim(store, config, i, &seed, &library);
    if (claim_store_import(store, &library, &counts, &error) < 0)
        die(&error);
    claim_library_done(&library);
}

static void execute(struct query_connection *connection, const char *sql, const char *parameter)
{
    struct error error;
    if (query_execute(connection, sql, &parameter, parameter != NULL, &error) < 0)
        die(&error);
}

static char *airfields(const struct config *config)
{
    struct text text;
    text_init(&text, 1 << 20);
    text_append(&text, "{");
    for (size_t i = 0; i < config->place_count; i++)
        if (config->places[i].kind == PLACE_AIRFIELD)
            text_append_format(&text, "%s\"%s\"", text.length > 1 ? "," : "", config->places[i].id);
    text_append(&text, "}");
    return text.bytes;
}

static void make_visits(struct query_connection *connection, const struct config *config)
{
    AUTO_FREE char *places = airfields(config);
    execute(
        connection,
        "INSERT INTO skywitness_store.visit (visit_id, anchored_at, decided_at, arrived_after,"
        "   arrived_before,"
        " departed_after, departed_before, emitter, detector_version, arrival_seen, "
        "departure_seen, icao24, place,"
        " state, grade, verb, registration, type_code, watch_ids, reasons)"
        " SELECT md5(n::text)::uuid, t, t, t, t + interval '20 minutes', t + interval '3 hours',"
        " t + interval '200 minutes', 0, 1, true, true, to_hex(1376256 + n % 5000),"
        " ($1::text[])[1 + (n * 7919) % cardinality($1::text[])], 'confirmed', 'A' || 2 + n % 3,"
        "   'landed', NULL,"
        " CASE n % 3 WHEN 0 THEN 'A124' WHEN 1 THEN 'IL76' ELSE 'IL62' END, '{}', '[]'"
        " FROM generate_series(1::bigint, 1000000) AS g (n) CROSS JOIN LATERAL (SELECT '" SPAN_FROM
        "'::timestamptz"
        " + (n * 61) % 63072000 * interval '1 second') AS at (t)",
        places);
    execute(connection,
            "INSERT INTO skywitness_store.coverage_hour (place, hour, state, polls_due, polls_ok,"
            "   others_low)"
            " SELECT p, h, 'covered_not_seen', 12, 12, 3 FROM unnest($1::text[]) AS places (p),"
            " generate_series('" SPAN_FROM "'::timestamptz, '2025-12-30', '1 hour') AS hours (h)",
            places);
    execute(connection, "ANALYZE", NULL);
}

struct cost {
    double own_ms, server_ms, wall_ms;
    size_t claims;
};

static double own_cpu_ms(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

// CPU of the server's process for this connection, by the scheduler's own account in nanoseconds.
static double server_cpu_ms(int64_t process)
{
    char path[64];
    unsigned long long nanoseconds = 0;
    snprintf(path, sizeof path, "/proc/%" PRId64 "/schedstat", process);
    FILE *file = fopen(path, "re");
    if (file == NULL || fscanf(file, "%llu", &nanoseconds) != 1)
        nanoseconds = 0;
    if (file != NULL)
        fclose(file);
    return (double)nanoseconds / 1e6;
}

static double wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int64_t ask_number(struct query_connection *connection, const char *sql)
{
    struct error error;
    struct query *query;
    if (query_start(connection, sql, NULL, 0, &query, &error) < 0 || query_next(query, &error) != 1)
        die(&error);
    int64_t number = query_integer(query, 0, 0);
    query_finish(query);
    return number;
}

static void insert_visit(struct query_connection *connection, const char *place, utc_us at,
                         unsigned number)
{
    char when[UTC_TEXT_SIZE], id[40];
    struct error error;
    snprintf(id, sizeof id, "00000000-0000-8000-8000-%012u", number);
    const char *parameters[] = {id, utc_format(at, when), place, number % 2 == 0 ? "A124" : "IL76"};
    if (query_execute(
            connection,
            "INSERT INTO skywitness_store.visit (visit_id, anchored_at, decided_at, arrived_after,"
            " arrived_before, departed_after, departed_before, emitter, detector_version, "
            "arrival_seen,"
            " departure_seen, icao24, place, state, grade, verb, type_code, watch_ids, reasons)"
            " SELECT $1::uuid, t, t, t, t + interval '20 minutes', t + interval '3 hours',"
            " t + interval '200 minutes', 0, 1, true, true, '154076', $3, 'confirmed', 'A3',"
            "   'landed', $4,"
            " '{}', '[]' FROM (SELECT $2::timestamptz) AS at (t)",
            parameters, 4, &error) < 0)
        die(&error);
}

// What the daemon does about one visit: which claims, their facts, their verdicts, recorded.
static size_t assess_touched(struct claim_store *store, struct claim_library *library,
                             const char *place, utc_us at)
{
    struct error error;
    struct claim_id_array ids = {0};
    utc_us now = at + 365 * UTC_DAY;
    if (claim_store_touched(store, place, "154076", at, at + 200 * UTC_MINUTE, &ids, &error) < 0 ||
        claim_store_load(store, &ids, library, &error) < 0)
        die(&error);
    size_t count = library->claims.count;
    array_foreach (&library->claims, claim) {
        struct claim_assessed assessed;
        if (claim_store_assess(store, claim, library, now, false, true, &assessed, &error) < 0)
            die(&error);
        claim_assessed_done(&assessed);
        claim_done(claim);
    }
    array_clear(&library->claims);
    array_free(&ids);
    return count;
}

static int compare(const void *first, const void *second)
{
    double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

static void print_row(const char *what, const struct cost *costs, unsigned runs, size_t offset)
{
    AUTO_FREE double *values = memory_allocate_zeroed(runs, sizeof *values);
    for (unsigned i = 0; i < runs; i++)
        memcpy(&values[i], (const char *)&costs[i] + offset, sizeof values[i]);
    qsort(values, runs, sizeof *values, compare);
    printf("%-28s median %7.2f ms   95 %% %7.2f ms   worst %7.2f ms\n", what, values[runs / 2],
           values[runs * 95 / 100], values[runs - 1]);
}

static void measure(struct query_connection *connection, struct claim_store *store,
                    const struct config *config, unsigned runs)
{
    uint32_t seed = 7;
    utc_us start = 0;
    size_t touched = 0;
    struct claim_library library = {0};
    AUTO_FREE struct cost *costs = memory_allocate_zeroed(runs, sizeof *costs);
    int64_t process = ask_number(connection, "SELECT pg_backend_pid()");
    utc_parse(SPAN_FROM, &start);
    for (unsigned i = 0; i < runs; i++) {
        const struct place *place = random_airfield(config, &seed);
        utc_us at = start + (next_random(&seed) % SPAN_DAYS) * UTC_DAY + 12 * UTC_HOUR;
        insert_visit(connection, place->id, at, i);
        double own = own_cpu_ms(), server = server_cpu_ms(process), wall = wall_ms();
        costs[i].claims = assess_touched(store, &library, place->id, at);
        costs[i] = (struct cost){own_cpu_ms() - own, server_cpu_ms(process) - server,
                                 wall_ms() - wall, costs[i].claims};
        touched += costs[i].claims;
    }
    claim_library_done(&library);
    printf("%d claims, %d visits; %u new visits touched %zu claims\n", CLAIMS, VISITS, runs,
           touched);
    print_row("CPU of this process", costs, runs, offsetof(struct cost, own_ms));
    print_row("CPU of the server's process", costs, runs, offsetof(struct cost, server_ms));
    print_row("time", costs, runs, offsetof(struct cost, wall_ms));
}

int main(int argc, char **argv)
{
    struct error error;
    struct config *config;
    struct config_problems problems;
    struct query_connection *connection;
    struct claim_store *store;
    if (argc < 2) {
        fputs("usage: with_postgresql.sh claims CONFIG.json [VISITS]\n", stderr);
        return 64;
    }
    long runs = argc > 2 ? strtol(argv[2], NULL, 10) : RUNS_DEFAULT;
    if (runs < 1 || runs > RUNS_MAX)
        runs = RUNS_DEFAULT;
    config_problems_init(&problems);
    if (config_load(argv[1], &config, &problems) < 0) {
        fprintf(stderr, "%s", problems.lines.bytes);
        return 78;
    }
    config_problems_done(&problems);
    if (query_connect("dbname=skywitness", NULL, &connection, &error) < 0 ||
        claim_store_new(connection, config, &store, &error) < 0)
        die(&error);
    make_claims(store, config);
    make_visits(connection, config);
    int64_t scans =
        ask_number(connection, "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'visit'");
    measure(connection, store, config, (unsigned)runs);
    ask_number(connection, "SELECT 1 FROM pg_stat_force_next_flush()");
    int64_t after =
        ask_number(connection, "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'visit'");
    printf("times the table of visits was read whole: %" PRId64 "\n", after - scans);
    claim_store_free(store);
    query_close(connection);
    config_free(config);
    return 0;
}
