// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A bar that moves is looked at; a line that comes too often is a log nobody reads.
#define DRAW_EVERY_S 0.2
#define LINE_EVERY_S 10.0
// What is said of the rate is that of about the last half minute.
#define RATE_TIME_S 30.0
#define BAR_CELLS 24

static double monotonic_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress, const struct cli *cli)
{
    *progress = (struct progress){.cli = cli, .is_terminal = isatty(fileno(cli->talk)) == 1};
    progress->began_s = progress->drawn_s = progress->rate_at_s = monotonic_s();
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
        snprintf(buffer, size, "%" PRIu64 ":%02u:%02u", hours, (unsigned)(whole / 60 % 60), (unsigned)(whole % 60));
    else
        snprintf(buffer, size, "%u:%02u", (unsigned)(whole / 60), (unsigned)(whole % 60));
    return buffer;
}

// Exponential smoothing over RATE_TIME_S; before that much time has passed, the mean from the beginning.
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

static void write_rate(const struct progress *progress, const struct progress_state *state, FILE *file)
{
    char span[32];
    if (state->is_bytes)
        fprintf(file, "%.1f MB/s", progress->rate / 1e6);
    else
        fprintf(file, "%.1f a second", progress->rate);
    if (state->left_in_all != UINT64_MAX && progress->rate > 0)
        fprintf(file, ", about %s left",
                progress_format_span((double)state->left_in_all / progress->rate, span, sizeof span));
}

static void write_amount(const struct progress_state *state, FILE *file)
{
    double unit = state->is_bytes ? 1e6 : 1;
    const char *name = state->is_bytes ? " MB" : "";
    fprintf(file, "%.0f", (double)state->done / unit);
    if (state->total > 0)
        fprintf(file, " of %.0f", (double)state->total / unit);
    fputs(name, file);
}

static void draw(struct progress *progress, const struct progress_state *state)
{
    FILE *file = progress->cli->talk;
    clear(progress);
    fprintf(file, "%s ", state->what);
    if (state->total > 0) {
        double share = (double)state->done / (double)state->total;
        int full = share >= 1 ? BAR_CELLS : (int)(share * BAR_CELLS);
        fputc('[', file);
        for (int i = 0; i < BAR_CELLS; i++)
            fputc(i < full ? '#' : '.', file);
        fprintf(file, "] %3.0f %% ", share * 100);
    }
    write_amount(state, file);
    fputs(", ", file);
    write_rate(progress, state, file);
    fflush(file);
    progress->is_drawn = true;
}

static void write_line(const struct progress *progress, const struct progress_state *state)
{
    FILE *file = progress->cli->talk;
    fprintf(file, "skywitness: %s: ", state->what);
    write_amount(state, file);
    fputs(", ", file);
    write_rate(progress, state, file);
    fprintf(file, "%s%s\n", state->detail[0] != '\0' ? "; " : "", state->detail);
    fflush(file);
}

void progress_show(struct progress *progress, const struct progress_state *state)
{
    double now = monotonic_s();
    if (now - progress->drawn_s < (progress->is_terminal ? DRAW_EVERY_S : LINE_EVERY_S))
        return;
    progress->drawn_s = now;
    update_rate(progress, state->done_in_all, now);
    if (progress->is_terminal)
        draw(progress, state);
    else
        write_line(progress, state);
}
