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

-- The path through an aircraft's plausible points: x, y in degrees, z in metres, m in seconds since 1970.
-- z is the pressure altitude, else the geometric one; a point without either has that of the point before
-- it (of the first one that has any at the start; 0 where none has). Of several feeds' points of one moment
-- one is drawn, so that m rises strictly and the line is a valid trajectory. NULL for fewer than two points.
-- It reads the view, which every caller may.
CREATE FUNCTION skywitness_store.draw_path(aircraft text, emitter_number smallint, from_time timestamptz,
                                           to_time timestamptz)
RETURNS public.geometry
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH drawn AS (
        SELECT DISTINCT ON (observed_at) observed_at, latitude, longitude,
               coalesce(altitude_baro_ft, altitude_geom_ft) AS altitude_ft
        FROM skywitness.track_point
        WHERE icao24 = aircraft AND emitter = emitter_number AND observed_at BETWEEN from_time AND to_time
          AND flags & skywitness_store.implausible_flags() = 0
        ORDER BY observed_at, feed
    ), counted AS (
        SELECT *, count(altitude_ft) OVER (ORDER BY observed_at) AS known FROM drawn
    ), filled AS (
        SELECT *, coalesce(max(altitude_ft) OVER (PARTITION BY known),
                           (SELECT altitude_ft FROM counted WHERE known = 1 ORDER BY observed_at LIMIT 1),
                           0) AS altitude_filled_ft
        FROM counted
    )
    SELECT CASE WHEN count(*) >= 2 THEN
               public.ST_MakeLine(public.ST_SetSRID(
                   public.ST_MakePoint(longitude, latitude, altitude_filled_ft * 0.3048,
                                       extract(epoch FROM observed_at)::double precision), 4326)
                   ORDER BY observed_at)
           END
    FROM filled;
END;

-- An open sighting's last_seen, point_count, feeds, path and last position come from its points, so that
-- nothing is rewritten while it goes on, and a query that does not ask for one does not pay for it. It holds
-- all points of its aircraft and emitter since first_seen.
CREATE VIEW skywitness.sighting AS
SELECT s.sighting_id, s.icao24, s.registration, s.type_code, s.callsigns, s.watch_ids, s.first_seen,
       CASE WHEN s.state <> 'open' THEN s.last_seen
            ELSE greatest(s.last_seen,
                          (SELECT max(p.observed_at) FROM skywitness_store.track_point p
                           WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
                             AND p.observed_at >= s.first_seen)) END AS last_seen,
       s.origin, s.destination,
       CASE WHEN s.state <> 'open' THEN s.point_count
            ELSE (SELECT count(*) FROM skywitness_store.track_point p
                  WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
                    AND p.observed_at >= s.first_seen) END AS point_count,
       CASE WHEN s.state <> 'open' THEN s.feeds
            ELSE ARRAY(SELECT DISTINCT p.feed FROM skywitness_store.track_point p
                       WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
                         AND p.observed_at >= s.first_seen ORDER BY p.feed) END AS feeds,
       s.state,
       CASE WHEN s.state <> 'open' THEN s.path
            ELSE skywitness_store.draw_path(s.icao24, s.emitter, s.first_seen, 'infinity')
       END::public.geometry (LineStringZM, 4326) AS path,
       s.opened_at, s.emitter,
       CASE WHEN s.state <> 'open' THEN s.last_latitude
            ELSE coalesce((SELECT p.latitude FROM skywitness_store.track_point p
                           WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
                             AND p.observed_at >= s.first_seen
                             AND p.flags & skywitness_store.implausible_flags() = 0
                           ORDER BY p.observed_at DESC, p.feed LIMIT 1), s.last_latitude)
       END AS last_latitude,
       CASE WHEN s.state <> 'open' THEN s.last_longitude
            ELSE coalesce((SELECT p.longitude FROM skywitness_store.track_point p
                           WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
                             AND p.observed_at >= s.first_seen
                             AND p.flags & skywitness_store.implausible_flags() = 0
                           ORDER BY p.observed_at DESC, p.feed LIMIT 1), s.last_longitude)
       END AS last_longitude,
       CASE WHEN s.state <> 'open' THEN s.last_altitude_ft
            ELSE coalesce((SELECT coalesce(p.altitude_baro_ft, p.altitude_geom_ft)
                           FROM skywitness_store.track_point p
                           WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
                             AND p.observed_at >= s.first_seen
                             AND p.flags & skywitness_store.implausible_flags() = 0
                             AND coalesce(p.altitude_baro_ft, p.altitude_geom_ft) IS NOT NULL
                           ORDER BY p.observed_at DESC, p.feed LIMIT 1), s.last_altitude_ft)
       END AS last_altitude_ft
FROM skywitness_store.sighting s;
COMMENT ON VIEW skywitness.sighting IS
    'One watched aircraft seen in one flight. path: degrees, metres (z), seconds since 1970 (m); NULL for a '
    'sighting with fewer than two plausible points.';

-- Makes the final path, count and feeds of closed sightings from their stored points.
CREATE FUNCTION skywitness_store.finish_sightings(aircraft text[], ids uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE skywitness_store.sighting s
    SET path = skywitness_store.draw_path(s.icao24, s.emitter, s.first_seen, s.last_seen),
        (point_count, feeds) = (
            SELECT count(*), coalesce(array_agg(DISTINCT p.feed ORDER BY p.feed), '{}')
            FROM skywitness_store.track_point p
            WHERE p.icao24 = s.icao24 AND p.emitter = s.emitter
              AND p.observed_at BETWEEN s.first_seen AND s.last_seen)
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
