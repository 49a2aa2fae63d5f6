// SPDX-License-Identifier: MIT
// The tracker's state as bytes. One description of the layout serves both ways, so that they cannot
// differ.
#include "base/memory.h"
#include "track/state.h"

#include <errno.h>
#include <string.h>

#define STATE_MAGIC 0x31545753U // "SWT1"
#define STATE_VERSION 2
#define AIRCRAFT_BYTES_MIN 100 // less than any aircraft takes: a limit on counts from outside

// Either writes or reads. `valid` falls when a value read cannot be.
struct codec {
    struct byte_writer *writer; // NULL when reading
    struct byte_reader *reader;
    bool valid;
};

#define CODEC_FUNCTION(name, type)                                                                 \
    static void codec_##name(struct codec *codec, type *value)                                     \
    {                                                                                              \
        if (codec->writer != NULL)                                                                 \
            byte_writer_##name(codec->writer, *value);                                             \
        else                                                                                       \
            *value = byte_reader_##name(codec->reader);                                            \
    }
CODEC_FUNCTION(u8, uint8_t)
CODEC_FUNCTION(u16, uint16_t)
CODEC_FUNCTION(u32, uint32_t)
CODEC_FUNCTION(u64, uint64_t)
CODEC_FUNCTION(i32, int32_t)
CODEC_FUNCTION(i64, int64_t)
CODEC_FUNCTION(float, float)
CODEC_FUNCTION(double, double)

static void codec_bool(struct codec *codec, bool *value)
{
    uint8_t byte = *value ? 1 : 0;
    codec_u8(codec, &byte);
    codec->valid = codec->valid && byte <= 1;
    *value = byte == 1;
}

// A number below `limit`, kept in an int-sized or smaller field.
static uint32_t codec_number(struct codec *codec, uint32_t value, uint32_t limit)
{
    codec_u32(codec, &value);
    if (value >= limit) {
        codec->valid = false;
        return 0;
    }
    return value;
}

static void codec_text(struct codec *codec, char *text, size_t size)
{
    if (codec->writer != NULL) {
        byte_writer_raw(codec->writer, text, size);
        return;
    }
    byte_reader_raw(codec->reader, text, size);
    codec->valid = codec->valid && text[size - 1] == '\0';
    text[size - 1] = '\0';
}

static void codec_position(struct codec *codec, struct position *position)
{
    codec_double(codec, &position->latitude_deg);
    codec_double(codec, &position->longitude_deg);
}

static void codec_fix(struct codec *codec, struct track_fix *fix)
{
    codec_i64(codec, &fix->at);
    codec_i64(codec, &fix->observed_at);
    codec_i64(codec, &fix->upper_at);
    codec_position(codec, &fix->position);
    codec_i32(codec, &fix->altitude_ft);
    codec_i32(codec, &fix->vertical_rate_fpm);
    codec_float(codec, &fix->ground_speed_kt);
    codec_float(codec, &fix->track_deg);
    codec_u8(codec, &fix->feed);
    codec_bool(codec, &fix->on_ground);
    codec_bool(codec, &fix->ground_refused);
    codec_bool(codec, &fix->mlat);
}

static void codec_sighting(struct codec *codec, struct sighting *sighting)
{
    codec_text(codec, sighting->icao24, sizeof sighting->icao24);
    codec_i64(codec, &sighting->opened_at);
    codec_u32(codec, &sighting->emitter);
    sighting->state = codec_number(codec, sighting->state, SIGHTING_SUPERSEDED + 1);
    codec_text(codec, sighting->registration, sizeof sighting->registration);
    codec_text(codec, sighting->type_code, sizeof sighting->type_code);
    sighting->callsign_count =
        (uint8_t)codec_number(codec, sighting->callsign_count, SIGHTING_CALLSIGNS_MAX + 1);
    for (size_t i = 0; i < sighting->callsign_count; i++)
        codec_text(codec, sighting->callsigns[i], CALLSIGN_SIZE);
    sighting->feed_count =
        (uint8_t)codec_number(codec, sighting->feed_count, SIGHTING_FEEDS_MAX + 1);
    for (size_t i = 0; i < sighting->feed_count; i++)
        codec_text(codec, sighting->feeds[i], FEED_ID_SIZE);
    codec_u64(codec, &sighting->watch_mask);
    codec_i64(codec, &sighting->first_seen);
    codec_i64(codec, &sighting->last_seen);
    codec_position(codec, &sighting->first_position);
    codec_position(codec, &sighting->last_position);
    codec_i32(codec, &sighting->last_altitude_ft);
    codec_text(codec, sighting->origin, sizeof sighting->origin);
    codec_text(codec, sighting->destination, sizeof sighting->destination);
}

