// SPDX-License-Identifier: MIT
// Finding the command that is meant, and telling what there is.
#pragma once

#include "cli/command.h"

#include <stddef.h>

// Finds the command by the first one or two words and runs it with the rest; `help [COMMAND]` is
// answered here. Returns the exit status.
int help_run(struct cli *cli, const struct command *commands, size_t count, int argc, char **argv);

// Every command with its summary.
void help_overview(FILE *file, const struct command *commands, size_t count);

// The program's version and those of the libraries it runs with.
void help_version(const struct cli *cli);
