// SPDX-License-Identifier: MIT
#include "store/column.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// array_send's layout, all in network byte order: dimensions, whether there are nulls, the
// elements' type, then for the one dimension its length and lower bound; then each element after
// its length, -1 for null.
#define HEADER_BYTES 20
#define EMPTY_HEADER_BYTES 12 // an empty array has no dimension
#define LENGTH_BYTES 4
#define NULL_LENGTH UINT32_MAX
#define CAPACITY_MIN 1024

// Object ids of the types are fixed: src/include/catalog/pg_type.dat.
static const struct {
    const char *name;
    uint32_t object_id;
} types[] = {
    [COLUMN_TIME] = {"timestamptz", 1184}, [COLUMN_DAY] = {"date", 1082},
    [COLUMN_DOUBLE] = {"float8", 701},     [COLUMN_REAL] = {"float4", 700},
    [COLUMN_BIG] = {"int8", 20},           [COLUMN_INTEGER] = {"int4", 23},
    [COLUMN_SMALL] = {"int2", 21},         [COLUMN_BOOLEAN] = {"bool", 16},
    [COLUMN_TEXT] = {"text", 25},          [COLUMN_LIST] = {"text", 25},
    [COLUMN_JSON] = {"text", 25},          [COLUMN_UUID] = {"uuid", 2950},
    [COLUMN_BYTES] = {"bytea", 17},
};

const char *column_type_name(enum column_type type)
{
    return types[type].name;
}

void column_init(struct column *column, enum column_type type)
{
    *column = (struct column){.type = type, .length = HEADER_BYTES, .capacity = CAPACITY_MIN};
    column->bytes = memory_allocate(CAPACITY_MIN);
}

void column_done(struct column *column)
{
    free(column->bytes);
    *column = (struct column){0};
}

static void put_u32(uint8_t *place, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(place, &value, sizeof value);
}

static uint32_t get_u32(const uint8_t *place)
{
    uint32_t value;
    memcpy(&value, place, sizeof value);
    return __builtin_bswap32(value);
}

static uint64_t get_u64(const uint8_t *place)
{
    return (uint64_t)get_u32(place) << 32 | get_u32(place + 4);
}

static void reserve(struct column *column, size_t needed)
{
    size_t capacity = column->capacity;
    if (needed <= capacity)
        return;
    while (capacity < needed)
        capacity *= 2;
    column->bytes = memory_resize(column->bytes, capacity, 1);
    column->capacity = capacity;
}

// Room for one element of `length` bytes, its length written.
static uint8_t *add_element(struct column *column, size_t length)
{
    size_t needed = column->length + LENGTH_BYTES + length;
    reserve(column, needed);
    uint8_t *place = column->bytes + column->length;
    put_u32(place, (uint32_t)length);
    column->length = needed;
    column->count++;
    return place + LENGTH_BYTES;
}

void column_add_null(struct column *column)
{
    uint8_t *place = add_element(column, 0);
    put_u32(place - LENGTH_BYTES, NULL_LENGTH);
    column->has_null = true;
}

void column_add_big(struct column *column, int64_t value)
{
    uint64_t swapped = __builtin_bswap64((uint64_t)value);
    memcpy(add_element(column, sizeof swapped), &swapped, sizeof swapped);
}

void column_add_time(struct column *column, utc_us time)
{
    if (time == UTC_UNKNOWN)
        column_add_null(column);
    else if (column->type == COLUMN_DAY)
        column_add_integer(column,
                           (int32_t)((utc_day_start(time) - UTC_POSTGRESQL_EPOCH) / UTC_DAY));
    else
        column_add_big(column, time - UTC_POSTGRESQL_EPOCH);
}

void column_add_double(struct column *column, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        column_add_null(column);
    else
        column_add_big(column, bits);
}

void column_add_integer(struct column *column, int32_t value)
{
    put_u32(add_element(column, sizeof value), (uint32_t)value);
}

void column_add_real(struct column *column, float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        column_add_null(column);
    else
        column_add_integer(column, bits);
}

void column_add_small(struct column *column, int16_t value)
{
    uint16_t swapped = __builtin_bswap16((uint16_t)value);
    memcpy(add_element(column, sizeof swapped), &swapped, sizeof swapped);
}

void column_add_boolean(struct column *column, bool value)
{
    *add_element(column, 1) = value;
}

void column_add_bytes(struct column *column, const void *bytes, size_t length)
{
    memcpy(add_element(column, length), length > 0 ? bytes : "", length);
}

void column_add_text(struct column *column, const char *text)
{
    column_add_bytes(column, text, strlen(text));
}

void column_add_text_or_null(struct column *column, const char *text)
{
    if (text[0] == '\0')
        column_add_null(column);
    else
        column_add_text(column, text);
}

void column_finish(struct column *column)
{
    put_u32(column->bytes, column->count > 0 ? 1 : 0);
    put_u32(column->bytes + 4, column->has_null);
    put_u32(column->bytes + 8, types[column->type].object_id);
    put_u32(column->bytes + 12, column->count);
    put_u32(column->bytes + 16, 1);
    if (column->count == 0)
        column->length = EMPTY_HEADER_BYTES;
}

