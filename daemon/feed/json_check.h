// SPDX-License-Identifier: MIT
// For tests: the grammar that json_scan.h accepts, checked again by code that is as plain as can
// be.
#pragma once

#include <stddef.h>

// The end of the value at `at` (blanks before it allowed) inside text[0, length), or 0 when there
// is none.
size_t json_check(const char *text, size_t length, size_t at);
