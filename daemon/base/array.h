// SPDX-License-Identifier: MIT
// A growable array of any type, kept as { items, count, capacity }.
//
//     struct point_array ARRAY_OF(struct track_point);   // declares the struct
//     struct point_array points = {0};
//     *array_append(&points) = point;
//     array_foreach(&points, one) use(one);              // `one` points at each item in turn
//     array_free(&points);
#pragma once

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define ARRAY_OF(type)                                                                             \
    {                                                                                              \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

#define array_reserve(array, wanted)                                                               \
    do {                                                                                           \
        if ((wanted) > (array)->capacity) {                                                        \
            size_t array_capacity = (array)->capacity > 0 ? (array)->capacity : 8;                 \
            while (array_capacity < (wanted))                                                      \
                array_capacity *= 2;                                                               \
            (array)->items =                                                                       \
                memory_resize((array)->items, array_capacity, sizeof *(array)->items);             \
            (array)->capacity = array_capacity;                                                    \
        }                                                                                          \
    } while (0)

// A zeroed new last item. Invalidates pointers into the array.
#define array_append(array)                                                                        \
    __extension__({                                                                                \
        array_reserve(array, (array)->count + 1);                                                  \
        memset(&(array)->items[(array)->count], 0, sizeof *(array)->items);                        \
        &(array)->items[(array)->count++];                                                         \
    })

#define array_foreach(array, item)                                                                 \
    for (__typeof__(*(array)->items) *item = (array)->items;                                       \
         item != NULL && item < (array)->items + (array)->count; item++)

#define array_clear(array) ((void)((array)->count = 0))

#define array_free(array)                                                                          \
    do {                                                                                           \
        free((array)->items);                                                                      \
        (array)->items = NULL;                                                                     \
        (array)->count = (array)->capacity = 0;                                                    \
    } while (0)
