// SPDX-License-Identifier: MIT
#include "cli/explain_id.h"

#include "store/query.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define DIGITS 32
#define LISTED_MAX 4
#define LIST_BYTES_MAX 4096

struct kind {
    const char *name;
    const char *sql; // ids in a range of uuids: the index on them answers
};

#define SQL_OF(name)                                                                               \
    "SELECT " name "_id FROM skywitness." name " WHERE " name                                      \
    "_id BETWEEN $1::uuid AND $2::uuid ORDER BY 1 LIMIT 5"

static const struct kind kinds[] = {
    {"sighting", SQL_OF("sighting")},
    {"visit", SQL_OF("visit")},
    {"alert", SQL_OF("alert")},
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

// The digits without the dashes, lower case. False when they are not digits, or too many.
static bool digits_of(const char *word, char ret_digits[DIGITS + 1])
{
    size_t count = 0;
    for (; *word != '\0'; word++) {
        if (*word == '-')
            continue;
        if (!isxdigit((unsigned char)*word) || count == DIGITS)
            return false;
        ret_digits[count++] = *word;
    }
    ret_digits[count] = '\0';
    text_to_lower(ret_digits);
    return true;
}

bool explain_id_is_one(const char *word)
{
    char digits[DIGITS + 1];
    return digits_of(word, digits) && strlen(digits) >= EXPLAIN_ID_DIGITS_MIN;
}

struct found {
    struct text ids;
    size_t count;
};

static void take_id(void *data, const struct query *query)
{
    struct found *found = data;
    if (found->count++ < LISTED_MAX)
        text_append_format(&found->ids, "%s%s", found->count > 1 ? ", " : "", query_text(query, 0));
    else
        text_append(&found->ids, ", ...");
}

static int find(struct explanation *explanation, const struct kind *kind, const char *digits,
                struct found *ret_found, struct error *error)
{
    char first[DIGITS + 1], last[DIGITS + 1];
    size_t known = strlen(digits);
    for (size_t i = 0; i < DIGITS; i++) {
        first[i] = i < known ? digits[i] : '0';
        last[i] = i < known ? digits[i] : 'f';
    }
    first[DIGITS] = last[DIGITS] = '\0';
    const char *parameters[] = {first, last};
    text_clear(&ret_found->ids);
    text_append(&ret_found->ids, "");
    ret_found->count = 0;
    return explain_each(explanation, kind->sql, parameters, 2, take_id, ret_found, error);
}

// What to do about an id that is none of this kind.
static int refuse_unknown(struct explanation *explanation, const struct kind *wanted,
                          const char *word, const char *digits, struct found *found,
                          struct error *error)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (&kinds[i] == wanted || find(explanation, &kinds[i], digits, found, NULL) < 0)
            continue;
        if (found->count == 1)
            return error_set(error, -EINVAL, "%s is no %s but a %s: skywitness explain %s %s", word,
                             wanted->name, kinds[i].name, kinds[i].name, word);
    }
    return error_set(error, -EINVAL,
                     "there is no %s whose id begins with %s; `skywitness %ss --format csv` lists "
                     "them with their ids",
                     wanted->name, word, wanted->name);
}

int explain_id_find(struct explanation *explanation, const char *kind, const char *word,
                    char ret_id[EXPLAIN_ID_SIZE], struct error *error)
{
    const struct kind *wanted = kinds;
    while (strcmp(wanted->name, kind) != 0)
        wanted++;
    char digits[DIGITS + 1];
    if (!digits_of(word, digits))
        return error_set(error, -EINVAL, "\"%.40s\" is no id", word);
    struct found found = {0};
    text_init(&found.ids, LIST_BYTES_MAX);
    int result = find(explanation, wanted, digits, &found, error);
    if (result >= 0 && found.count == 0)
        result = refuse_unknown(explanation, wanted, word, digits, &found, error);
    else if (result >= 0 && found.count > 1)
        result = error_set(error, -EINVAL, "%s begins the ids of several %ss: %s", word, kind,
                           found.ids.bytes);
    else if (result >= 0)
        text_copy(ret_id, EXPLAIN_ID_SIZE, found.ids.bytes);
    text_done(&found.ids);
    return result;
}
