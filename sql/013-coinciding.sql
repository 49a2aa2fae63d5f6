-- SPDX-License-Identifier: MIT
-- A fix that came live and stands in an archive as well is one fix.

SET LOCAL ROLE skywitness_owner;

-- How far apart their times may be: the daemon's HISTORY_COINCIDE_US (docs/decisions.md).
CREATE FUNCTION skywitness_store.history_coincide() RETURNS interval LANGUAGE sql IMMUTABLE
RETURN interval '0.2 seconds';

-- As before, without an archive's points (received_at is observed_at there) that coincide with a live one of the same
-- feed. Where nothing came live, there is nothing to compare.
CREATE OR REPLACE FUNCTION skywitness_store.from_points(aircraft text, emitter_number smallint, from_time timestamptz,
                                                        to_time timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET datestyle = 'ISO' SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    span text := format(' AND %%1$s.observed_at >= %L AND %%1$s.observed_at <= %L',
                        from_time - skywitness_store.history_coincide(), to_time + skywitness_store.history_coincide());
    has_both boolean;
    points text := format(' FROM skywitness.track_point p WHERE p.icao24 = %L AND p.emitter = %s AND p.observed_at >= %L '
                          'AND p.observed_at <= %L', aircraft, emitter_number, from_time, to_time);
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM skywitness.track_point q WHERE q.icao24 = %L AND q.received_at <> '
                   'q.observed_at %s) AND EXISTS (SELECT FROM skywitness.track_point q WHERE q.icao24 = %1$L AND '
                   'q.received_at = q.observed_at %2$s)', aircraft, format(span, 'q')) INTO has_both;
    IF NOT has_both THEN
        RETURN points;
    END IF;
    RETURN points || format(' AND NOT (p.received_at = p.observed_at AND EXISTS (SELECT FROM skywitness.track_point q '
        'WHERE q.icao24 = %L AND q.feed = p.feed AND q.received_at <> q.observed_at %s '
        'AND q.observed_at >= p.observed_at - %L::interval AND q.observed_at <= p.observed_at + %3$L::interval))',
        aircraft, format(span, 'q'), skywitness_store.history_coincide());
END
$$;
