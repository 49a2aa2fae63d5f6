-- SPDX-License-Identifier: MIT
-- At which airfields an archive's day was listened to. Claims may be imported later; a place that nobody listened at was
-- not looked at, whatever other places heard.

SET LOCAL ROLE skywitness_owner;

ALTER TABLE skywitness_store.history_day ADD COLUMN places text[] NOT NULL DEFAULT '{}';

-- Of days that were read before: where hours of coverage were made from them.
UPDATE skywitness_store.history_day d
SET places = coalesce((SELECT array_agg(DISTINCT c.place ORDER BY c.place) FROM skywitness_store.coverage_hour c
                       WHERE c.source = d.feed AND c.hour >= d.day::timestamp AT TIME ZONE 'UTC'
                         AND c.hour < (d.day + 1)::timestamp AT TIME ZONE 'UTC'), '{}');

CREATE OR REPLACE VIEW skywitness.history_day AS
SELECT d.feed, d.day, d.whole_at,
       (SELECT count(*) FROM skywitness_store.history_file f WHERE f.feed = d.feed AND f.day = d.day) AS files,
       d.places
FROM skywitness_store.history_day d;