// Whether the owned part is there; makes it when reading.
static bool codec_optional(struct codec *codec, void **part, size_t size)
{
    bool present = *part != NULL;
    codec_bool(codec, &present);
    if (present && *part == NULL)
        *part = memory_allocate_zeroed(1, size);
    return present;
}

static void codec_start(struct codec *codec, struct track_start *start)
{
    codec_bool(codec, &start->decided);
    codec_u8(codec, &start->points);
    codec_fix(codec, &start->first);
}

static void codec_approach(struct codec *codec, struct approach *approach)
{
    for (size_t i = 0; i < DROPPED_RATES; i++) {
        uint16_t bits = (uint16_t)approach->rates_fpm[i];
        codec_u16(codec, &bits);
        approach->rates_fpm[i] = (int16_t)bits;
    }
    approach->rate_count = (uint8_t)codec_number(codec, approach->rate_count, DROPPED_RATES + 1);
    approach->rate_next = (uint8_t)codec_number(codec, approach->rate_next, DROPPED_RATES);
    codec_i64(codec, &approach->rate_at);
    codec_i32(codec, &approach->rate_altitude_ft);
    for (size_t i = 0; i < DOUBT_MINUTES; i++) {
        codec_i32(codec, &approach->doubts[i].minute);
        codec_u8(codec, &approach->doubts[i].points);
        codec_u8(codec, &approach->doubts[i].flagged);
        codec_u8(codec, &approach->doubts[i].mlat);
    }
    codec_text(codec, approach->aligned_field, sizeof approach->aligned_field);
    codec_text(codec, approach->aligned_runway, sizeof approach->aligned_runway);
    codec_i64(codec, &approach->aligned_since);
    codec_i64(codec, &approach->aligned_last);
    codec_i32(codec, &approach->aligned_lowest_ft);
    codec_i64(codec, &approach->jumped_at);
    codec_position(codec, &approach->jumped_to);
}

static void codec_stitch(struct codec *codec, struct track_stitch *stitch)
{
    codec_i64(codec, &stitch->before_last_seen);
    codec_position(codec, &stitch->before_position);
    codec_i32(codec, &stitch->before_altitude_ft);
    codec_i64(codec, &stitch->before_heard_at);
    codec_fix(codec, &stitch->after);
}

static void codec_ground(struct codec *codec, struct track_ground *ground)
{
    codec_bool(codec, &ground->has_last_air);
    codec_fix(codec, &ground->last_air);
    codec_fix(codec, &ground->first);
    codec_u32(codec, &ground->reports);
}

static void codec_end(struct codec *codec, struct visit_end *end)
{
    codec_bool(codec, &end->present);
    codec_bool(codec, &end->ground);
    codec_bool(codec, &end->has_fix);
    codec_fix(codec, &end->fix);
    codec_fix(codec, &end->ground_fix);
    codec_u32(codec, &end->ground_reports);
    codec_i64(codec, &end->ground_time);
    codec_i64(codec, &end->heard_at);
    codec_i32(codec, &end->heard_altitude_ft);
    codec_u8(codec, &end->rates_agreeing);
    codec_u8(codec, &end->rates_known);
    codec_text(codec, end->aligned_field, sizeof end->aligned_field);
    codec_i64(codec, &end->aligned_us);
    codec_i32(codec, &end->aligned_lowest_ft);
    codec_float(codec, &end->flagged_share);
    codec_float(codec, &end->mlat_share);
    codec_bool(codec, &end->jumped);
    codec_i64(codec, &end->sighting_at);
    codec_text(codec, end->callsign, sizeof end->callsign);
}

