// SPDX-License-Identifier: MIT
// Chat services: the words of an alert in the form that each takes, within its documented limits.
#include "alert/format.h"
#include "alert/payload.h"

#include <string.h>

#define SLACK_SECTION_CHARACTERS_MAX 3000   // docs.slack.dev, section block: text, 3,000 characters
#define SLACK_HEADER_CHARACTERS_MAX 150     // header block: 150 characters
#define DISCORD_CONTENT_CHARACTERS_MAX 2000 // discord.com/developers, execute webhook: content
#define TELEGRAM_CHARACTERS_MAX 4096        // core.telegram.org/bots/api, sendMessage: 1 to 4,096
#define NTFY_BYTES_MAX 4096                 // docs.ntfy.sh, limits: message length
#define CHAT_ID_SIZE 65
#define LINES_BYTES_MAX 8192

// `escape` writes one character in another way, or returns NULL to leave it as it is.
static void append_escaped(struct text *text, const char *value, const char *(*escape)(char))
{
    for (; *value != '\0'; value++) {
        const char *other = escape(*value);
        if (other != NULL)
            text_append(text, other);
        else
            text_append_bytes(text, value, 1);
    }
}

// Slack's three (docs.slack.dev, formatting: "escaping text"); HTML's for the other.
static const char *escape_markup(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return NULL;
    }
}

static const char *escape_html(char character)
{
    return character == '"' ? "&quot;" : character == '\n' ? "<br>" : escape_markup(character);
}

// Discord's markdown.
static const char *escape_markdown(char character)
{
    static const char *const escaped[] = {"\\*", "\\_", "\\`", "\\~", "\\|", "\\>", "\\#"};
    for (size_t i = 0; i < sizeof escaped / sizeof *escaped; i++)
        if (escaped[i][1] == character)
            return escaped[i];
    return NULL;
}

// Appends "KEY":"..." of at most `limit` characters.
static void append_json(struct text *body, const char *key, const struct text *value, size_t limit)
{
    struct text cut;
    text_init(&cut, LINES_BYTES_MAX * 2);
    format_append_cut(&cut, alert_text(value), limit);
    text_append_format(body, "\"%s\":", key);
    text_append_json_string(body, alert_text(&cut));
    text_done(&cut);
}

static void append_with_break(struct text *text, const char *value, const char *(*escape)(char))
{
    if (value[0] == '\0')
        return;
    text_append(text, text->length > 0 ? "\n" : "");
    append_escaped(text, value, escape);
}

void format_slack(const struct alert_message *message, const struct format_settings *settings,
                  struct text *body)
{
    struct text words, more, title;
    text_init(&words, LINES_BYTES_MAX);
    text_init(&more, LINES_BYTES_MAX);
    text_init(&title, LINES_BYTES_MAX);
    text_append(&title, message->title);
    append_with_break(&words, alert_text(&message->sentence), escape_markup);
    append_with_break(&words, message->grade, escape_markup);
    append_with_break(&more, settings->local_time, escape_markup);
    if (message->map_url.length > 0)
        text_append_format(&more, "%s<%s|Map>", more.length > 0 ? "\n" : "",
                           alert_text(&message->map_url));
    append_with_break(&more, alert_text(&message->attribution), escape_markup);
    text_append(body, "{");
    append_json(body, "text", &words, SLACK_SECTION_CHARACTERS_MAX);
    text_append(body, ",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",");
    append_json(body, "text", &title, SLACK_HEADER_CHARACTERS_MAX);
    text_append(body, "}},{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",");
    append_json(body, "text", &words, SLACK_SECTION_CHARACTERS_MAX);
    text_append(body, "}}");
    if (more.length > 0) {
        text_append(body, ",{\"type\":\"context\",\"elements\":[{\"type\":\"mrkdwn\",");
        append_json(body, "text", &more, SLACK_SECTION_CHARACTERS_MAX);
        text_append(body, "}]}");
    }
    text_append(body, "]}");
    text_done(&words);
    text_done(&more);
    text_done(&title);
}

void format_discord(const struct alert_message *message, const struct format_settings *settings,
                    struct text *body)
{
    struct text words;
    text_init(&words, LINES_BYTES_MAX);
    text_append_format(&words, "**%s**", message->title);
    append_with_break(&words, alert_text(&message->sentence), escape_markdown);
    append_with_break(&words, message->grade, escape_markdown);
    append_with_break(&words, settings->local_time, escape_markdown);
    if (message->map_url.length > 0) // in brackets: no preview
        text_append_format(&words, "\n<%s>", alert_text(&message->map_url));
    append_with_break(&words, alert_text(&message->attribution), escape_markdown);
    text_append(body, "{");
    append_json(body, "content", &words, DISCORD_CONTENT_CHARACTERS_MAX);
    // A callsign such as "@everyone" must not call anybody.
    text_append(body, ",\"allowed_mentions\":{\"parse\":[]}}");
    text_done(&words);
}

void format_ntfy(const struct alert_message *message, const struct format_settings *settings,
                 struct text *body)
{
    struct text words;
    text_init(&words, LINES_BYTES_MAX);
    format_append_lines(&words, message, settings);
    // The limit is in bytes; of our words only names may hold more than one a character.
    size_t limit = NTFY_BYTES_MAX / (words.length > NTFY_BYTES_MAX ? 4 : 1);
    format_append_cut(body, alert_text(&words), limit);
    text_done(&words);
}

// From the URL's query: ...?chat_id=-1001234.
static void read_chat_id(const char *url, char ret_chat_id[CHAT_ID_SIZE])
{
    const char *at = strchr(url, '?');
    ret_chat_id[0] = '\0';
    while (at != NULL) {
        at++;
        if (strncmp(at, "chat_id=", 8) == 0) {
            text_copy_bytes(ret_chat_id, CHAT_ID_SIZE, at + 8, strcspn(at + 8, "&"));
            return;
        }
        at = strchr(at, '&');
    }
}

void format_telegram(const struct alert_message *message, const struct format_settings *settings,
                     struct text *body)
{
    char chat_id[CHAT_ID_SIZE];
    read_chat_id(settings->url, chat_id);
    struct text words;
    text_init(&words, LINES_BYTES_MAX);
    text_append(&words, message->title);
    text_append(&words, "\n");
    format_append_lines(&words, message, settings);
    text_append(body, "{\"chat_id\":");
    text_append_json_string(body, chat_id);
    text_append(body, ",");
    // No parse_mode: what stands there is text, whatever characters it has.
    append_json(body, "text", &words, TELEGRAM_CHARACTERS_MAX);
    text_append(body, ",\"link_preview_options\":{\"is_disabled\":true}}");
    text_done(&words);
}

void format_matrix(const struct alert_message *message, const struct format_settings *settings,
                   struct text *body)
{
    struct text words, html;
    text_init(&words, LINES_BYTES_MAX);
    text_init(&html, LINES_BYTES_MAX * 2);
    format_append_lines(&words, message, settings);
    text_append_format(&html, "<strong>%s</strong><br>", message->title);
    append_escaped(&html, alert_text(&words), escape_html);
    text_append(body, "{\"msgtype\":\"m.text\",");
    append_json(body, "body", &words, LINES_BYTES_MAX);
    text_append(body, ",\"format\":\"org.matrix.custom.html\",");
    append_json(body, "formatted_body", &html, (size_t)LINES_BYTES_MAX * 2);
    text_append(body, "}");
    text_done(&words);
    text_done(&html);
}
