// SPDX-License-Identifier: MIT
// The records of a journal entry, one pair of functions each. Private to the journal; entry.h is
// for others.
#pragma once

#include "base/bytes.h"
#include "journal/entry.h"

// The hot records keep their short texts at full size: copying them is cheaper than counting them.
#define write_field(writer, field) byte_writer_raw(writer, field, sizeof(field))

#define read_field(reader, field)                                                                  \
    do {                                                                                           \
        byte_reader_raw(reader, field, sizeof(field));                                             \
        if ((field)[sizeof(field) - 1] != '\0')                                                    \
            (reader)->failed = true;                                                               \
        (field)[sizeof(field) - 1] = '\0';                                                         \
    } while (0)

static inline void write_position(struct byte_writer *writer, struct position position)
{
    byte_writer_double(writer, position.latitude_deg);
    byte_writer_double(writer, position.longitude_deg);
}

static inline struct position read_position(struct byte_reader *reader)
{
    double latitude_deg = byte_reader_double(reader);
    double longitude_deg = byte_reader_double(reader);
    return (struct position){.latitude_deg = latitude_deg, .longitude_deg = longitude_deg};
}

// A count or an enum's value of one byte; more than `maximum` latches a failure and gives 0.
static inline uint8_t read_bounded(struct byte_reader *reader, uint8_t maximum)
{
    uint8_t value = byte_reader_u8(reader);
    if (value > maximum)
        reader->failed = true;
    return reader->failed ? 0 : value;
}

// Lower bounds of one item's encoded size, so that a damaged count cannot announce more than there
// is.
#define POINT_BYTES_MIN 100
#define SIGHTING_BYTES_MIN 100
#define VISIT_BYTES_MIN 100
#define CONFLICT_BYTES_MIN 60
#define RAW_BYTES_MIN 20
#define NEARBY_BYTES_MIN 10
#define ALERT_BYTES_MIN 100
#define DELIVERY_BYTES_MIN 60

// `feed` is the poll's: all points of an entry come from it.
void entry_write_point(struct byte_writer *writer, const struct track_point *point);
void entry_read_point(struct byte_reader *reader, const char feed[FEED_ID_SIZE],
                      struct track_point *point);
void entry_write_sighting(struct byte_writer *writer, const struct sighting *sighting);
void entry_read_sighting(struct byte_reader *reader, struct sighting *sighting);
void entry_write_visit(struct byte_writer *writer, const struct visit *visit);
void entry_read_visit(struct byte_reader *reader, struct visit *visit);
void entry_write_conflict(struct byte_writer *writer, const struct identity_conflict *conflict);
void entry_read_conflict(struct byte_reader *reader, struct identity_conflict *conflict);
// The alerts, the deliveries and their bytes.
void entry_write_alerts(struct byte_writer *writer, const struct entry *entry);
void entry_read_alerts(struct byte_reader *reader, struct entry *entry);