static void codec_stay(struct codec *codec, struct stay *stay)
{
    stay->phase = codec_number(codec, stay->phase, STAY_SUSPENDED + 1);
    codec_text(codec, stay->place, sizeof stay->place);
    codec_position(codec, &stay->place_position);
    codec_i64(codec, &stay->anchored_at);
    codec_end(codec, &stay->in);
    codec_end(codec, &stay->out);
    codec_bool(codec, &stay->previous_known);
    codec_i64(codec, &stay->previous_at);
    codec_position(codec, &stay->previous_position);
    codec_i64(codec, &stay->ground_until);
    codec_bool(codec, &stay->gone);
    codec_bool(codec, &stay->announced);
    stay->state = codec_number(codec, stay->state, VISIT_SUPERSEDED + 1);
    stay->grade = codec_number(codec, stay->grade, VISIT_A4 + 1);
}

static void codec_before_close(struct codec *codec, struct before_close *before)
{
    codec_start(codec, &before->start);
    codec_bool(codec, &before->arrival_told);
    if (codec_optional(codec, (void **)&before->stay, sizeof *before->stay))
        codec_stay(codec, before->stay);
}

static void codec_track(struct codec *codec, struct track *track)
{
    codec_bool(codec, &track->begun);
    codec_sighting(codec, &track->sighting);
    codec_i64(codec, &track->previous_last_seen);
    codec_i64(codec, &track->heard_at);
    codec_i32(codec, &track->heard_altitude_ft);
    codec_i32(codec, &track->heard_rate_fpm);
    codec_bool(codec, &track->settled);
    codec_bool(codec, &track->has_good);
    codec_fix(codec, &track->good);
    track->phase = codec_number(codec, track->phase, TRACK_PHASE_GROUND + 1);
    codec_i64(codec, &track->phase_since);
    codec_fix(codec, &track->phase_last);
    track->pending_phase = codec_number(codec, track->pending_phase, TRACK_PHASE_GROUND + 1);
    codec_u32(codec, &track->pending_reports);
    codec_fix(codec, &track->pending_first);
    codec_bool(codec, &track->was_airborne);
    codec_bool(codec, &track->landed);
    codec_bool(codec, &track->previous_known);
    codec_i64(codec, &track->previous_at);
    codec_i64(codec, &track->previous_heard_at);
    codec_position(codec, &track->previous_position);
    codec_start(codec, &track->start);
    codec_bool(codec, &track->arrival_told);
    codec_approach(codec, &track->approach);
    if (codec_optional(codec, (void **)&track->before_jump, sizeof *track->before_jump))
        codec_fix(codec, track->before_jump);
    if (codec_optional(codec, (void **)&track->stitch, sizeof *track->stitch))
        codec_stitch(codec, track->stitch);
    if (codec_optional(codec, (void **)&track->ground, sizeof *track->ground))
        codec_ground(codec, track->ground);
    if (codec_optional(codec, (void **)&track->stay, sizeof *track->stay))
        codec_stay(codec, track->stay);
    if (codec_optional(codec, (void **)&track->before_close, sizeof *track->before_close))
        codec_before_close(codec, track->before_close);
    // What later steps take for granted.
    bool told =
        track->arrival_told && (track->before_close == NULL || track->before_close->arrival_told);
    if (track->phase == TRACK_PHASE_GROUND && !told && track->ground == NULL)
        codec->valid = false;
}

static void codec_chain(struct codec *codec, struct track_chain *chain)
{
    codec_u32(codec, &chain->count);
    codec_u32(codec, &chain->interleaved);
    codec_u32(codec, &chain->since_last);
    codec_bool(codec, &chain->in_cluster);
    codec_fix(codec, &chain->first);
    codec_fix(codec, &chain->last);
}

static void codec_memory(struct codec *codec, struct feed_memory *memory)
{
    codec_u8(codec, &memory->feed);
    memory->count = (uint8_t)codec_number(codec, memory->count, DUPLICATE_MEMORY + 1);
    memory->next = (uint8_t)codec_number(codec, memory->next, DUPLICATE_MEMORY);
    for (size_t i = 0; i < memory->count; i++)
        codec_i64(codec, &memory->observed_at[i]);
}

