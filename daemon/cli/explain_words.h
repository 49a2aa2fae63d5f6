// SPDX-License-Identifier: MIT
// Explanations on a terminal: paragraphs that fit it, and times, spans and quantities in words.
#pragma once

#include "base/text.h"
#include "base/utc.h"

#include <stdio.h>

#define WORDS_SIZE 64

// A line of its own, with an empty one before it.
void words_heading(FILE *file, const char *heading);

// `text` broken into lines behind `mark` ("- ") and `indent` blanks. Control characters in it
// become question marks: some of it came from outside.
void words_paragraph(FILE *file, unsigned indent, const char *mark, const char *text);
void words_paragraph_format(FILE *file, unsigned indent, const char *mark, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// "2025-10-26 11:31:05 UTC"; "an unknown time" for UTC_UNKNOWN. Returns `buffer`, as all below.
const char *words_time(utc_us time, char buffer[WORDS_SIZE]);
// The time of day only: "11:31:05".
const char *words_clock(utc_us time, char buffer[WORDS_SIZE]);

// "45 s", "12 min", "5 h 40 min", "3 days 4 h".
const char *words_span(utc_us span, char buffer[WORDS_SIZE]);

// "1,500": rounded, thousands separated.
const char *words_integer(double number, char buffer[WORDS_SIZE]);

// A number in one of the units of visit_rule_unit(): "2,418 ft", "6.2 NM", "85 %", "3".
const char *words_quantity(double value, const char *unit, char buffer[WORDS_SIZE]);

// Appends what `format` makes; for sentences put together from parts.
void words_append_list(struct text *text, const char *items, const char *separator);
