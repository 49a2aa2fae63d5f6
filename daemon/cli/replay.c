// SPDX-License-Identifier: MIT
// skywitness replay: recorded answers through the same road as live ones, as fast as it goes.
#include "cli/command.h"
#include "cli/options.h"
#include "cli/recording_files.h"
#include "feed/decoder.h"
#include "pipeline.h"
#include "store/query.h"
#include "store/restore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Of sightings that had ended when the recording began: nobody waits for a replay as for a daemon.
#define KNOWN_CLOSED_POINTS_MAX 5000000

// Answers between the file and PostgreSQL: enough to keep both cores busy, few enough to stay
// small. Of small answers many make one transaction.
#define BACKLOG_MIN 6
#define BACKLOG_MAX 1000
#define BACKLOG_BYTES ((size_t)32 << 20)
// At the end everything is stored; only a database that went away makes this matter.
#define STORE_PATIENCE_MS 60000

struct replay {
    struct cli *cli;
    const struct config *config;
    struct recording_files *files;
    struct pipeline *pipeline;
    struct recorded_answer first; // read ahead to know when the recording begins
    bool has_first, at_end, failed, store_lost, closing;
    size_t under_way;   // submitted, not yet judged
    size_t body_length; // of the newest answer
    struct error error;
    struct pipeline_counters counters;
    int64_t stored_sequence;
};

static void fail(struct replay *replay)
{
    replay->failed = true;
    replay->at_end = true;
}

// 1 with the next answer, 0 at the end or after a failure.
static int next_answer(struct replay *replay, struct recorded_answer *ret_answer)
{
    if (replay->at_end)
        return 0;
    if (replay->has_first) {
        *ret_answer = replay->first;
        memset(&replay->first, 0, sizeof replay->first);
        replay->has_first = false;
        return 1;
    }
    int ret = recording_files_next(replay->files, ret_answer, &replay->error);
    if (ret < 0)
        fail(replay);
    if (ret == 0)
        replay->at_end = true;
    return ret > 0;
}

static void closed(void *data)
{
    struct replay *replay = data;
    replay->pipeline = NULL;
    // The writer gives up waiting silently; what it did not store is missing.
    if (!replay->failed && replay->stored_sequence < replay->counters.last_sequence)
        replay->failed =
            error_set(&replay->error, -ENOTCONN,
                      "PostgreSQL did not take everything; replay the files again") < 0;
}

static void submit_more(struct replay *replay);

static void judged(void *data, enum intake_verdict verdict, const char *reason)
{
    struct replay *replay = data;
    replay->under_way--;
    if (verdict == INTAKE_BAD_ANSWER)
        cli_say(replay->cli, "an answer was not usable: %s", reason);
    submit_more(replay);
}

static void stored(void *data, int64_t sequence)
{
    struct replay *replay = data;
    replay->stored_sequence = sequence;
    submit_more(replay);
}

static void store_state(void *data, enum store_state state, const struct error *error)
{
    struct replay *replay = data;
    if (state != STORE_AWAY && state != STORE_REFUSED)
        return;
    replay->error = *error;
    replay->store_lost = true;
    fail(replay);
    submit_more(replay);
}

static void submit(struct replay *replay, struct recorded_answer *recorded)
{
    const struct config_feed *feed = config_feed_find(replay->config, recorded->feed);
    if (feed == NULL) {
        error_set(&replay->error, -EBADMSG, "%s: feed \"%s\" is not in the configuration",
                  recording_files_where(replay->files), recorded->feed);
        recorded_answer_done(recorded);
        fail(replay);
        return;
    }
    if (recorded->failure == NULL && recorded->status != 200) {
        char failure[64];
        snprintf(failure, sizeof failure, "HTTP status %ld", recorded->status);
        recorded->failure = memory_copy_string(failure);
    }
    struct pipeline_answer answer = {
        .kind = feed_decoder_find(feed->kind)->kind,
        .recorded = *recorded,
    };
    replay->under_way++;
    replay->body_length = recorded->body_length;
    pipeline_submit(replay->pipeline, &answer, judged, replay);
}

static uint64_t backlog_limit(const struct replay *replay)
{
    uint64_t limit = BACKLOG_BYTES / (replay->body_length + 1);
    if (limit > BACKLOG_MAX)
        limit = BACKLOG_MAX;
    return limit < BACKLOG_MIN ? BACKLOG_MIN : limit;
}

static void submit_more(struct replay *replay)
{
    struct recorded_answer recorded;
    if (replay->closing)
        return;
    while (replay->under_way < BACKLOG_MIN &&
           pipeline_backlog(replay->pipeline) < backlog_limit(replay) &&
           next_answer(replay, &recorded) > 0)
        submit(replay, &recorded);
    if (!replay->at_end || replay->under_way > 0)
        return;
    replay->closing = true;
    replay->counters = pipeline_counters(replay->pipeline);
    pipeline_close(replay->pipeline, replay->store_lost ? 0 : STORE_PATIENCE_MS, closed, replay);
}

