// SPDX-License-Identifier: MIT
#include "alert/message.h"

#include "alert/payload.h"
#include "alert/words.h"

#define WORDS_BYTES_MAX 2048

const char *alert_text(const struct text *text)
{
    return text->bytes != NULL ? text->bytes : "";
}

void alert_message_init(struct alert_message *message, const struct alert_event *event,
                        const struct config *config)
{
    *message = (struct alert_message){
        .event = event,
        .title = alert_type_row(event->type)->title,
        .grade = words_grade(event),
    };
    digest_uuid_format(event->alert_id, message->alert_id);
    text_init(&message->document, ALERT_BODY_BYTES_MAX);
    text_init(&message->sentence, WORDS_BYTES_MAX);
    text_init(&message->map_url, WORDS_BYTES_MAX);
    text_init(&message->attribution, WORDS_BYTES_MAX);
    struct alert_event clean = *event;
    words_clean_event(&clean);
    payload_write(&clean, config, &message->document);
    words_sentence(&clean, config, &message->sentence);
    words_map_url(&clean, &message->map_url);
    words_attribution(&clean, config, &message->attribution);
}

void alert_message_done(struct alert_message *message)
{
    text_done(&message->document);
    text_done(&message->sentence);
    text_done(&message->map_url);
    text_done(&message->attribution);
}
