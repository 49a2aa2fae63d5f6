// SPDX-License-Identifier: MIT
#include "worker_side.h"

#include "journal/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// The tracker's state is saved once a minute (pipeline.c), and before so much, or such a share of
// the journal's limit or of the room on its disk, has come since: a restart reads again only the
// entries behind it, and until then they are kept. Without the share a full journal could never
// shrink, since no state is saved while entries wait for room.
#define SNAPSHOT_AFTER_BYTES ((uint64_t)64 << 20)
#define SNAPSHOT_AFTER_SHARE 4
#define SNAPSHOT_BYTES_MAX ((size_t)1 << 30)
// An overdue state is one that waited for a quiet moment until twice as much had come.
#define SNAPSHOT_OVERDUE_TIMES 2

struct held_entry { // encoded, waiting for room in the journal
    struct held_entry *next;
    struct byte_writer bytes;
};

// --- restoring ------------------------------------------------------------------------------------

static int absorb_journal(struct worker_side *side, int64_t after, struct error *error)
{
    int ret;
    int64_t sequence = after;
    while ((ret = journal_read(side->journal, sequence, &sequence, &side->read, error)) > 0) {
        struct entry entry;
        ret = entry_decode(side->read.bytes, side->read.length, &entry, error);
        if (ret < 0)
            return ret;
        if (entry_has_poll(&entry))
            intake_absorb(side->intake, &entry);
        if (entry_has_poll(&entry) && entry.poll.error[0] == '\0')
            receipt_clock_restore(&side->clock, entry.poll.answered_at);
        side->bytes_since_snapshot += side->read.length;
        entry_done(&entry);
    }
    return ret;
}

// Snapshot first, then the entries that came after it.
static int restore_from_journal(struct worker_side *side, bool *ret_fresh, struct error *error)
{
    int64_t sequence = 0;
    int ret = journal_load_snapshot(side->journal, &sequence, &side->read, error);
    if (ret < 0)
        return ret;
    bool has_snapshot = ret > 0;
    if (has_snapshot) {
        struct byte_reader reader = byte_reader_of(side->read.bytes, side->read.length);
        receipt_clock_restore(&side->clock, byte_reader_i64(&reader));
        // A state of another version is not an error: the caller derives it from the database.
        has_snapshot = tracker_load(intake_tracker(side->intake), &reader) == 0;
    }
    struct journal_depth depth = journal_depth(side->journal);
    *ret_fresh = !has_snapshot && depth.entries == 0;
    side->snapshot_sequence = sequence;
    side->appended_sequence = depth.last_sequence;
    return absorb_journal(side, has_snapshot ? sequence : 0, error);
}

static int open_recording(struct worker_side *side, const char *path, struct error *error)
{
    if (path == NULL)
        return 0;
    side->recording = fopen(path, "ae");
    return side->recording != NULL
               ? 0
               : error_set(error, -errno, "%s: cannot record there: %s", path, strerror(errno));
}

static void choose_snapshot_distance(struct worker_side *side)
{
    uint64_t room = journal_room(side->journal);
    uint64_t limit = side->config->journal_limit_bytes;
    uint64_t share = (room < limit ? room : limit) / SNAPSHOT_AFTER_SHARE;
    side->snapshot_after_bytes = share < SNAPSHOT_AFTER_BYTES ? share : SNAPSHOT_AFTER_BYTES;
}

int worker_side_open(struct worker_side *side, const struct pipeline_settings *settings,
                     bool *ret_fresh, struct error *error)
{
    const struct journal_settings journal = {
        .path = settings->journal_path,
        .limit_bytes = settings->config->journal_limit_bytes,
        .durable = settings->durable,
    };
    side->config = settings->config;
    side->held_last = &side->held_first;
    receipt_clock_init(&side->clock);
    byte_writer_init(&side->encoded, ENTRY_BYTES_MAX);
    byte_writer_init(&side->read, SNAPSHOT_BYTES_MAX);
    text_init(&side->recording_line, RECORDING_LINE_BYTES_MAX);
    side->intake = intake_new(settings->config);
    side->judge = alert_judge_new(settings->config, settings->alerts);
    int ret = open_recording(side, settings->record_path, error);
    if (ret == 0)
        ret = journal_open(&journal, &side->journal, error);
    if (ret < 0)
        return ret;
    choose_snapshot_distance(side);
    return restore_from_journal(side, ret_fresh, error);
}

void worker_side_set_config(struct worker_side *side, const struct config *config)
{
    side->config = config;
    intake_set_config(side->intake, config);
    alert_judge_set_config(side->judge, config);
    journal_set_limit(side->journal, config->journal_limit_bytes);
    choose_snapshot_distance(side);
}

