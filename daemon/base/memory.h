// SPDX-License-Identifier: MIT
// Allocation that cannot fail quietly, and clean-up at the end of a scope.
// Small things abort the process when memory is gone; what comes from outside is capped before it
// is allocated, so that "gone" means the machine and never an attacker.
#pragma once

#include <stddef.h>

void *memory_allocate(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *memory_allocate_zeroed(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
// Grows or shrinks to count * size bytes; an overflow of the product aborts.
void *memory_resize(void *block, size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));
char *memory_copy_string(const char *text)
    __attribute__((malloc, returns_nonnull, warn_unused_result));

void memory_free_at_scope_end(void *pointer_to_pointer);

// `AUTO_FREE char *name = ...;` is freed when the scope ends; TAKE hands it on.
#define AUTO_FREE __attribute__((cleanup(memory_free_at_scope_end)))
#define TAKE(pointer) TAKE_AS(pointer, __COUNTER__)
#define TAKE_AS(pointer, number) TAKE_NAMED(pointer, number)
// Numbered, so that one TAKE within another shadows nothing.
#define TAKE_NAMED(pointer, number)                                                                \
    __extension__({                                                                                \
        __typeof__(pointer) taken_##number = (pointer);                                            \
        (pointer) = NULL;                                                                          \
        taken_##number;                                                                            \
    })
