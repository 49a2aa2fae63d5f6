// SPDX-License-Identifier: MIT
#include "feed/lease_policy.h"

#include "base/text.h"

#include <string.h>

void lease_policy_done(struct lease_policy *policy)
{
    array_free(&policy->feeds);
}

struct lease_feed *lease_policy_find(const struct lease_policy *policy, const char *feed)
{
    array_foreach (&policy->feeds, known)
        if (strcmp(known->feed, feed) == 0)
            return known;
    return NULL;
}

void lease_policy_want(struct lease_policy *policy, const struct config *config)
{
    struct lease_feed_array before = policy->feeds;
    policy->feeds = (struct lease_feed_array){0};
    for (size_t i = 0; i < config->feed_count; i++) {
        if (!config->feeds[i].enabled)
            continue;
        struct lease_feed *added = array_append(&policy->feeds);
        // A look tells soon; where none ever could, a new feed is as much ours as the others.
        *added = (struct lease_feed){.mine = !policy->known};
        text_copy(added->feed, sizeof added->feed, config->feeds[i].id);
        array_foreach (&before, known)
            if (strcmp(known->feed, added->feed) == 0)
                *added = *known;
    }
    array_free(&before);
}

void lease_policy_connected(struct lease_policy *policy, utc_us now)
{
    policy->in_contact = true;
    policy->server_down = false;
    policy->connected_at = now;
    policy->looked_at = UTC_UNKNOWN; // nothing was, over this session
}

void lease_policy_looked(struct lease_policy *policy, utc_us asked_at)
{
    policy->waiting = false;
    policy->known = true;
    policy->looked_at = asked_at;
    array_foreach (&policy->feeds, feed)
        feed->looks_free = feed->free ? feed->looks_free + 1 : 0;
}

void lease_policy_lost(struct lease_policy *policy)
{
    policy->waiting = true;
    policy->in_contact = false;
}

void lease_policy_failed(struct lease_policy *policy, bool refused)
{
    policy->waiting = false;
    policy->in_contact = false;
    policy->server_down = refused;
}

bool lease_policy_is_eager(const struct lease_policy *policy, utc_us now)
{
    return policy->in_contact && now - policy->connected_at >= LEASE_COURTESY;
}

static bool is_believed(const struct lease_policy *policy, utc_us now)
{
    return policy->looked_at != UTC_UNKNOWN && now - policy->looked_at <= LEASE_BELIEVED;
}

bool lease_policy_allows(const struct lease_policy *policy, const char *feed, utc_us now)
{
    if (policy->off)
        return true;
    const struct lease_feed *found = lease_policy_find(policy, feed);
    if (policy->waiting || policy->learning || found == NULL || !found->mine)
        return false;
    if (policy->in_contact)
        return is_believed(policy, now);
    return !policy->others || policy->server_down;
}
