// SPDX-License-Identifier: MIT
#include "config/rules.h"

#include "base/place.h"
#include "feed/observation.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ZONE_FOLDER "/usr/share/zoneinfo"

static bool is_made_of(const char *text, const char *characters)
{
    return strspn(text, characters) == strlen(text);
}

static bool is_id(const char *text)
{
    return is_made_of(text, LETTERS DIGITS "._-");
}

static bool is_country(const char *text)
{
    return is_made_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

// By the machine's own list where it has one: a misspelt zone would silently mean UTC.
static bool is_time_zone(const char *text)
{
    if (!is_made_of(text, LETTERS DIGITS "_+-/") || text[0] == '/' || strstr(text, "//") != NULL)
        return false;
    if (access(ZONE_FOLDER "/UTC", F_OK) != 0)
        return true;
    char path[sizeof ZONE_FOLDER + 1 + PLACE_ZONE_SIZE] = ZONE_FOLDER "/";
    strncat(path, text, PLACE_ZONE_SIZE - 1);
    return access(path, F_OK) == 0;
}

// Designators that do not exist although the aircraft do (feeds.md 7.1): asking for them finds
// nothing.
static bool is_type(const char *text)
{
    static const char *const unassigned[] = {"IL78", "IL82", "IL80", "IL87",
                                             "IL20", "IL22", "T214", "AN74"};
    for (size_t i = 0; i < FIELD_COUNT(unassigned); i++)
        if (strcmp(text, unassigned[i]) == 0)
            return false;
    return is_made_of(text, LETTERS DIGITS);
}

static bool is_type_or_star(const char *text)
{
    return strcmp(text, "*") == 0 || (strlen(text) >= 2 && is_type(text));
}

static bool is_registration(const char *text)
{
    return is_made_of(text, LETTERS DIGITS "-");
}

static bool is_registration_pattern(const char *text)
{
    return is_made_of(text, LETTERS DIGITS "-*?");
}

static bool is_hex(const char *text)
{
    return strlen(text) == 6 && is_made_of(text, DIGITS "abcdef");
}

static bool is_hex_or_star(const char *text)
{
    return strcmp(text, "*") == 0 || is_hex(text[0] == '~' ? text + 1 : text);
}

static bool is_callsign_pattern(const char *text)
{
    return is_made_of(text, LETTERS DIGITS "*?");
}

static bool is_squawk(const char *text)
{
    return strlen(text) == 4 && is_made_of(text, "01234567");
}

// A scheme and a host; no user name and password before it, which would be a secret.
static bool is_url(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    if (scheme == 0)
        return false;
    size_t host = strcspn(text + scheme, "/?#");
    return host > 0 && memchr(text + scheme, '@', host) == NULL && strchr(text, '#') == NULL &&
           strpbrk(text, " \"<>\\^`{|}") == NULL;
}

// The mark may stand in it once, behind the host.
static bool is_url_with(const char *text, const char *mark)
{
    const char *found = strstr(text, mark), *scheme = strstr(text, "://");
    if (found == NULL || scheme == NULL || found < scheme)
        return is_url(text);
    char without[1024];
    size_t before = (size_t)(found - text);
    if (strlen(text) >= sizeof without || strcspn(scheme + 3, "/?") >= (size_t)(found - scheme - 3))
        return false;
    memcpy(without, text, before);
    strcpy(without + before, found + strlen(mark));
    return is_url(without);
}

// For services that want their token in the address.
static bool is_webhook_url(const char *text)
{
    return is_url_with(text, "{secret}");
}

static bool is_year_url(const char *text)
{
    return is_url_with(text, "{year}");
}

static bool is_port(const char *text)
{
    return text[0] != '\0' && strlen(text) <= 5 && is_made_of(text, DIGITS) && atoi(text) <= 65535;
}

// A name, or all names below one: never all names of a top-level domain.
static bool is_host(const char *text)
{
    const char *name = strncmp(text, "*.", 2) == 0 ? text + 2 : text;
    bool is_below = name != text;
    size_t length = strspn(name, LETTERS DIGITS ".-");
    bool has_port = name[length] == ':';
    if (length == 0 || name[0] == '.' || strstr(name, "..") != NULL)
        return false;
    if (is_below && (memchr(name, '.', length) == NULL || name[length - 1] == '.'))
        return false;
    return has_port ? is_port(name + length + 1) : name[length] == '\0';
}

static bool is_header_name(const char *text)
{
    return is_made_of(text, LETTERS DIGITS "-");
}

static bool is_runway_end(const char *text)
{
    return is_made_of(text, LETTERS DIGITS);
}

static bool is_listen(const char *text)
{
    if (strncmp(text, "unix:", 5) == 0)
        return text[5] == '/' && text[6] != '\0';
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || !is_port(colon + 1))
        return false;
    if (text[0] == '[')
        return colon[-1] == ']' && colon - text > 3 &&
               strspn(text + 1, DIGITS "abcdefABCDEF:.") == (size_t)(colon - text) - 2;
    return strspn(text, LETTERS DIGITS ".-") == (size_t)(colon - text);
}