static size_t skip_element(const struct column *column, size_t offset)
{
    uint32_t length = get_u32(column->bytes + offset);
    return offset + LENGTH_BYTES + (length == NULL_LENGTH ? 0 : length);
}

static size_t find_element(const struct column *column, size_t element)
{
    size_t offset = HEADER_BYTES;
    for (size_t i = 0; i < element; i++)
        offset = skip_element(column, offset);
    return offset;
}

void column_slice(const struct column *column, size_t from, size_t to, struct column *ret_slice)
{
    assert(from <= to && to <= column->count);
    size_t start = find_element(column, from);
    size_t end = start;
    for (size_t i = from; i < to; i++)
        end = skip_element(column, end);
    *ret_slice = (struct column){
        .type = column->type,
        .has_null = column->has_null, // "may have": a false alarm is allowed
        .count = (uint32_t)(to - from),
        .length = HEADER_BYTES + end - start,
        .capacity = HEADER_BYTES + end - start,
    };
    ret_slice->bytes = memory_allocate(ret_slice->capacity);
    memcpy(ret_slice->bytes + HEADER_BYTES, column->bytes + start, end - start);
    column_finish(ret_slice);
}

void column_append(struct column *column, const struct column *other)
{
    assert(column->type == other->type);
    if (other->count == 0)
        return;
    // One without elements may have been finished, which cuts its header short.
    column->length = column->count > 0 ? column->length : HEADER_BYTES;
    size_t length = other->length - HEADER_BYTES;
    reserve(column, column->length + length);
    memcpy(column->bytes + column->length, other->bytes + HEADER_BYTES, length);
    column->length += length;
    column->count += other->count;
    column->has_null = column->has_null || other->has_null;
}

void column_remove(struct column *column, const bool *removed)
{
    size_t kept_end = HEADER_BYTES;
    size_t offset = HEADER_BYTES;
    uint32_t kept = 0;
    for (size_t i = 0; i < column->count; i++) {
        size_t next = skip_element(column, offset);
        if (!removed[i]) {
            memmove(column->bytes + kept_end, column->bytes + offset, next - offset);
            kept_end += next - offset;
            kept++;
        }
        offset = next;
    }
    column->count = kept;
    column->length = kept_end;
}

// JSON text of bytes that may be anything: what is no UTF-8 text has each odd byte as \u00xx.
static void describe_bytes(const uint8_t *bytes, size_t length, struct text *text)
{
    bool is_text = text_is_utf8((const char *)bytes, length);
    text_append(text, "\"");
    for (size_t i = 0; i < length; i++) {
        bool is_plain = bytes[i] >= 0x20 && bytes[i] != '"' && bytes[i] != '\\' && bytes[i] != 0x7f;
        if (is_plain && (bytes[i] < 0x80 || is_text))
            text_append_bytes(text, bytes + i, 1);
        else
            text_append_format(text, "\\u%04x", bytes[i]);
    }
    text_append(text, "\"");
}

static void describe_number(enum column_type type, const uint8_t *bytes, struct text *text)
{
    int32_t integer = (int32_t)(type == COLUMN_SMALL ? 0 : get_u32(bytes));
    char buffer[UTC_TEXT_SIZE];
    float real;
    double number;
    switch (type) {
    case COLUMN_SMALL:
        text_append_format(text, "%d", (int16_t)(bytes[0] << 8 | bytes[1]));
        break;
    case COLUMN_INTEGER:
        text_append_format(text, "%d", integer);
        break;
    case COLUMN_DAY:
        utc_format_day(integer * UTC_DAY + UTC_POSTGRESQL_EPOCH, buffer);
        text_append_format(text, "\"%s\"", buffer);
        break;
    case COLUMN_REAL:
        memcpy(&real, &integer, sizeof real);
        text_append_format(text, isfinite(real) ? "%.9g" : "\"%g\"", (double)real);
        break;
    case COLUMN_DOUBLE:
        number = 0;
        memcpy(&number, &(uint64_t){get_u64(bytes)}, sizeof number);
        text_append_format(text, isfinite(number) ? "%.17g" : "\"%g\"", number);
        break;
    case COLUMN_TIME:
        utc_format((utc_us)get_u64(bytes) + UTC_POSTGRESQL_EPOCH, buffer);
        text_append_format(text, "\"%s\"", buffer);
        break;
    default:
        text_append_format(text, "%lld", (long long)get_u64(bytes));
        break;
    }
}

void column_describe(const struct column *column, size_t element, struct text *text)
{
    size_t offset = find_element(column, element);
    uint32_t length = get_u32(column->bytes + offset);
    const uint8_t *bytes = column->bytes + offset + LENGTH_BYTES;
    if (length == NULL_LENGTH) {
        text_append(text, "null");
        return;
    }
    switch (column->type) {
    case COLUMN_BOOLEAN:
        text_append(text, bytes[0] ? "true" : "false");
        break;
    case COLUMN_UUID:
    case COLUMN_BYTES:
    case COLUMN_TEXT:
    case COLUMN_LIST:
    case COLUMN_JSON:
        describe_bytes(bytes, length, text);
        break;
    default:
        describe_number(column->type, bytes, text);
        break;
    }
}
