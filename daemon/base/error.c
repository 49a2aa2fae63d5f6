// SPDX-License-Identifier: MIT
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->code = code;
    return code;
}

int error_prefix(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return 0;
    char prefix[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);

    char message[sizeof error->message];
    memcpy(message, error->message, sizeof message);
    size_t used = strnlen(prefix, sizeof prefix - 3);
    memcpy(error->message, prefix, used);
    memcpy(error->message + used, ": ", 2);
    text_copy(error->message + used + 2, sizeof error->message - used - 2, message);
    return error->code;
}
