// SPDX-License-Identifier: MIT
#include "store/sql_array.h"

void sql_array_begin(struct text *array)
{
    text_init(array, SQL_ARRAY_BYTES_MAX);
    text_append(array, "{");
}

void sql_array_add(struct text *array, const char *item)
{
    if (array->length > 1)
        text_append(array, ",");
    if (item == NULL) {
        text_append(array, "NULL");
        return;
    }
    text_append(array, "\"");
    for (const char *at = item; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            text_append(array, "\\");
        text_append_bytes(array, at, 1);
    }
    text_append(array, "\"");
}

void sql_array_end(struct text *array)
{
    text_append(array, "}");
}
