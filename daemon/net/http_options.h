// SPDX-License-Identifier: MIT
// How a request is told to libcurl: every guard in one place. Private to net/.
#pragma once

#include "net/http_transfer.h"

// Sets the transfer's handle up. Returns 0, or -EINVAL for a request that cannot be asked.
int http_options_set(struct http_transfer *transfer, const struct http_request *request,
                     struct error *error);
