// SPDX-License-Identifier: MIT
#include "feed/planner_words.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// Words that a purpose spells out; beyond it a number says how many there are.
#define WORDS_SPELT_OUT 12
#define PURPOSE_MAX 512
#define TARGET_MAX 16384

void words_add(struct word_array *words, const char *text)
{
    text_copy(array_append(words)->text, PLANNER_WORD_SIZE, text);
}

void words_add_upper(struct word_array *words, const char *text)
{
    words_add(words, text);
    text_to_upper(words->items[words->count - 1].text);
}

static int compare_words(const void *first, const void *second)
{
    const struct word *a = first, *b = second;

    return strcmp(a->text, b->text);
}

void words_settle(struct word_array *words)
{
    size_t kept = 0;

    if (words->count < 2)
        return;
    qsort(words->items, words->count, sizeof *words->items, compare_words);
    for (size_t i = 1; i < words->count; i++) {
        if (strcmp(words->items[i].text, words->items[kept].text) != 0)
            words->items[++kept] = words->items[i];
    }
    words->count = kept + 1;
}

// The path that the base address brings along; it counts towards the request line.
static size_t base_path_length(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    return path != NULL ? strlen(path) : 0;
}

// Room for the list in a target: what the template leaves of the longest one.
static size_t list_room(const struct provider *provider, const char *template, const char *url)
{
    size_t taken = base_path_length(url) + strlen(template);

    return provider->request_target_max > taken ? provider->request_target_max - taken : 0;
}

size_t words_in_one_request(const struct provider *provider, enum provider_query query,
                            const char *url, size_t word_length)
{
    const char *template = provider_target(provider, query, url);

    if (template == NULL)
        return 0;
    size_t by_length =
        list_room(provider, template, url) / (word_length + strlen(provider->list_separator));
    return by_length < provider->paths[query].list_max ? by_length
                                                       : provider->paths[query].list_max;
}

// The template with its one placeholder replaced.
static char *fill_in(const char *template, const char *list)
{
    struct text target;
    const char *open = strchr(template, '{');
    const char *shut = open != NULL ? strchr(open, '}') : NULL;

    text_init(&target, TARGET_MAX);
    if (shut == NULL) {
        text_append(&target, template);
    } else {
        text_append_bytes(&target, template, (size_t)(open - template));
        text_append(&target, list);
        text_append(&target, shut + 1);
    }
    return target.bytes; // owned by the caller from here
}

static char *purpose_of(const char *noun, const struct word *words, size_t count)
{
    struct text purpose;

    text_init(&purpose, PURPOSE_MAX);
    text_append(&purpose, noun);
    for (size_t i = 0; i < count && i < WORDS_SPELT_OUT; i++)
        text_append_format(&purpose, "%s%s", i == 0 ? " " : ",", words[i].text);
    if (count > WORDS_SPELT_OUT)
        text_append_format(&purpose, " and %zu more", count - WORDS_SPELT_OUT);
    return purpose.bytes;
}

void planner_append(struct planned_request_array *requests, char *target, char *purpose)
{
    struct planned_request *request = array_append(requests);

    request->target = target;
    request->purpose = purpose;
}

bool words_request(const struct provider *provider, enum provider_query query, const char *url,
                   const struct word_array *words, const char *noun,
                   struct planned_request_array *requests)
{
    const char *template = provider_target(provider, query, url);

    if (template == NULL || provider->paths[query].list_max == 0)
        return words->count == 0;
    size_t room = list_room(provider, template, url);
    for (size_t first = 0; first < words->count;) {
        struct text list;
        size_t count = 0;
        text_init(&list, TARGET_MAX);
        while (first + count < words->count && count < provider->paths[query].list_max) {
            const char *word = words->items[first + count].text;
            size_t longer = list.length + strlen(provider->list_separator) + strlen(word);
            if (count > 0 && longer > room)
                break; // a single word always goes: it cannot be split
            text_append_format(&list, "%s%s", count == 0 ? "" : provider->list_separator, word);
            count++;
        }
        planner_append(requests, fill_in(template, list.bytes),
                       purpose_of(noun, words->items + first, count));
        text_done(&list);
        first += count;
    }
    return true;
}
