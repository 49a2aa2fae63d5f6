// SPDX-License-Identifier: MIT
#include "claim/provenance.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// reach[i * n + j]: j can be reached from i. Warshall's closure; n is small by the limit above.
static bool *reachability(size_t n, const struct provenance_edge *edges, size_t edge_count)
{
    bool *reach = memory_allocate_zeroed(n * n + 1, sizeof *reach);
    for (size_t i = 0; i < n; i++)
        reach[i * n + i] = true;
    for (size_t e = 0; e < edge_count; e++)
        if (edges[e].from < n && edges[e].to < n)
            reach[edges[e].from * n + edges[e].to] = true;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; reach[i * n + k] && j < n; j++)
                reach[i * n + j] |= reach[k * n + j];
    return reach;
}

// A node is a root when all it leads to leads back to it: a source that derives from nothing, or a
// circle of articles that cite one another. The circle's lowest number stands for it.
static bool is_root(const bool *reach, size_t n, size_t node)
{
    for (size_t other = 0; other < n; other++) {
        if (!reach[node * n + other])
            continue;
        if (!reach[other * n + node] || other < node)
            return false;
    }
    return true;
}

static bool is_cited(const bool *reach, size_t n, size_t node, const uint32_t *cited,
                     size_t cited_count)
{
    for (size_t i = 0; i < cited_count; i++)
        if (cited[i] < n && reach[cited[i] * n + node])
            return true;
    return false;
}

static size_t limited(size_t node_count)
{
    return node_count < PROVENANCE_NODES_MAX ? node_count : PROVENANCE_NODES_MAX;
}

size_t provenance_roots(size_t node_count, const struct provenance_edge *edges, size_t edge_count,
                        const uint32_t *cited, size_t cited_count, uint32_t *ret_roots,
                        size_t capacity)
{
    size_t n = limited(node_count), found = 0;
    AUTO_FREE bool *reach = reachability(n, edges, edge_count);
    for (size_t node = 0; node < n; node++) {
        if (!is_root(reach, n, node) || !is_cited(reach, n, node, cited, cited_count))
            continue;
        if (found < capacity)
            ret_roots[found] = (uint32_t)node;
        found++;
    }
    return found;
}

static uint32_t group_of(uint32_t *parents, uint32_t node)
{
    while (parents[node] != node)
        node = parents[node] = parents[parents[node]];
    return node;
}

size_t provenance_groups(size_t node_count, const struct provenance_edge *edges, size_t edge_count,
                         const uint32_t *used, size_t used_count)
{
    size_t n = limited(node_count), groups = 0;
    uint32_t parents[PROVENANCE_NODES_MAX];
    bool seen[PROVENANCE_NODES_MAX] = {false};
    for (size_t i = 0; i < n; i++)
        parents[i] = (uint32_t)i;
    for (size_t e = 0; e < edge_count; e++)
        if (edges[e].from < n && edges[e].to < n)
            parents[group_of(parents, edges[e].from)] = group_of(parents, edges[e].to);
    for (size_t i = 0; i < used_count; i++) {
        if (used[i] >= n)
            continue;
        uint32_t group = group_of(parents, used[i]);
        groups += !seen[group];
        seen[group] = true;
    }
    return groups;
}
