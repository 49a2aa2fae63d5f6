// SPDX-License-Identifier: MIT
#include "feed/readsb_nearby.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Places are kept by bands of one degree of latitude, so that thousands of them cost no more than a
// few.
#define BANDS 180
// Most of the world is near no place: a bit for each square degree says where to look at all.
#define COLUMNS 360
// Rounding in the box must never lose what the distance would keep: 1e-6 degrees are 0.1 m.
#define BOX_MARGIN_DEG 1e-6
#define DEGREES_PER_RADIAN (180.0 / 3.14159265358979323846)

struct box {
    double south_deg, north_deg;
    double longitude_deg, half_width_deg;
};

// Pairs of place and address that were counted: open addressing, 0 is free.
struct heard_set {
    uint64_t *pairs;
    size_t count, capacity;
};

struct readsb_nearby {
    const struct feed_interest *interest;
    struct box *boxes;
    size_t band_starts[BANDS + 1];
    size_t *band_places;
    uint8_t squares[BANDS][COLUMNS / 8];
    struct heard_set heard;
    struct nearby_traffic *traffic;
};

static struct box box_around(struct position centre, double radius_nm)
{
    double radius_rad = radius_nm / GEODESY_EARTH_RADIUS_NM;
    double radius_deg = radius_rad * DEGREES_PER_RADIAN;
    struct box box = {
        .south_deg = centre.latitude_deg - radius_deg - BOX_MARGIN_DEG,
        .north_deg = centre.latitude_deg + radius_deg + BOX_MARGIN_DEG,
        .longitude_deg = centre.longitude_deg,
        .half_width_deg = 180.0,
    };
    // The meridian that touches the circle; none where the circle holds a pole.
    if (fabs(centre.latitude_deg) + radius_deg < 90.0) {
        double ratio = sin(radius_rad) / cos(centre.latitude_deg / DEGREES_PER_RADIAN);
        box.half_width_deg = asin(fmin(ratio, 1.0)) * DEGREES_PER_RADIAN + BOX_MARGIN_DEG;
    }
    return box;
}

static bool box_holds(const struct box *box, struct position position)
{
    if (!(position.latitude_deg >= box->south_deg && position.latitude_deg <= box->north_deg))
        return false;
    double away_deg = fabs(position.longitude_deg - box->longitude_deg);
    return (away_deg > 180.0 ? 360.0 - away_deg : away_deg) <= box->half_width_deg;
}

// A box may reach beyond a pole.
static size_t band_of(double latitude_deg)
{
    double band = latitude_deg + 90.0;
    return band < 0 ? 0 : band > BANDS - 1 ? BANDS - 1 : (size_t)band;
}

static size_t column_of(double longitude_deg)
{
    double column = longitude_deg + 180.0;
    return column < 0 ? 0 : column > COLUMNS - 1 ? COLUMNS - 1 : (size_t)column;
}

// Marks the squares of a band that the box touches, across the antimeridian too.
static void mark_squares(struct readsb_nearby *nearby, size_t band, const struct box *box)
{
    uint8_t *squares = nearby->squares[band];
    size_t width = (size_t)(2 * box->half_width_deg) + 2;
    size_t column = column_of(remainder(box->longitude_deg - box->half_width_deg, 360.0));
    for (size_t i = 0; i < width && i < COLUMNS; i++, column = (column + 1) % COLUMNS)
        squares[column / 8] |= (uint8_t)(1u << column % 8);
}

static bool is_usable(const struct feed_interest *interest, size_t place)
{
    return position_is_valid(interest->places[place].reference) && interest->radius_nm >= 0;
}

// Sorts the places into the bands they touch, by counting.
static void fill_bands(struct readsb_nearby *nearby)
{
    const struct feed_interest *interest = nearby->interest;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < interest->place_count; i++) {
            if (!is_usable(interest, i))
                continue;
            size_t last = band_of(nearby->boxes[i].north_deg);
            for (size_t band = band_of(nearby->boxes[i].south_deg); band <= last; band++) {
                if (pass == 0) {
                    nearby->band_starts[band]++;
                    mark_squares(nearby, band, &nearby->boxes[i]);
                } else {
                    nearby->band_places[--nearby->band_starts[band]] = i;
                }
            }
        }
        if (pass == 1)
            return;
        // Counts to ends; the second pass walks each back to its start.
        for (size_t band = 1; band <= BANDS; band++)
            nearby->band_starts[band] += nearby->band_starts[band - 1];
        nearby->band_places =
            memory_allocate_zeroed(nearby->band_starts[BANDS], sizeof *nearby->band_places);
    }
}

