// SPDX-License-Identifier: MIT
// The longest that stopping may take. What was accepted is in the journal by then, so that ending
// at any moment loses nothing; being killed by systemd would only come later.
#pragma once

#include <stdint.h>

// Ends the process with this status if it is still there after so long. Cannot be taken back.
void stop_limit_start(uint64_t after_ms, int exit_status);
