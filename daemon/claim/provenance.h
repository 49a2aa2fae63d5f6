// SPDX-License-Identifier: MIT
// How many independent sources stand behind what is cited (methods.md 5.7). Articles that retell
// one story are one source; articles that cite one another in a circle are one; feeds that share
// receivers are one.
#pragma once

#include <stddef.h>
#include <stdint.h>

// A claim that cites more than this, with all that those rest on, is cut there.
#define PROVENANCE_NODES_MAX 512

struct provenance_edge {
    uint32_t from; // derives from ...
    uint32_t to;   // ... this one
};

// The independent roots of the cited nodes: what they all lead back to along the edges. Fills
// `ret_roots` (room for `capacity`) with one node of each root, rising, and returns how many there
// are. Nodes are numbered below `node_count`; edges beyond it are ignored. More than
// PROVENANCE_NODES_MAX nodes: only the first count.
size_t provenance_roots(size_t node_count, const struct provenance_edge *edges, size_t edge_count,
                        const uint32_t *cited, size_t cited_count, uint32_t *ret_roots,
                        size_t capacity);

// How many groups the used nodes form when nodes joined by an edge (either way) are one: feeds and
// the receivers they share.
size_t provenance_groups(size_t node_count, const struct provenance_edge *edges, size_t edge_count,
                         const uint32_t *used, size_t used_count);
