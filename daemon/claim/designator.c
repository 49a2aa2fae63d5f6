// SPDX-License-Identifier: MIT
#include "claim/designator.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

// feeds.md 7.1. There is no IL78, IL80, IL22, T214 or AN74: those fly as IL76, IL86, IL18, T204 and
// AN72.
static const char *const designators[] = {
    "A124", "A148", "A225", "A306", "A310", "A319", "A320", "A321", "A332", "A333", "A343", "A50",
    "AN12", "AN22", "AN24", "AN26", "AN30", "AN72", "B738", "B744", "B763", "B77W", "C130", "C17",
    "IL18", "IL38", "IL62", "IL76", "IL86", "IL96", "SU95", "T134", "T154", "T160", "T204", "TU95",
};
static const size_t designator_count = sizeof designators / sizeof *designators;

static const char *designator_at(size_t index, const char *const *more)
{
    return index < designator_count ? designators[index] : more[index - designator_count];
}

bool designator_is_known(const char *word, const char *const *more, size_t more_count)
{
    for (size_t i = 0; i < designator_count + more_count; i++)
        if (strcmp(designator_at(i, more), word) == 0)
            return true;
    return false;
}

// How many characters the two have in common, in whatever order.
static unsigned in_common(const char *first, const char *second)
{
    unsigned counts[UCHAR_MAX + 1] = {0}, common = 0;
    for (; *first != '\0'; first++)
        counts[(unsigned char)*first]++;
    for (; *second != '\0'; second++)
        if (counts[(unsigned char)*second] > 0) {
            counts[(unsigned char)*second]--;
            common++;
        }
    return common;
}

const char *designator_nearest(const char *word, const char *const *more, size_t more_count)
{
    const char *best = NULL;
    unsigned best_distance = 0, best_common = 0;
    for (size_t i = 0; i < designator_count + more_count; i++) {
        const char *known = designator_at(i, more);
        unsigned distance = text_distance(word, known), common = in_common(word, known);
        if (distance * 2 > strlen(known))
            continue;
        bool better =
            best == NULL || distance < best_distance ||
            (distance == best_distance && common > best_common) ||
            (distance == best_distance && common == best_common && strcmp(known, best) < 0);
        if (better) {
            best = known;
            best_distance = distance;
            best_common = common;
        }
    }
    return best;
}
