// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// A bar that moves is looked at; a line that comes too often is a log nobody reads.
#define DRAW_EVERY_S 0.2
#define LINE_EVERY_S 10.0
// What is said of the rate is that of about the last half minute.
#define RATE_TIME_S 30.0
#define BAR_CELLS 24
#define BAR_CELLS_LEAST 4
#define BAR_FRAME_COLUMNS 9 // "[] 100 % "
#define COLUMNS_DEFAULT 80
#define LINE_BYTES_MAX 4096

void progress_begin(struct progress *progress, const struct cli *cli)
{
    *progress = (struct progress){.cli = cli, .is_terminal = isatty(fileno(cli->talk)) == 1};
    progress->began_s = progress->drawn_s = progress->rate_at_s = clock_monotonic_s();
}

static void clear(struct progress *progress)
{
    if (progress->is_drawn)
        fputs("\r\033[K", progress->cli->talk);
    progress->is_drawn = false;
}

void progress_say(struct progress *progress, const char *words)
{
    clear(progress);
    cli_say(progress->cli, "%s", words);
}

void progress_end(struct progress *progress)
{
    clear(progress);
    fflush(progress->cli->talk);
}

const char *progress_format_span(double seconds, char *buffer, size_t size)
{
    if (!isfinite(seconds) || seconds < 0 || seconds > 1e9) {
        snprintf(buffer, size, "?");
        return buffer;
    }
    uint64_t whole = (uint64_t)(seconds + 0.5), hours = whole / 3600;
    if (hours > 0)
        snprintf(buffer, size, "%" PRIu64 ":%02u:%02u", hours, (unsigned)(whole / 60 % 60),
                 (unsigned)(whole % 60));
    else
        snprintf(buffer, size, "%u:%02u", (unsigned)(whole / 60), (unsigned)(whole % 60));
    return buffer;
}

// Exponential smoothing over RATE_TIME_S; before that much time has passed, the mean from the
// beginning.
static void update_rate(struct progress *progress, uint64_t done, double now)
{
    double passed = now - progress->rate_at_s, age = now - progress->began_s;
    if (passed <= 0 || done < progress->done_then)
        return;
    double rate = (double)(done - progress->done_then) / passed;
    double weight = age < RATE_TIME_S ? passed / age : 1 - exp(-passed / RATE_TIME_S);
    progress->rate += weight * (rate - progress->rate);
    progress->rate_at_s = now;
    progress->done_then = done;
}

static void append_rate(const struct progress *progress, const struct progress_state *state,
                        struct text *line)
{
    char span[32];
    if (state->is_bytes)
        text_append_format(line, "%.1f MB/s", progress->rate / 1e6);
    else
        text_append_format(line, "%.1f a second", progress->rate);
    if (state->left_in_all != UINT64_MAX && progress->rate > 0)
        text_append_format(
            line, ", about %s left",
            progress_format_span((double)state->left_in_all / progress->rate, span, sizeof span));
}

static void append_amount(const struct progress_state *state, struct text *line)
{
    double unit = state->is_bytes ? 1e6 : 1;
    text_append_format(line, "%.0f", (double)state->done / unit);
    if (state->total > 0)
        text_append_format(line, " of %.0f", (double)state->total / unit);
    text_append(line, state->is_bytes ? " MB, " : ", ");
}

// Names come from outside: nothing in them may steer a terminal.
static void append_name(const char *name, struct text *line)
{
    for (const char *at = name; *at != '\0'; at++)
        text_append_bytes(line, (unsigned char)*at < 0x20 || *at == 0x7f ? "?" : at, 1);
}

static size_t terminal_columns(FILE *file)
{
    struct winsize size;
    bool is_known = ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size.ws_col : COLUMNS_DEFAULT;
}

// The bar takes the room that the words leave, since these say more.
static void append_bar(const struct progress *progress, const struct progress_state *state,
                       size_t words, struct text *line)
{
    size_t columns = terminal_columns(progress->cli->talk), taken = words + BAR_FRAME_COLUMNS;
    size_t room = columns > taken + 1 ? columns - taken - 1 : 0;
    size_t cells = room < BAR_CELLS ? room : BAR_CELLS;
    double share = (double)state->done / (double)state->total;
    if (cells >= BAR_CELLS_LEAST) {
        text_append(line, "[");
        for (size_t i = 0; i < cells; i++)
            text_append(line, (double)i < floor(share * (double)cells) ? "#" : ".");
        text_append(line, "] ");
    }
    text_append_format(line, "%3.0f %% ", share * 100);
}

// A line that is wider than the terminal could not be taken away again.
static void draw(struct progress *progress, const struct text *line)
{
    FILE *file = progress->cli->talk;
    size_t columns = terminal_columns(file), length = line->length;
    clear(progress);
    fwrite(line->bytes, 1, length < columns ? length : columns - 1, file);
    fflush(file);
    progress->is_drawn = true;
}

static void write_line(const struct progress *progress, const struct text *line)
{
    FILE *file = progress->cli->talk;
    fprintf(file, "skywitness: %s\n", line->bytes);
    fflush(file);
}

void progress_show(struct progress *progress, const struct progress_state *state)
{
    double now = clock_monotonic_s();
    if (now - progress->drawn_s < (progress->is_terminal ? DRAW_EVERY_S : LINE_EVERY_S))
        return;
    progress->drawn_s = now;
    update_rate(progress, state->done_in_all, now);
    struct text line, amounts;
    text_init(&line, LINE_BYTES_MAX);
    text_init(&amounts, LINE_BYTES_MAX);
    append_amount(state, &amounts);
    append_rate(progress, state, &amounts);
    append_name(state->what, &line);
    text_append(&line, progress->is_terminal ? " " : ": ");
    if (progress->is_terminal && state->total > 0)
        append_bar(progress, state, line.length + amounts.length, &line);
    text_append_bytes(&line, amounts.bytes, amounts.length);
    text_append(&line, state->detail[0] != '\0' ? "; " : "");
    append_name(state->detail, &line);
    if (progress->is_terminal)
        draw(progress, &line);
    else
        write_line(progress, &line);
    text_done(&amounts);
    text_done(&line);
}
