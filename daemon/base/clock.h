// SPDX-License-Identifier: MIT
// The wall clock. Only for the shell: to the cores time comes as data.
#pragma once

#include "base/utc.h"

// Now, by the system's clock; it may step back.
utc_us clock_now(void);