// It stands as a comment in a header: (contact).
static bool is_contact(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7e || strchr("()\\\"", *text) != NULL)
            return false;
    return true;
}

// No "password=..." and no "user:password@".
static bool is_database(const char *text)
{
    if (strcasestr(text, "password") != NULL)
        return false;
    const char *authority = strstr(text, "://");
    if (authority == NULL)
        return true;
    authority += 3;
    size_t length = strcspn(authority, "/?");
    const char *at = memrchr(authority, '@', length);
    return at == NULL || memchr(authority, ':', (size_t)(at - authority)) == NULL;
}

const struct text_rule rule_id = {"an id of 1 to 32 letters, digits, '.', '_' and '-'", 1,
                                  PLACE_ID_SIZE - 1, .is_good = is_id};
const struct text_rule rule_name = {"a name of 1 to 80 bytes", 1, PLACE_NAME_SIZE - 1,
                                    .is_good = NULL};
const struct text_rule rule_country = {"a country by its two capital letters (ISO 3166-1)", 2, 2,
                                       .is_good = is_country};
const struct text_rule rule_time_zone = {"a time zone such as \"Asia/Damascus\"", 1,
                                         PLACE_ZONE_SIZE - 1, .is_good = is_time_zone};
const struct text_rule rule_sentence = {"a text of 1 to 500 bytes", 1, 500, .is_good = NULL};
const struct text_rule rule_operator = {"an operator's name of 1 to 63 bytes", 1, 63,
                                        .is_good = NULL};
const struct text_rule rule_file = {"a file name of 1 to 1000 bytes", 1, 1000, .is_good = NULL};
const struct text_rule rule_type = {
    "an ICAO type designator such as \"A124\" (an Il-78 is IL76, a Tu-214 T204, an An-74 AN72)", 2,
    TYPE_CODE_SIZE - 1, .is_good = is_type, .letters = TEXT_UPPER};
const struct text_rule rule_type_or_star = {
    "an ICAO type designator such as \"A124\" (an Il-78 is IL76, a Tu-214 T204, an An-74 AN72) or "
    "\"*\"",
    1, TYPE_CODE_SIZE - 1, .is_good = is_type_or_star, .letters = TEXT_UPPER};
const struct text_rule rule_registration = {"a registration such as \"RA-82010\"", 1,
                                            REGISTRATION_SIZE - 1, .is_good = is_registration,
                                            .letters = TEXT_UPPER};
const struct text_rule rule_registration_pattern = {
    "a registration such as \"RA-82010\" or a pattern such as \"RA-82*\"", 1, REGISTRATION_SIZE - 1,
    .is_good = is_registration_pattern, .letters = TEXT_UPPER};
const struct text_rule rule_hex = {"an address of six hexadecimal digits", 6, 6, .is_good = is_hex,
                                   .letters = TEXT_LOWER};
const struct text_rule rule_hex_or_star = {"an address of six hexadecimal digits or \"*\"", 1,
                                           ICAO24_SIZE - 1, .is_good = is_hex_or_star,
                                           .letters = TEXT_LOWER};
const struct text_rule rule_callsign_pattern = {
    "a callsign of up to 8 letters and digits, or a pattern such as \"RFF*\"", 1, CALLSIGN_SIZE - 1,
    .is_good = is_callsign_pattern, .letters = TEXT_UPPER};
const struct text_rule rule_squawk = {"a squawk of four octal digits", 4, SQUAWK_SIZE - 1,
                                      .is_good = is_squawk};
const struct text_rule rule_url = {
    "an address that begins with https:// or http://, without user name, blanks and '#'", 9, 1000,
    .is_good = is_url, .may_hold_secret = true};
const struct text_rule rule_webhook_url = {
    "an address that begins with https:// or http://, without user name, blanks and '#'; \"{secret}\" may "
    "stand in it once, behind the host",
    9, 1000, .is_good = is_webhook_url, .may_hold_secret = true};
const struct text_rule rule_year_url = {
    "an address that begins with https:// or http://, without user name, blanks and '#'; \"{year}\" may "
    "stand in it once, behind the host",
    9, 1000, .is_good = is_year_url, .may_hold_secret = true};
const struct text_rule rule_host = {
    "a host such as \"github.com\" or \"*.example.org\", with its port where that is not 443", 1,
    260, .is_good = is_host, .letters = TEXT_LOWER};
const struct text_rule rule_header_name = {"the name of an HTTP header", 1, 64,
                                           .is_good = is_header_name};
const struct text_rule rule_runway_end = {"a runway's end such as \"17\" or \"05R\"", 1, 4,
                                          .is_good = is_runway_end};
const struct text_rule rule_listen = {
    "an address and port such as \"127.0.0.1:8124\", or \"unix:/run/...\"", 3, 200,
    .is_good = is_listen};
const struct text_rule rule_contact = {
    "an address or URL of 3 to 200 visible ASCII characters without brackets", 3, 200,
    .is_good = is_contact};
const struct text_rule rule_database = {
    "libpq's connection string without a password (that goes into \"database_password\")", 0, 1000,
    .is_good = is_database, .may_hold_secret = true};
