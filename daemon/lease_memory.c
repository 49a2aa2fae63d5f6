// SPDX-License-Identifier: MIT
#include "lease_memory.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// "others yes", then "FEED mine" or "FEED not" a line.
#define TEXT_MAX (64 + CONFIG_FEEDS_MAX * ((size_t)FEED_ID_SIZE + 8))

static void read_line(struct lease_policy *policy, const char *name, const char *word)
{
    struct lease_feed *feed = lease_policy_find(policy, name);
    if (strcmp(name, "others") == 0)
        policy->others = strcmp(word, "yes") == 0;
    else if (feed != NULL)
        feed->mine = strcmp(word, "mine") == 0;
    policy->known = true;
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
    array_foreach(&policy->feeds, feed)
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
