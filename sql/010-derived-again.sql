-- SPDX-License-Identifier: MIT
-- What is derived again by itself, and arrivals of others.

SET LOCAL ROLE skywitness_owner;

-- An aircraft that archives have points of: what came live around them is derived together with them.
CREATE INDEX history_file_kept ON skywitness_store.history_file (icao24, day) WHERE kept > 0;

-- Makes the final path, count and feeds of closed sightings from their stored points.
CREATE FUNCTION skywitness_store.draw_sightings(aircraft text[], ids uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE skywitness_store.sighting s
    SET path = skywitness_store.draw_path(s.icao24, s.emitter, s.first_seen, s.last_seen),
        point_count = skywitness_store.count_points(s.icao24, s.emitter, s.first_seen, s.last_seen),
        feeds = skywitness_store.feeds_of_points(s.icao24, s.emitter, s.first_seen, s.last_seen)
    FROM unnest(aircraft, ids) AS closed (icao24, sighting_id)
    WHERE s.icao24 = closed.icao24 AND s.sighting_id = closed.sighting_id AND s.state <> 'open';
END;

-- The same for sightings that closed live, all of whose points have come then. Where an archive has points of the
-- aircraft within the 30 days that a tracker remembers (and a day for the edges), both are to be derived together:
-- neither the live tracker nor the archive's derivation knew of the other's.
CREATE OR REPLACE FUNCTION skywitness_store.finish_sightings(aircraft text[], ids uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT skywitness_store.draw_sightings(aircraft, ids);
    INSERT INTO skywitness_store.history_pending AS p (icao24, since, until)
    SELECT s.icao24, min(s.first_seen), max(s.last_seen)
    FROM unnest(aircraft, ids) AS closed (icao24, sighting_id)
    JOIN skywitness_store.sighting s ON s.icao24 = closed.icao24 AND s.sighting_id = closed.sighting_id
    WHERE EXISTS (SELECT FROM skywitness_store.history_file f
                  WHERE f.icao24 = s.icao24 AND f.kept > 0
                    AND f.day BETWEEN (s.first_seen AT TIME ZONE 'UTC')::date - 31
                                  AND (s.last_seen AT TIME ZONE 'UTC')::date + 31)
    GROUP BY s.icao24 ORDER BY s.icao24
    ON CONFLICT (icao24) DO UPDATE
    SET since = least(p.since, excluded.since), until = greatest(p.until, excluded.until);
END;

REVOKE EXECUTE ON FUNCTION skywitness_store.draw_sightings(text[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.draw_sightings(text[], uuid[]) TO skywitness_writer;

-- Whether it came down or climbed, for the control sample of arrivals. NULL in rows read before.
ALTER TABLE skywitness_store.history_heard
    ADD COLUMN first_at timestamptz, -- low near the place, in that hour
    ADD COLUMN last_at timestamptz,
    ADD COLUMN first_ft integer,
    ADD COLUMN last_ft integer;