// The journal of a replay lives as long as the command: its source can be read again.
static int make_journal_folder(char *folder, size_t size, struct error *error)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, size, "%s/skywitness-replay-XXXXXX",
             temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
    if (mkdtemp(folder) == NULL)
        return error_set(error, -errno, "%s: cannot be made: %s", folder, strerror(errno));
    return 0;
}

static void remove_journal_folder(const char *folder, const char *journal_path)
{
    char path[600];
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", journal_path, suffixes[i]);
        unlink(path);
    }
    rmdir(folder);
}

static int open_pipeline(struct replay *replay, uv_loop_t *loop, const char *journal_path,
                         const char *database, const char *password)
{
    const struct pipeline_settings settings = {
        .config = replay->config,
        .database = database,
        .database_password = password,
        .journal_path = journal_path,
        .durable = false,
        .alerts = ALERT_JUDGE_RECORDS,
    };
    const struct pipeline_events events = {
        .on_store_state = store_state,
        .on_stored = stored,
        .data = replay,
    };
    const struct query_settings known = {.database = database, .password = password};
    bool fresh;
    int ret = pipeline_open(loop, &settings, &events, &replay->pipeline, &fresh, &replay->error);
    if (ret == 0 && replay->has_first)
        // What was known when the recording began: its flights may have been under way.
        ret = restore_from_database(&known, &replay->config->watch, replay->first.answered_at,
                                    KNOWN_CLOSED_POINTS_MAX, pipeline_intake(replay->pipeline),
                                    &replay->error);
    return ret;
}

// The journal is gone with the command, and its cursor with it. Left behind it would only be
// untidy.
static void forget_cursor(const char *database, const char *password, const char *journal_id)
{
    struct query_connection *connection;
    struct error error;
    const char *const parameters[] = {journal_id};
    if (query_connect(database, password, &connection, &error) < 0)
        return;
    query_execute(connection,
                  "DELETE FROM skywitness_store.journal_cursor WHERE journal_id = $1::uuid",
                  parameters, 1, &error);
    query_close(connection);
}

static int run_replay(struct replay *replay, const char *database, const char *password)
{
    char folder[300], journal_path[400], journal_id[JOURNAL_ID_TEXT_SIZE] = "";
    if (make_journal_folder(folder, sizeof folder, &replay->error) < 0)
        return cli_fail(replay->cli, &replay->error);
    snprintf(journal_path, sizeof journal_path, "%s/journal.sqlite", folder);
    uv_loop_t loop;
    uv_loop_init(&loop);
    int ret = open_pipeline(replay, &loop, journal_path, database, password);
    if (ret < 0) {
        replay->failed = true;
        replay->closing = true;
        if (replay->pipeline != NULL)
            pipeline_close(replay->pipeline, 0, closed, replay);
    } else {
        text_copy(journal_id, sizeof journal_id, pipeline_journal_id(replay->pipeline));
        pipeline_start(replay->pipeline);
        submit_more(replay);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    remove_journal_folder(folder, journal_path);
    if (journal_id[0] != '\0' && !replay->store_lost)
        forget_cursor(database, password, journal_id);
    return replay->failed ? cli_fail(replay->cli, &replay->error) : EXIT_STATUS_GOOD;
}

static int start_replay(struct cli *cli, char *const *paths, size_t count)
{
    struct replay replay = {.cli = cli};
    AUTO_FREE char *password = NULL;
    const char *database = NULL;
    int status = cli_config(cli, &replay.config);
    if (status == 0)
        status = cli_database(cli, &database, &password);
    if (status != 0)
        return status;
    int ret = recording_files_open(paths, count, &replay.files, &replay.error);
    if (ret == 0)
        ret = recording_files_next(replay.files, &replay.first, &replay.error);
    if (ret < 0) {
        recording_files_close(replay.files);
        return cli_fail(cli, &replay.error);
    }
    replay.has_first = ret > 0;
    status = run_replay(&replay, database, password);
    if (password != NULL)
        explicit_bzero(password, strlen(password));
    recorded_answer_done(&replay.first);
    recording_files_close(replay.files);
    if (status == EXIT_STATUS_GOOD)
        cli_say(cli, "replayed %" PRIu64 " answers (%" PRIu64 " bad): %" PRIu64 " track points",
                replay.counters.answers, replay.counters.bad_answers, replay.counters.points);
    return status;
}

int command_replay(struct cli *cli, const struct command *command, int argc, char **argv)
{
    static const struct option_table options = {
        .arguments_min = 1,
        .arguments_max = RECORDING_FILES_MAX,
        .notes =
            "Each line of a FILE is one answer as `skywitnessd --record FILE` writes it; gzip is read as\n"
            "it is, \"-\" is standard input. Several files are read as one, in order of time. Replaying\n"
            "the same answers again changes nothing.",
    };
    int count = 0, status = EXIT_STATUS_GOOD;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    return start_replay(cli, argv, (size_t)count);
}
