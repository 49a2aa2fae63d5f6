// SPDX-License-Identifier: MIT
#include "feed/decoder.h"

#include "feed/readsb.h"

#include <stdlib.h>
#include <string.h>

static const struct feed_decoder *const decoders[] = {
    &readsb_decoder,
};

const struct feed_decoder *feed_decoder_find(const char *kind)
{
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (strcmp(decoders[i]->kind, kind) == 0)
            return decoders[i];
    return NULL;
}

void feed_batch_done(struct feed_batch *batch)
{
    array_free(&batch->kept);
    free(batch->nearby);
    *batch = (struct feed_batch){.now = UTC_UNKNOWN};
}