struct readsb_nearby *readsb_nearby_new(const struct feed_interest *interest)
{
    if (interest->place_count == 0)
        return NULL;
    struct readsb_nearby *nearby = memory_allocate_zeroed(1, sizeof *nearby);
    nearby->interest = interest;
    nearby->boxes = memory_allocate_zeroed(interest->place_count, sizeof *nearby->boxes);
    nearby->traffic = memory_allocate_zeroed(interest->place_count, sizeof *nearby->traffic);
    for (size_t i = 0; i < interest->place_count; i++) {
        nearby->boxes[i] = box_around(interest->places[i].reference, interest->radius_nm);
        nearby->traffic[i].lowest_ft = OBSERVATION_UNKNOWN;
    }
    fill_bands(nearby);
    return nearby;
}

void readsb_nearby_free(struct readsb_nearby *nearby)
{
    if (nearby == NULL)
        return;
    free(nearby->boxes);
    free(nearby->band_places);
    free(nearby->heard.pairs);
    free(nearby->traffic);
    free(nearby);
}

bool readsb_nearby_may_hold(const struct readsb_nearby *nearby, struct position position)
{
    size_t column = column_of(position.longitude_deg);
    const uint8_t *squares = nearby->squares[band_of(position.latitude_deg)];
    return (squares[column / 8] >> column % 8 & 1) != 0;
}

static size_t heard_slot(const struct heard_set *heard, uint64_t pair)
{
    // Multiplicative hashing by 2^64 / golden ratio (Knuth, TAOCP 6.4).
    size_t at = (size_t)((pair * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (heard->capacity - 1);
    while (heard->pairs[at] != 0 && heard->pairs[at] != pair)
        at = (at + 1) & (heard->capacity - 1);
    return at;
}

static void heard_grow(struct heard_set *heard)
{
    struct heard_set larger = {.count = heard->count,
                               .capacity = heard->capacity > 0 ? heard->capacity * 2 : 64};
    larger.pairs = memory_allocate_zeroed(larger.capacity, sizeof *larger.pairs);
    for (size_t i = 0; i < heard->capacity; i++)
        if (heard->pairs[i] != 0)
            larger.pairs[heard_slot(&larger, heard->pairs[i])] = heard->pairs[i];
    free(heard->pairs);
    *heard = larger;
}

// False when the pair was there already.
static bool heard_add(struct heard_set *heard, uint64_t pair)
{
    if (heard->count * 2 >= heard->capacity)
        heard_grow(heard);
    size_t slot = heard_slot(heard, pair);
    if (heard->pairs[slot] == pair)
        return false;
    heard->pairs[slot] = pair;
    heard->count++;
    return true;
}

static void add_at(struct readsb_nearby *nearby, size_t place, uint32_t address, bool on_ground,
                   int32_t altitude_ft)
{
    int32_t field_ft = nearby->interest->places[place].elevation_ft;
    if (field_ft == PLACE_ELEVATION_UNKNOWN)
        field_ft = 0;
    if (on_ground)
        altitude_ft = field_ft;
    if ((int64_t)altitude_ft - field_ft >= nearby->interest->low_ft)
        return;
    struct nearby_traffic *traffic = &nearby->traffic[place];
    // A place's number plus one keeps the pair from being 0.
    if (heard_add(&nearby->heard, (uint64_t)(place + 1) << 24 | address))
        traffic->heard_low++;
    if (traffic->lowest_ft == OBSERVATION_UNKNOWN || altitude_ft < traffic->lowest_ft)
        traffic->lowest_ft = altitude_ft;
}

bool readsb_nearby_counts(const char *icao24, enum position_source source)
{
    switch (source) {
    case POSITION_SOURCE_ADSB_OTHER:
    case POSITION_SOURCE_ADSR_OTHER:
    case POSITION_SOURCE_TISB_OTHER:
    case POSITION_SOURCE_TISB_TRACKFILE:
    case POSITION_SOURCE_MODE_AC:
    case POSITION_SOURCE_ADSC:
        return false;
    default:
        return icao24[0] != '~';
    }
}

void readsb_nearby_add(struct readsb_nearby *nearby, const char *icao24, struct position position,
                       bool on_ground, int32_t altitude_ft)
{
    if (!on_ground && altitude_ft == OBSERVATION_UNKNOWN)
        return;
    uint32_t address = (uint32_t)strtoul(icao24, NULL, 16);
    size_t band = band_of(position.latitude_deg);
    for (size_t i = nearby->band_starts[band]; i < nearby->band_starts[band + 1]; i++) {
        size_t place = nearby->band_places[i];
        if (box_holds(&nearby->boxes[place], position) &&
            geodesy_distance_nm(nearby->interest->places[place].reference, position) <=
                nearby->interest->radius_nm)
            add_at(nearby, place, address, on_ground, altitude_ft);
    }
}

struct nearby_traffic *readsb_nearby_take(struct readsb_nearby *nearby)
{
    return TAKE(nearby->traffic);
}