void worker_side_close(struct worker_side *side)
{
    while (side->held_first != NULL) {
        struct held_entry *held = side->held_first;
        side->held_first = held->next;
        byte_writer_done(&held->bytes);
        free(held);
    }
    journal_close(side->journal);
    intake_free(side->intake);
    alert_judge_free(side->judge);
    if (side->recording != NULL)
        fclose(side->recording);
    text_done(&side->recording_line);
    byte_writer_done(&side->encoded);
    byte_writer_done(&side->read);
}

// --- entries --------------------------------------------------------------------------------------

int worker_side_append_held(struct worker_side *side, struct error *error)
{
    while (side->held_first != NULL) {
        struct held_entry *held = side->held_first;
        struct entry entry; // for the outbox
        int ret = entry_decode(held->bytes.bytes, held->bytes.length, &entry, error);
        if (ret < 0)
            return ret;
        ret = journal_append_entry(side->journal, held->bytes.bytes, held->bytes.length, &entry,
                                   &side->appended_sequence, error);
        entry_done(&entry);
        if (ret < 0)
            return ret;
        side->bytes_since_snapshot += held->bytes.length;
        side->held_first = held->next;
        if (side->held_first == NULL)
            side->held_last = &side->held_first;
        byte_writer_done(&held->bytes);
        free(held);
    }
    return 0;
}

void worker_side_hold(struct worker_side *side)
{
    struct held_entry *held = memory_allocate_zeroed(1, sizeof *held);
    held->bytes = side->encoded;
    byte_writer_init(&side->encoded, ENTRY_BYTES_MAX);
    *side->held_last = held;
    side->held_last = &held->next;
}

int worker_side_append(struct worker_side *side, struct entry *entry, struct error *error)
{
    byte_writer_clear(&side->encoded);
    entry_encode(entry, &side->encoded);
    // What is no answer need not wait behind one: an alert that intake has stopped, say.
    int ret = entry_has_poll(entry) ? worker_side_append_held(side, error) : 0;
    if (ret == 0)
        ret = journal_append_entry(side->journal, side->encoded.bytes, side->encoded.length, entry,
                                   &side->appended_sequence, error);
    if (ret < 0)
        return ret;
    side->bytes_since_snapshot += side->encoded.length;
    entry->sequence = side->appended_sequence;
    return 0;
}

void worker_side_date(struct worker_side *side, struct intake_answer *answer, utc_us monotonic)
{
    if (answer->failure != NULL)
        return; // nothing tells which clock is right, and nothing depends on it
    struct receipt_times times = receipt_clock_read(&side->clock, answer->answered_at, monotonic);
    utc_us chosen = times.wall;
    if (receipt_times_differ(&times))
        chosen = receipt_times_choose(&times, intake_feed_now(side->intake, answer, times.steady));
    chosen = receipt_clock_rising(&side->clock, chosen);
    answer->asked_at += chosen - answer->answered_at;
    answer->answered_at = chosen;
}

void worker_side_count(const struct worker_side *side, struct pipeline_counters *counters)
{
    counters->last_sequence = side->appended_sequence;
    counters->open_sightings = tracker_open_sighting_count(intake_tracker(side->intake));
    counters->aircraft = tracker_aircraft_count(intake_tracker(side->intake));
    counters->journal = journal_depth(side->journal);
}

void worker_side_record(struct worker_side *side, const struct recorded_answer *recorded)
{
    if (side->recording == NULL)
        return;
    recording_format(recorded, &side->recording_line);
    if (!side->recording_line.failed)
        fwrite(side->recording_line.bytes, 1, side->recording_line.length, side->recording);
    fflush(side->recording);
}

// --- the saved state ------------------------------------------------------------------------------

void worker_side_save_snapshot(struct worker_side *side)
{
    if (side->held_first != NULL || side->snapshot_sequence == side->appended_sequence)
        return;
    struct byte_writer state;
    byte_writer_init(&state, SNAPSHOT_BYTES_MAX);
    byte_writer_i64(&state, side->clock.last_at);
    tracker_save(intake_tracker(side->intake), &state);
    struct error error;
    // A failure only means that a restart reads more entries.
    if (!state.failed && journal_save_snapshot(side->journal, side->appended_sequence, state.bytes,
                                               state.length, &error) == 0) {
        side->snapshot_sequence = side->appended_sequence;
        side->bytes_since_snapshot = 0;
        choose_snapshot_distance(side);
    }
    byte_writer_done(&state);
}

bool worker_side_snapshot_is_due(const struct worker_side *side)
{
    return side->bytes_since_snapshot >= side->snapshot_after_bytes;
}

bool worker_side_snapshot_is_overdue(const struct worker_side *side)
{
    return side->bytes_since_snapshot >= SNAPSHOT_OVERDUE_TIMES * side->snapshot_after_bytes;
}
