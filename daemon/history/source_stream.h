// SPDX-License-Identifier: MIT
// An item's parts over HTTP, one after another, as one stream. Private to history/.
#pragma once

#include "history/source.h"

// An archive of several parts is first asked for their sizes, so that its size is known and a
// missing part is found at once. A part that is missing ends the stream with -ENOENT where it would
// begin: what stands before it can be read. A single file is opened at once, so that its errors are
// those of this call.
int source_stream_new(struct history_source *source, const struct history_item *item,
                      struct history_stream **ret_stream, struct error *error);
