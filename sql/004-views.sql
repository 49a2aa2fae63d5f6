-- SPDX-License-Identifier: MIT
-- What analysts read. Names and columns are stable: new columns come after the old ones.

SET LOCAL ROLE skywitness_owner;

-- readsb's words for where a position came from, in the order of the daemon's enum position_source.
CREATE FUNCTION skywitness_store.position_source_name(source smallint) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (ARRAY['unknown', 'adsb_icao', 'adsb_icao_nt', 'adsr_icao', 'tisb_icao', 'adsc', 'mlat', 'other',
              'mode_s', 'adsb_other', 'adsr_other', 'tisb_other', 'tisb_trackfile', 'mode_ac',
              'estimated'])[source + 1];

-- The words for a point's flags, in the order of the daemon's enum track_point_flag.
CREATE FUNCTION skywitness_store.flag_names(flags integer) RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY(SELECT name FROM unnest(ARRAY['stale', 'estimated', 'mlat', 'tisb', 'speed_fail', 'sil0',
                                           'nacp_low', 'spoof_cluster', 'frozen', 'gps_lost', 'bad_ground',
                                           'late', 'second_emitter']) WITH ORDINALITY AS f (name, place)
             WHERE flags & (1 << (place::integer - 1)) <> 0 ORDER BY place);

