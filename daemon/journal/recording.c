// SPDX-License-Identifier: MIT
#include "journal/recording.h"

#include "base/memory.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

void recorded_answer_done(struct recorded_answer *answer)
{
    free(answer->feed);
    free(answer->request);
    free(answer->failure);
    free(answer->body);
    *answer = (struct recorded_answer){0};
}

// --- writing --------------------------------------------------------------------------------------

// JSON text, whose bytes may include NUL never (is_utf8 refused it).
static void append_body(struct text *line, const char *body, size_t length)
{
    if (text_is_utf8(body, length)) {
        text_append(line, ", \"body\": ");
        text_append_json_string(line, body);
        return;
    }
    size_t size = 4 * ((length + 2) / 3) + 1;
    AUTO_FREE char *encoded = memory_allocate(size);
    EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)body, (int)length);
    text_append(line, ", \"body_base64\": \"");
    text_append(line, encoded);
    text_append(line, "\"");
}

void recording_format(const struct recorded_answer *answer, struct text *line)
{
    char asked[UTC_TEXT_SIZE], answered[UTC_TEXT_SIZE];
    text_clear(line);
    text_append(line, "{\"feed\": ");
    text_append_json_string(line, answer->feed);
    text_append(line, ", \"request\": ");
    text_append_json_string(line, answer->request);
    text_append_format(line, ", \"asked\": \"%s\", \"answered\": \"%s\", \"status\": %ld",
                       utc_format(answer->asked_at, asked),
                       utc_format(answer->answered_at, answered), answer->status);
    if (answer->failure != NULL) {
        text_append(line, ", \"failure\": ");
        text_append_json_string(line, answer->failure);
    }
    if (answer->body != NULL)
        append_body(line, answer->body, answer->body_length);
    text_append(line, "}\n");
}

// --- reading --------------------------------------------------------------------------------------

static int expected(struct error *error, const char *key, const char *what)
{
    return error_set(error, -EBADMSG, "\"%s\": expected %s", key, what);
}

static int read_text(const cJSON *object, const char *key, const char *fallback, char **ret_text,
                     struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (item == NULL && fallback != NULL)
        *ret_text = memory_copy_string(fallback);
    else if (cJSON_IsString(item))
        *ret_text = memory_copy_string(item->valuestring);
    else
        return expected(error, key, "a text");
    return 0;
}

static int read_time(const cJSON *object, const char *key, utc_us *ret_time, struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item) || utc_parse(item->valuestring, ret_time) < 0)
        return expected(error, key, "a time such as \"2025-10-26T08:00:00.210Z\"");
    return 0;
}

static int decode_base64(const char *encoded, struct recorded_answer *answer, struct error *error)
{
    size_t length = strlen(encoded);
    if (length % 4 != 0)
        return expected(error, "body_base64", "base64 with its padding");
    AUTO_FREE char *decoded = memory_allocate(length / 4 * 3 + 1);
    int decoded_length =
        EVP_DecodeBlock((unsigned char *)decoded, (const unsigned char *)encoded, (int)length);
    if (decoded_length < 0)
        return expected(error, "body_base64", "base64");
    // EVP_DecodeBlock counts the padding as bytes.
    size_t padding = length >= 2 ? (encoded[length - 1] == '=') + (encoded[length - 2] == '=') : 0;
    answer->body_length = (size_t)decoded_length - padding;
    decoded[answer->body_length] = '\0';
    answer->body = TAKE(decoded);
    return 0;
}

static int read_body(const cJSON *object, struct recorded_answer *answer, struct error *error)
{
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(object, "body");
    const cJSON *base64 = cJSON_GetObjectItemCaseSensitive(object, "body_base64");
    if (body != NULL && !cJSON_IsString(body))
        return expected(error, "body", "a text");
    if (base64 != NULL && !cJSON_IsString(base64))
        return expected(error, "body_base64", "a text");
    if (base64 != NULL)
        return decode_base64(base64->valuestring, answer, error);
    if (body != NULL) {
        answer->body = memory_copy_string(body->valuestring);
        answer->body_length = strlen(body->valuestring);
    }
    return 0;
}

static int read_answer(const cJSON *object, struct recorded_answer *answer, struct error *error)
{
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(object, "status");
    const cJSON *failure = cJSON_GetObjectItemCaseSensitive(object, "failure");
    int ret = read_text(object, "feed", NULL, &answer->feed, error);
    if (ret == 0)
        ret = read_text(object, "request", "", &answer->request, error);
    if (ret == 0)
        ret = read_time(object, "asked", &answer->asked_at, error);
    if (ret == 0)
        ret = read_time(object, "answered", &answer->answered_at, error);
    if (ret == 0 && answer->answered_at < answer->asked_at)
        ret = expected(error, "answered", "a time that is not before \"asked\"");
    if (ret == 0 &&
        (!cJSON_IsNumber(status) || !(status->valuedouble >= 0) || status->valuedouble > 999 ||
         floor(status->valuedouble) != status->valuedouble))
        ret = expected(error, "status", "a whole number from 0 to 999");
    if (ret == 0 && failure != NULL)
        ret = read_text(object, "failure", NULL, &answer->failure, error);
    if (ret == 0)
        ret = read_body(object, answer, error);
    if (ret == 0)
        answer->status = (long)status->valuedouble;
    return ret;
}

int recording_parse(const char *line, size_t length, struct recorded_answer *ret_answer,
                    struct error *error)
{
    if (length > RECORDING_LINE_BYTES_MAX)
        return error_set(error, -EBADMSG, "the line has %zu bytes, the limit is %zu", length,
                         RECORDING_LINE_BYTES_MAX);
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithLengthOpts(line, length, &end, false);
    while (end != NULL && end < line + length && (*end == '\n' || *end == '\r' || *end == ' '))
        end++;
    int ret = 0;
    struct recorded_answer answer = {0};
    if (!cJSON_IsObject(object) || end != line + length)
        ret = error_set(error, -EBADMSG, "expected one JSON object, unreadable at byte %td",
                        end != NULL ? end - line : 0);
    else
        ret = read_answer(object, &answer, error);
    cJSON_Delete(object);
    if (ret < 0)
        recorded_answer_done(&answer);
    else
        *ret_answer = answer;
    return ret;
}
