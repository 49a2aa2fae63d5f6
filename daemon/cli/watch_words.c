// SPDX-License-Identifier: MIT
#include "cli/watch_words.h"

#include "base/text.h"

#define WORDS_BYTES_MAX (4 << 20)
#define HEXES_IN_WORDS 4

static void append_condition(struct text *text, const char *what,
                             const struct watch_pattern_array *patterns)
{
    if (patterns->count == 0)
        return;
    text_append_format(text, "%s%s ", text->length > 0 ? "; " : "", what);
    for (size_t i = 0; i < patterns->count; i++)
        text_append_format(text, "%s%s", i > 0 ? "," : "", patterns->items[i]);
}

char *watch_entry_in_words(const struct watch_entry *entry)
{
    struct text text;
    text_init(&text, WORDS_BYTES_MAX);
    append_condition(&text, "type", &entry->types);
    append_condition(&text, "registration", &entry->registrations);
    // Long lists of addresses are in their own column.
    if (entry->hexes.count > HEXES_IN_WORDS)
        text_append_format(&text, "%s%zu hexes", text.length > 0 ? "; " : "", entry->hexes.count);
    else
        append_condition(&text, "hex", &entry->hexes);
    append_condition(&text, "callsign", &entry->callsigns);
    append_condition(&text, "squawk", &entry->squawks);
    if (entry->within != NULL)
        text_append_format(&text, "%swithin %s", text.length > 0 ? "; " : "", entry->within->id);
    if (entry->military >= 0)
        text_append_format(&text, "%s%s", text.length > 0 ? "; " : "",
                           entry->military ? "military" : "not military");
    if (text.length == 0)
        text_append(&text, "every aircraft");
    return text.bytes;
}