static void codec_aircraft(struct codec *codec, struct aircraft *aircraft)
{
    codec_i64(codec, &aircraft->received_at);
    for (size_t i = 0; i < EMITTERS_MAX; i++) {
        bool present = aircraft->tracks[i] != NULL;
        codec_bool(codec, &present);
        if (present)
            codec_track(codec, aircraft_track(aircraft, i));
    }
    if (codec_optional(codec, (void **)&aircraft->chain, sizeof *aircraft->chain))
        codec_chain(codec, aircraft->chain);
    uint32_t count = (uint32_t)aircraft->feeds.count;
    codec_u32(codec, &count);
    if (codec->writer == NULL) {
        if (count > UINT8_MAX) {
            codec->valid = false;
            return;
        }
        aircraft->feeds.items =
            memory_resize(aircraft->feeds.items, count + 1, sizeof aircraft->feeds.items[0]);
        memset(aircraft->feeds.items, 0, (count + 1) * sizeof aircraft->feeds.items[0]);
        aircraft->feeds.capacity = count + 1;
        aircraft->feeds.count = count;
    }
    for (size_t i = 0; i < aircraft->feeds.count; i++)
        codec_memory(codec, &aircraft->feeds.items[i]);
}

void tracker_save(const struct tracker *tracker, struct byte_writer *writer)
{
    struct codec codec = {.writer = writer, .valid = true};
    byte_writer_u32(writer, STATE_MAGIC);
    byte_writer_u32(writer, STATE_VERSION);
    byte_writer_u32(writer, (uint32_t)tracker->feeds.count);
    for (size_t i = 0; i < tracker->feeds.count; i++)
        byte_writer_raw(writer, tracker->feeds.items[i].id, FEED_ID_SIZE);
    byte_writer_u32(writer, (uint32_t)aircraft_table_count(tracker->table));
    struct aircraft *aircraft = NULL;
    while ((aircraft = aircraft_table_next(tracker->table, aircraft)) != NULL) {
        byte_writer_raw(writer, aircraft->icao24, sizeof aircraft->icao24);
        codec_aircraft(&codec, aircraft);
    }
}

// Every feed number must name a feed, whatever the bytes say.
static bool feeds_exist(const struct tracker *tracker, const struct aircraft *aircraft)
{
    for (size_t i = 0; i < aircraft->feeds.count; i++)
        if (aircraft->feeds.items[i].feed >= tracker->feeds.count)
            return false;
    return aircraft->tracks[0] != NULL;
}

static void load_aircraft(struct tracker *tracker, struct codec *codec)
{
    char icao24[ICAO24_SIZE] = {0};
    codec_text(codec, icao24, sizeof icao24);
    struct aircraft *aircraft = aircraft_new(icao24);
    codec_aircraft(codec, aircraft);
    if (aircraft_table_find(tracker->table, icao24) != NULL || !feeds_exist(tracker, aircraft)) {
        codec->valid = false;
        aircraft_free(aircraft);
        return;
    }
    aircraft_table_put(tracker->table, aircraft);
}

int tracker_load(struct tracker *tracker, struct byte_reader *reader)
{
    struct codec codec = {.reader = reader, .valid = true};
    tracker_clear(tracker);
    codec.valid =
        byte_reader_u32(reader) == STATE_MAGIC && byte_reader_u32(reader) == STATE_VERSION;
    size_t feeds = codec.valid ? byte_reader_count(reader, FEED_ID_SIZE) : 0;
    codec.valid = codec.valid && feeds <= UINT8_MAX;
    for (size_t i = 0; i < feeds && codec.valid; i++)
        codec_text(&codec, array_append(&tracker->feeds)->id, FEED_ID_SIZE);
    size_t aircraft = codec.valid ? byte_reader_count(reader, AIRCRAFT_BYTES_MIN) : 0;
    for (size_t i = 0; i < aircraft && codec.valid && !reader->failed; i++)
        load_aircraft(tracker, &codec);
    if (codec.valid && !reader->failed)
        return 0;
    tracker_clear(tracker);
    return -EBADMSG;
}
