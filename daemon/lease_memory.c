// SPDX-License-Identifier: MIT
#include "lease_memory.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// "others yes" or "others no", then "FEED mine" or "FEED not" a line. It is the second word that
// tells them apart: a feed may be called "others".
#define TEXT_MAX (64 + CONFIG_FEEDS_MAX * ((size_t)FEED_ID_SIZE + 8))

static void read_line(struct lease_policy *policy, const char *name, const char *word)
{
    struct lease_feed *feed = lease_policy_find(policy, name);
    bool is_yes = strcmp(word, "yes") == 0, is_mine = strcmp(word, "mine") == 0;
    bool about_feed = is_mine || strcmp(word, "not") == 0;
    bool about_others = strcmp(name, "others") == 0 && (is_yes || strcmp(word, "no") == 0);
    if (about_others)
        policy->others = is_yes;
    else if (about_feed && feed != NULL)
        feed->mine = is_mine;
    policy->known = policy->known || about_others || about_feed;
}

void lease_memory_load(const char *path, struct lease_policy *policy)
{
    char line[FEED_ID_SIZE + 16], name[FEED_ID_SIZE + 16], word[FEED_ID_SIZE + 16];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%s %s", name, word) == 2)
            read_line(policy, name, word);
    fclose(file);
}

char *lease_memory_text(const struct lease_policy *policy)
{
    struct text text;
    text_init(&text, TEXT_MAX);
    text_append_format(&text, "others %s\n", policy->others ? "yes" : "no");
    array_foreach (&policy->feeds, feed)
        text_append_format(&text, "%s %s\n", feed->feed, feed->mine ? "mine" : "not");
    return text.bytes;
}

void lease_memory_save(const char *path, const char *text)
{
    char new_path[512];
    if (snprintf(new_path, sizeof new_path, "%s.new", path) >= (int)sizeof new_path)
        return;
    FILE *file = fopen(new_path, "we");
    if (file == NULL)
        return;
    bool good = fputs(text, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    good = fclose(file) == 0 && good;
    if (!good || rename(new_path, path) != 0)
        unlink(new_path);
}
