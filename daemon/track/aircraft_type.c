// SPDX-License-Identifier: MIT
#include "track/aircraft_type.h"

#include <stddef.h>
#include <string.h>

// Speeds, ranges and field lengths as the makers and the type certificates give them (Jane's All
// the World's Aircraft; Antonov, Ilyushin and Tupolev data sheets), rounded up for speed and
// endurance and down for the runway, so that a bracket errs on the wide side. An-124 runway:
// methods 3d, 8,000 ft, configurable there, here lowered to what it is known to use. Sorted by
// code.
static const struct aircraft_type types[] = {
    {"A124", "An-124", 470, 20, 7000},      {"A148", "An-148", 470, 8, 4500},
    {"A20N", "A320neo", 480, 9, 5000},      {"A225", "An-225", 460, 19, 7500},
    {"A310", "A310", 490, 12, 6000},        {"A319", "A319", 480, 9, 4500},
    {"A320", "A320", 480, 8, 5000},         {"A321", "A321", 480, 8, 5500},
    {"A332", "A330-200", 500, 16, 6500},    {"A333", "A330-300", 500, 14, 6500},
    {"A343", "A340-300", 500, 16, 7000},    {"A50", "A-50", 460, 10, 5500},
    {"AN12", "An-12", 360, 10, 4000},       {"AN22", "An-22", 400, 18, 4500},
    {"AN24", "An-24", 270, 6, 3500},        {"AN26", "An-26", 290, 6, 3500},
    {"AN30", "An-30", 290, 6, 3500},        {"AN72", "An-72/74", 400, 7, 3000},
    {"B738", "737-800", 480, 8, 5500},      {"B744", "747-400", 530, 16, 7500},
    {"B748", "747-8", 530, 16, 7500},       {"B77W", "777-300ER", 520, 18, 7500},
    {"C130", "C-130", 340, 14, 3000},       {"C17", "C-17", 480, 14, 3500},
    {"C172", "Cessna 172", 140, 6, 0},      {"GLF5", "G550", 520, 15, 4500},
    {"IL18", "Il-18/20/22", 390, 12, 4500}, {"IL38", "Il-38", 390, 14, 4500},
    {"IL62", "Il-62M", 500, 13, 7000},      {"IL76", "Il-76/78", 470, 12, 5500},
    {"IL86", "Il-86/80", 490, 8, 7000},     {"IL96", "Il-96", 500, 15, 7000},
    {"SU95", "Superjet 100", 480, 7, 5000}, {"T134", "Tu-134", 490, 5, 6000},
    {"T154", "Tu-154M", 520, 8, 6000},      {"T160", "Tu-160", 1200, 16, 8000},
    {"T204", "Tu-204/214", 480, 10, 6000},  {"TU95", "Tu-95", 500, 20, 8000},
};

// For all others: an airliner's speed, a long flight, any runway.
static const struct aircraft_type other = {"", "aircraft", 530, 18, 0};

const struct aircraft_type *aircraft_type_find(const char *code)
{
    size_t low = 0, high = sizeof types / sizeof types[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(code, types[middle].code);
        if (order == 0)
            return &types[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return &other;
}
