// SPDX-License-Identifier: MIT
#include "config/json_syntax.h"

#include <string.h>

struct scanner {
    const char *bytes;
    size_t length;
    size_t at;
    size_t depth;
    size_t values;
    const char *expected; // set once, at the first error; `at` stays there
};

static bool fail(struct scanner *scanner, const char *expected)
{
    if (scanner->expected == NULL)
        scanner->expected = expected;
    return false;
}

// The next character, or NUL at the end (a NUL inside is an error wherever it stands).
static char peek(const struct scanner *scanner)
{
    return scanner->at < scanner->length ? scanner->bytes[scanner->at] : '\0';
}

static void skip_blanks(struct scanner *scanner)
{
    while (scanner->at < scanner->length &&
           strchr(" \t\r\n", scanner->bytes[scanner->at]) != NULL &&
           scanner->bytes[scanner->at] != '\0')
        scanner->at++;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool scan_digits(struct scanner *scanner)
{
    if (!is_digit(peek(scanner)))
        return fail(scanner, "a digit");
    while (is_digit(peek(scanner)))
        scanner->at++;
    return true;
}

static bool scan_number(struct scanner *scanner)
{
    if (peek(scanner) == '-')
        scanner->at++;
    if (peek(scanner) == '0') {
        scanner->at++;
        if (is_digit(peek(scanner)))
            return fail(scanner, "a number without leading zeros");
    } else if (!scan_digits(scanner)) {
        return false;
    }
    if (peek(scanner) == '.') {
        scanner->at++;
        if (!scan_digits(scanner))
            return false;
    }
    if (peek(scanner) == 'e' || peek(scanner) == 'E') {
        scanner->at++;
        if (peek(scanner) == '+' || peek(scanner) == '-')
            scanner->at++;
        return scan_digits(scanner);
    }
    return true;
}

// The four digits of \uXXXX; -1 where they are not.
static int scan_hex(struct scanner *scanner)
{
    int value = 0;
    for (int i = 0; i < 4; i++, scanner->at++) {
        char character = peek(scanner);
        int digit = is_digit(character)                    ? character - '0'
                    : character >= 'a' && character <= 'f' ? character - 'a' + 10
                    : character >= 'A' && character <= 'F' ? character - 'A' + 10
                                                           : -1;
        if (digit < 0) {
            fail(scanner, "four hexadecimal digits");
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

// Behind "\u". A zero ends C strings and half a surrogate pair is no character.
static bool scan_unicode(struct scanner *scanner)
{
    int unit = scan_hex(scanner);
    if (unit < 0)
        return false;
    if (unit == 0)
        return fail(scanner, "a character other than \\u0000");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(scanner, "the first half of a surrogate pair before the second");
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (peek(scanner) != '\\' || scanner->at + 1 >= scanner->length ||
        scanner->bytes[scanner->at + 1] != 'u')
        return fail(scanner, "the second half of a surrogate pair");
    scanner->at += 2;
    int second = scan_hex(scanner);
    if (second < 0)
        return false;
    return (second >= 0xdc00 && second <= 0xdfff) ||
           fail(scanner, "the second half of a surrogate pair");
}

static bool scan_string(struct scanner *scanner)
{
    scanner->at++;
    while (scanner->at < scanner->length) {
        unsigned char character = (unsigned char)scanner->bytes[scanner->at];
        if (character == '"') {
            scanner->at++;
            return true;
        }
        if (character < 0x20)
            return fail(scanner, "'\"' at the end of the text (no line ends inside it)");
        scanner->at++;
        if (character != '\\')
            continue;
        char escaped = peek(scanner);
        if (escaped == '\0' || strchr("\"\\/bfnrtu", escaped) == NULL)
            return fail(scanner, "one of \" \\ / b f n r t u after a backslash");
        scanner->at++;
        if (escaped == 'u' && !scan_unicode(scanner))
            return false;
    }
    return fail(scanner, "'\"' at the end of the text");
}

static bool scan_value(struct scanner *scanner);

static bool scan_members(struct scanner *scanner)
{
    for (size_t count = 1;; count++) {
        if (count > JSON_KEYS_MAX)
            return fail(scanner, "fewer keys in one object");
        skip_blanks(scanner);
        if (peek(scanner) != '"')
            return fail(scanner, "a key in double quotes");
        if (!scan_string(scanner))
            return false;
        skip_blanks(scanner);
        if (peek(scanner) != ':')
            return fail(scanner, "':'");
        scanner->at++;
        if (!scan_value(scanner))
            return false;
        skip_blanks(scanner);
        if (peek(scanner) == '}')
            return true;
        if (peek(scanner) != ',')
            return fail(scanner, "',' or '}'");
        scanner->at++;
    }
}

static bool scan_items(struct scanner *scanner)
{
    for (;;) {
        if (!scan_value(scanner))
            return false;
        skip_blanks(scanner);
        if (peek(scanner) == ']')
            return true;
        if (peek(scanner) != ',')
            return fail(scanner, "',' or ']'");
        scanner->at++;
    }
}

// A list or an object, from its opening bracket on.
static bool scan_container(struct scanner *scanner, char closing, bool (*inside)(struct scanner *))
{
    if (scanner->depth == JSON_NESTING_MAX)
        return fail(scanner, "less nesting");
    scanner->depth++;
    scanner->at++;
    skip_blanks(scanner);
    if (peek(scanner) != closing && !inside(scanner))
        return false;
    scanner->at++;
    scanner->depth--;
    return true;
}

static bool scan_word(struct scanner *scanner)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);
        if (scanner->length - scanner->at >= length &&
            memcmp(scanner->bytes + scanner->at, words[i], length) == 0) {
            scanner->at += length;
            return true;
        }
    }
    return fail(scanner, "a value");
}

static bool scan_value(struct scanner *scanner)
{
    if (++scanner->values > JSON_VALUES_MAX)
        return fail(scanner, "fewer values in one file");
    skip_blanks(scanner);
    char character = peek(scanner);
    if (character == '{')
        return scan_container(scanner, '}', scan_members);
    if (character == '[')
        return scan_container(scanner, ']', scan_items);
    if (character == '"')
        return scan_string(scanner);
    if (character == '-' || is_digit(character))
        return scan_number(scanner);
    return scan_word(scanner);
}

bool json_syntax_check(const char *bytes, size_t length, size_t *ret_offset,
                       const char **ret_expected)
{
    struct scanner scanner = {.bytes = bytes, .length = length};
    if (scan_value(&scanner)) {
        skip_blanks(&scanner);
        if (scanner.at == length)
            return true;
        fail(&scanner, "nothing more");
    }
    *ret_offset = scanner.at;
    *ret_expected = scanner.expected;
    return false;
}

// The offset behind a string that begins at `at`; a broken one is the syntax check's to report.
static size_t behind_string(const char *bytes, size_t length, size_t at)
{
    for (at++; at < length && bytes[at] != '"' && bytes[at] != '\n'; at++)
        if (bytes[at] == '\\')
            at++;
    return at + 1;
}

static void blank(char *bytes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (bytes[i] != '\n' && bytes[i] != '\r')
            bytes[i] = ' ';
}

bool json_blank_comments(char *bytes, size_t length, size_t *ret_offset)
{
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        blank(bytes, 0, 3);
    for (size_t at = 0; at < length;) {
        if (bytes[at] == '"') {
            at = behind_string(bytes, length, at);
            continue;
        }
        if (bytes[at] != '/' || at + 1 >= length ||
            (bytes[at + 1] != '/' && bytes[at + 1] != '*')) {
            at++;
            continue;
        }
        const char *closing = bytes[at + 1] == '/' ? "\n" : "*/";
        char *end = memmem(bytes + at + 2, length - at - 2, closing, strlen(closing));
        if (end == NULL && bytes[at + 1] == '*') {
            *ret_offset = at;
            return false;
        }
        size_t behind = end == NULL ? length : (size_t)(end - bytes) + strlen(closing);
        blank(bytes, at, behind);
        at = behind;
    }
    return true;
}
