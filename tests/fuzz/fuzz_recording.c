// SPDX-License-Identifier: MIT
// The reader of recorded answers. What it takes must come back the same after being written again.
#include "journal/recording.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void compare(const struct recorded_answer *answer, const struct recorded_answer *again)
{
    if (strcmp(answer->feed, again->feed) != 0 || strcmp(answer->request, again->request) != 0 ||
        answer->body_length != again->body_length || answer->asked_at != again->asked_at ||
        answer->answered_at != again->answered_at || answer->status != again->status ||
        (answer->body_length > 0 && memcmp(answer->body, again->body, answer->body_length) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct recorded_answer answer, again;
    struct error error;
    if (recording_parse((const char *)bytes, length, &answer, &error) < 0) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    // cJSON takes bytes that are no UTF-8 in names; written again they would be no JSON text.
    struct text line;
    text_init(&line, RECORDING_LINE_BYTES_MAX);
    recording_format(&answer, &line);
    if (recording_parse(line.bytes, line.length, &again, &error) < 0)
        abort();
    compare(&answer, &again);
    recorded_answer_done(&again);
    recorded_answer_done(&answer);
    text_done(&line);
    return 0;
}