-- Points with one of these flags draw no path: estimated, speed_fail, spoof_cluster, frozen, gps_lost
-- (the daemon's TRACK_POINT_IMPLAUSIBLE).
CREATE FUNCTION skywitness_store.implausible_flags() RETURNS integer LANGUAGE sql IMMUTABLE
RETURN 2 | 16 | 128 | 256 | 512;

-- Bytes as text where they are UTF-8, else escaped: one odd byte must not fail a whole query.
CREATE FUNCTION skywitness_store.bytes_as_text(bytes bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN data_exception OR character_not_in_repertoire OR untranslatable_character THEN
    RETURN encode(bytes, 'escape');
END
$$;

CREATE VIEW skywitness.track_point AS
SELECT icao24, observed_at, received_at, feed, latitude, longitude, altitude_baro_ft, altitude_geom_ft,
       on_ground, ground_speed_kt, track_deg, vertical_rate_fpm, squawk, nic, nac_p, sil,
       skywitness_store.position_source_name(position_source) AS position_source, flags, emitter,
       skywitness_store.flag_names(flags) AS doubts
FROM skywitness_store.track_point;
COMMENT ON VIEW skywitness.track_point IS
    'Each accepted fix of a watched aircraft, once for each feed that reported it. doubts spells out flags.';

CREATE VIEW skywitness.poll AS
SELECT feed, request, asked_at, answered_at, status, bytes, body_sha256, aircraft_heard, aircraft_kept, error,
       feed_now, points, poll_id
FROM skywitness_store.poll;
COMMENT ON VIEW skywitness.poll IS
    'The ledger of what was asked and answered. error is NULL for a good answer.';

CREATE VIEW skywitness.poll_nearby AS
SELECT place, asked_at, feed, heard_low, lowest_ft, poll_id FROM skywitness_store.poll_nearby;

CREATE VIEW skywitness.raw_observation AS
SELECT r.icao24, r.observed_at, r.feed, skywitness_store.bytes_as_text(r.object) AS object,
       r.object AS object_bytes, r.poll_id,
       (SELECT p.asked_at FROM skywitness_store.poll p WHERE p.poll_id = r.poll_id) AS asked_at
FROM skywitness_store.raw_observation r;
COMMENT ON VIEW skywitness.raw_observation IS
    'A watched aircraft''s object as the feed sent it, and the poll it came in.';

-- The functions below look at one aircraft's points of one span of time. They put the values into the text of
-- their query, so that the planner sees the few partitions that matter and not every day ever stored. They
-- read the view, which every caller may.
CREATE FUNCTION skywitness_store.from_points(aircraft text, emitter_number smallint, from_time timestamptz,
                                             to_time timestamptz) RETURNS text
LANGUAGE sql STABLE SET datestyle = 'ISO' SET search_path = pg_catalog, pg_temp
RETURN format(' FROM skywitness.track_point WHERE icao24 = %L AND emitter = %s AND observed_at >= %L '
              'AND observed_at <= %L', aircraft, emitter_number, from_time, to_time);

-- The path through the plausible points: x, y in degrees, z in metres, m in seconds since 1970. z is the
-- pressure altitude, else the geometric one; a point without either has that of the point before it (at the
-- start that of the first one that has any, or 0). Of several feeds' points of one moment one is drawn, so
-- that m rises strictly and the line is a valid trajectory. NULL for fewer than two points.
CREATE FUNCTION skywitness_store.draw_path(aircraft text, emitter_number smallint, from_time timestamptz,
                                           to_time timestamptz) RETURNS public.geometry
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    path public.geometry;
BEGIN
    EXECUTE 'WITH drawn AS (SELECT DISTINCT ON (observed_at) observed_at, latitude, longitude, '
         || 'coalesce(altitude_baro_ft, altitude_geom_ft) AS altitude_ft '
         || skywitness_store.from_points(aircraft, emitter_number, from_time, to_time)
         || ' AND flags & ' || skywitness_store.implausible_flags() || ' = 0 ORDER BY observed_at, feed),
        counted AS (
            SELECT *, count(altitude_ft) OVER (ORDER BY observed_at) AS known FROM drawn),
        filled AS (
            SELECT *, coalesce(max(altitude_ft) OVER (PARTITION BY known),
                               (SELECT altitude_ft FROM counted WHERE known = 1
                                ORDER BY observed_at LIMIT 1), 0) * 0.3048 AS altitude_m,
                   extract(epoch FROM observed_at)::double precision AS unix_time
            FROM counted)
        SELECT CASE WHEN count(*) >= 2 THEN
                   ST_MakeLine(ST_SetSRID(ST_MakePoint(longitude, latitude, altitude_m, unix_time), 4326)
                               ORDER BY unix_time) END
        FROM filled' INTO path;
    RETURN path;
END
$$;

CREATE FUNCTION skywitness_store.count_points(aircraft text, emitter_number smallint, from_time timestamptz,
                                              to_time timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    points bigint;
BEGIN
    EXECUTE 'SELECT count(*)' || skywitness_store.from_points(aircraft, emitter_number, from_time, to_time)
    INTO points;
    RETURN points;
END
$$;

CREATE FUNCTION skywitness_store.feeds_of_points(aircraft text, emitter_number smallint,
                                                 from_time timestamptz, to_time timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    feeds text[];
BEGIN
    EXECUTE 'SELECT coalesce(array_agg(DISTINCT feed ORDER BY feed), ''{}'')'
         || skywitness_store.from_points(aircraft, emitter_number, from_time, to_time) INTO feeds;
    RETURN feeds;
END
$$;

CREATE FUNCTION skywitness_store.last_time(aircraft text, emitter_number smallint, from_time timestamptz,
                                           to_time timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    last timestamptz;
BEGIN
    EXECUTE 'SELECT max(observed_at)'
         || skywitness_store.from_points(aircraft, emitter_number, from_time, to_time) INTO last;
    RETURN last;
END
$$;

CREATE FUNCTION skywitness_store.last_position(aircraft text, emitter_number smallint, from_time timestamptz,
                                               to_time timestamptz) RETURNS public.geometry
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last public.geometry;
BEGIN
    EXECUTE 'SELECT ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)'
         || skywitness_store.from_points(aircraft, emitter_number, from_time, to_time)
         || ' AND flags & ' || skywitness_store.implausible_flags() || ' = 0'
         || ' ORDER BY observed_at DESC, feed LIMIT 1' INTO last;
    RETURN last;
END
$$;

-- An open sighting holds all points of its aircraft and emitter since first_seen. Its last_seen, point_count,
-- feeds, path and last_position come from them, so that nothing is rewritten while it goes on; a query that
-- does not name one of these columns does not pay for it.
CREATE VIEW skywitness.sighting AS
SELECT sighting_id, icao24, registration, type_code, callsigns, watch_ids, first_seen,
       CASE WHEN state <> 'open' THEN last_seen
            ELSE greatest(last_seen, skywitness_store.last_time(
                     icao24, emitter, first_seen, now() + interval '1 day')) END AS last_seen,
       origin, destination,
       CASE WHEN state <> 'open' THEN point_count
            ELSE skywitness_store.count_points(icao24, emitter, first_seen, now() + interval '1 day')
       END AS point_count,
       CASE WHEN state <> 'open' THEN feeds
            ELSE skywitness_store.feeds_of_points(icao24, emitter, first_seen, now() + interval '1 day')
       END AS feeds,
       state,
       CASE WHEN state <> 'open' THEN path
            ELSE skywitness_store.draw_path(icao24, emitter, first_seen, now() + interval '1 day')
       END::public.geometry (LineStringZM, 4326) AS path,
       opened_at, emitter,
       coalesce(CASE WHEN state = 'open' THEN skywitness_store.last_position(
                    icao24, emitter, first_seen, now() + interval '1 day') END,
                public.ST_SetSRID(public.ST_MakePoint(last_longitude, last_latitude), 4326)
       )::public.geometry (Point, 4326) AS last_position,
       last_altitude_ft
FROM skywitness_store.sighting;
COMMENT ON VIEW skywitness.sighting IS
    'One watched aircraft seen in one flight. path: degrees, metres (z), seconds since 1970 (m); NULL for a '
    'sighting with fewer than two plausible points.';

-- Makes the final path, count and feeds of closed sightings from their stored points.
CREATE FUNCTION skywitness_store.finish_sightings(aircraft text[], ids uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE skywitness_store.sighting s
    SET path = skywitness_store.draw_path(s.icao24, s.emitter, s.first_seen, s.last_seen),
        point_count = skywitness_store.count_points(s.icao24, s.emitter, s.first_seen, s.last_seen),
        feeds = skywitness_store.feeds_of_points(s.icao24, s.emitter, s.first_seen, s.last_seen)
    FROM unnest(aircraft, ids) AS closed (icao24, sighting_id)
    WHERE s.icao24 = closed.icao24 AND s.sighting_id = closed.sighting_id AND s.state <> 'open';
END;
REVOKE EXECUTE ON FUNCTION skywitness_store.finish_sightings(text[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.finish_sightings(text[], uuid[]) TO skywitness_writer;

CREATE VIEW skywitness.place AS
SELECT place, name, kind, country, time_zone, elevation_ft, radius_nm, geography FROM skywitness_store.place;

-- state: 'good', 'failing' (the last answer was bad, a good one came within the hour), 'down' (none did), or
-- 'idle' (not asked for a quarter of an hour: stopped, or asked more rarely).
CREATE VIEW skywitness.feed_health AS
SELECT f.feed,
       CASE WHEN last.asked_at < now() - interval '15 minutes' THEN 'idle'
            WHEN last.error IS NULL THEN 'good'
            WHEN good.asked_at >= now() - interval '1 hour' THEN 'failing'
            ELSE 'down' END AS state,
       last.asked_at AS last_asked_at,
       answered.answered_at AS last_answered_at,
       good.answered_at AS last_good_at,
       last.status AS last_status,
       last.error AS last_error,
       hour.requests AS requests_last_hour,
       hour.failures AS failures_last_hour,
       hour.aircraft_heard AS aircraft_heard_last_hour,
       hour.points AS points_last_hour
FROM skywitness_store.feed f
LEFT JOIN LATERAL (SELECT * FROM skywitness_store.poll p WHERE p.feed = f.feed
                   ORDER BY p.asked_at DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (SELECT p.answered_at FROM skywitness_store.poll p
                   WHERE p.feed = f.feed AND p.answered_at IS NOT NULL
                   ORDER BY p.asked_at DESC LIMIT 1) answered ON true
LEFT JOIN LATERAL (SELECT p.asked_at, p.answered_at FROM skywitness_store.poll p
                   WHERE p.feed = f.feed AND p.error IS NULL
                   ORDER BY p.asked_at DESC LIMIT 1) good ON true
CROSS JOIN LATERAL (SELECT count(*) AS requests, count(p.error) AS failures,
                           coalesce(sum(p.aircraft_heard), 0) AS aircraft_heard,
                           coalesce(sum(p.points), 0) AS points
                    FROM skywitness_store.poll p
                    WHERE p.feed = f.feed AND p.asked_at > now() - interval '1 hour') hour;
COMMENT ON VIEW skywitness.feed_health IS 'Each feed''s state by the ledger of polls.';

-- Read by the operator's tool: what could not be stored.
CREATE VIEW skywitness.quarantine AS
SELECT quarantined_at, kind, sqlstate, reason, content, journal_id, last_sequence, row_number
FROM skywitness_store.quarantine;
