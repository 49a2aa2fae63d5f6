// SPDX-License-Identifier: MIT
// Writes one line for each step through the archives it is given, for test_archive.py.
#include "feed/trace.h"
#include "history/archive_reader.h"
#include "history/inflate.h"

#include <stdio.h>
#include <stdlib.h>

static void print_file(const struct archive_file *file, struct inflater *inflater,
                       struct error *error)
{
    const char *bytes;
    size_t length;
    if (inflater_read(inflater, file->bytes, file->length, TRACE_BYTES_MAX, &bytes, &length,
                      error) == 0)
        printf("file\t%s\t%zu\n", file->name, length);
    else
        printf("bad\t%s: %s\n", file->name, error->message);
}

int main(int argc, char **argv)
{
    struct archive_reader *reader = archive_reader_new(argv + 1, (size_t)argc - 1);
    struct archive_file file;
    struct inflater *inflater = inflater_new();
    struct error error = {0};
    int ret;
    while ((ret = archive_reader_next(reader, &file, &error)) != ARCHIVE_STEP_END) {
        if (ret < 0)
            printf("error\t%s\n", error.message);
        else if (ret == ARCHIVE_STEP_WHOLE)
            printf("whole\n");
        else
            print_file(&file, inflater, &error);
    }
    inflater_free(inflater);
    archive_reader_free(reader);
    return EXIT_SUCCESS;
}
