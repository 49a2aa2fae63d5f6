-- SPDX-License-Identifier: MIT
-- Retention: what goes when it is past its time, and what stays because something rests on it. Days of points and
-- raw observations go by partition; before one goes, what a visit or an assessment rests on is moved into a small
-- table of its own, and the views show both. The ledger of polls goes row by row, after what is to be known of its
-- hours has been worked out.

SET LOCAL ROLE skywitness_owner;

-- Points of days that are gone. A row is here or in track_point, never in both.
CREATE TABLE skywitness_store.track_point_evidence (
    LIKE skywitness_store.track_point INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    unfinished boolean NOT NULL, -- only kept because its sighting goes on in days that are still there
    PRIMARY KEY (icao24, observed_at, feed)
);
-- Moved day by day: in the order of time.
CREATE INDEX track_point_evidence_observed_at ON skywitness_store.track_point_evidence
    USING brin (observed_at timestamptz_minmax_multi_ops) WITH (autosummarize = on);
CREATE INDEX track_point_evidence_unfinished ON skywitness_store.track_point_evidence (observed_at) WHERE unfinished;
CREATE TABLE skywitness_store.raw_observation_evidence (
    LIKE skywitness_store.raw_observation INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    unfinished boolean NOT NULL,
    PRIMARY KEY (icao24, observed_at, feed)
);
CREATE INDEX raw_observation_evidence_unfinished ON skywitness_store.raw_observation_evidence (observed_at)
    WHERE unfinished;
CREATE INDEX raw_observation_evidence_poll ON skywitness_store.raw_observation_evidence (poll_id);

-- All there is, for the programs.
CREATE VIEW skywitness_store.kept_point AS
SELECT observed_at, received_at, latitude, longitude, altitude_baro_ft, altitude_geom_ft, ground_speed_kt, track_deg,
       vertical_rate_fpm, flags, nic, nac_p, sil, position_source, emitter, on_ground, icao24, feed, squawk
FROM skywitness_store.track_point
UNION ALL
SELECT observed_at, received_at, latitude, longitude, altitude_baro_ft, altitude_geom_ft, ground_speed_kt, track_deg,
       vertical_rate_fpm, flags, nic, nac_p, sil, position_source, emitter, on_ground, icao24, feed, squawk
FROM skywitness_store.track_point_evidence;

CREATE VIEW skywitness_store.kept_raw AS
SELECT observed_at, poll_id, icao24, feed, object FROM skywitness_store.raw_observation
UNION ALL
SELECT observed_at, poll_id, icao24, feed, object FROM skywitness_store.raw_observation_evidence;

CREATE OR REPLACE VIEW skywitness.track_point AS
SELECT icao24, observed_at, received_at, feed, latitude, longitude, altitude_baro_ft, altitude_geom_ft,
       on_ground, ground_speed_kt, track_deg, vertical_rate_fpm, squawk, nic, nac_p, sil,
       skywitness_store.position_source_name(position_source) AS position_source, flags, emitter,
       skywitness_store.flag_names(flags) AS doubts
FROM skywitness_store.kept_point;

CREATE OR REPLACE VIEW skywitness.raw_observation AS
SELECT r.icao24, r.observed_at, r.feed, skywitness_store.bytes_as_text(r.object) AS object,
       r.object AS object_bytes, r.poll_id,
       (SELECT p.asked_at FROM skywitness_store.poll p WHERE p.poll_id = r.poll_id) AS asked_at
FROM skywitness_store.kept_raw r;

-- What went. Deriving anew must not take back what rested on points of these days.
CREATE TABLE skywitness_store.dropped_day (
    parent text COLLATE "C" NOT NULL,
    day date NOT NULL,
    dropped_at timestamptz NOT NULL DEFAULT now(),
    kept bigint NOT NULL, -- rows moved as evidence
    PRIMARY KEY (parent, day)
);

-- Before which time rows of a table have gone.
CREATE TABLE skywitness_store.retention_mark (
    subject text COLLATE "C" PRIMARY KEY, -- 'track_point', 'poll', 'quarantine', 'feed_hour'
    before timestamptz NOT NULL
);

-- Up to where a place's hours were worked out for good, from all that is to be known of them.
CREATE TABLE skywitness_store.coverage_complete (
    place text COLLATE "C" PRIMARY KEY,
    before timestamptz NOT NULL
);

-- Whether points between two times are gone, or everything that told when somebody looked then.
CREATE FUNCTION skywitness_store.rests_on_dropped(since timestamptz, until timestamptz) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM skywitness_store.dropped_day d WHERE d.parent = 'track_point'
                   AND d.day BETWEEN (since AT TIME ZONE 'UTC')::date AND (until AT TIME ZONE 'UTC')::date)
        OR EXISTS (SELECT FROM skywitness_store.retention_mark m
                   WHERE m.subject = 'feed_hour' AND since < m.before);
END;

CREATE FUNCTION skywitness_store.retained_from(what text) RETURNS timestamptz LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce((SELECT m.before FROM skywitness_store.retention_mark m WHERE m.subject = what), '-infinity');
END;

-- Hours of coverage before this one stay as they are: the points or the polls that they were made from are gone. An
-- hour is made from the four weeks before it as well.
CREATE FUNCTION skywitness_store.coverage_settled_before() RETURNS timestamptz LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT greatest(skywitness_store.retained_from('track_point'),
                    skywitness_store.retained_from('poll') + interval '28 days');
END;

CREATE FUNCTION skywitness_store.set_retained_from(what text, wanted timestamptz) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO skywitness_store.retention_mark AS m (subject, before) VALUES (what, wanted)
    ON CONFLICT (subject) DO UPDATE SET before = greatest(m.before, excluded.before);
END;

-- --- evidence -------------------------------------------------------------------------------------

-- An assessment's evidence is found when it is needed; that it held whole days is over. Days that somebody held by
-- hand stay held.
DROP FUNCTION skywitness_store.hold_evidence(bigint);
DELETE FROM skywitness_store.held_day WHERE reason LIKE 'assessment %';
CREATE INDEX evidence_sighting ON skywitness_store.evidence (icao24, sighting_id) WHERE sighting_id IS NOT NULL;

-- The spans of aircraft, between two times, whose points must stay when all before `gone_before` goes: sightings that
-- a visit begins or ends with (in any state that it ever had) or an assessment rests on, whole; and, as unfinished,
-- those that go on at `gone_before`.
CREATE FUNCTION skywitness_store.evidence_spans(from_time timestamptz, to_time timestamptz, gone_before timestamptz)
RETURNS TABLE (icao24 text, since timestamptz, until timestamptz, unfinished boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT found.icao24, found.first_seen, found.until, NOT found.is_evidence
    FROM (SELECT s.icao24, s.first_seen,
                 CASE WHEN s.state = 'open' THEN 'infinity' ELSE s.last_seen END AS until,
                 EXISTS (SELECT FROM skywitness_store.visit v WHERE v.icao24 = s.icao24
                         AND s.sighting_id IN (v.sighting_in, v.sighting_out))
                 OR EXISTS (SELECT FROM skywitness_store.visit_history h WHERE h.icao24 = s.icao24
                            AND s.sighting_id IN (h.sighting_in, h.sighting_out))
                 OR EXISTS (SELECT FROM skywitness_store.evidence e WHERE e.icao24 = s.icao24
                            AND e.sighting_id = s.sighting_id) AS is_evidence
          FROM skywitness_store.sighting s
          WHERE s.first_seen < to_time AND (s.state = 'open' OR s.last_seen >= from_time)) AS found
    WHERE found.is_evidence OR found.until >= gone_before;
END;

-- Moves what must stay out of a partition, attached or not, and notes that the day goes. Returns how many rows that
-- were. May be called again: what came meanwhile is moved too.
CREATE FUNCTION skywitness_store.keep_evidence(partition text, gone_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
<<keeping>>
DECLARE
    parent CONSTANT text := substring(partition, '^(.*)_[0-9]{8}$');
    day CONSTANT date := to_date(substring(partition, '_([0-9]{8})$'), 'YYYYMMDD');
    columns text;
    moved bigint;
BEGIN
    IF parent IS NULL OR parent NOT IN (SELECT * FROM skywitness_store.partitioned_tables()) THEN
        RAISE EXCEPTION '% is no partition', partition USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = ('skywitness_store.' || parent)::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format(
        'WITH spans AS MATERIALIZED (SELECT * FROM skywitness_store.evidence_spans($1, $2, $3)),
            moved AS (DELETE FROM skywitness_store.%1$I p WHERE EXISTS (SELECT FROM spans s
                WHERE s.icao24 = p.icao24 AND p.observed_at BETWEEN s.since AND s.until) RETURNING *)
         INSERT INTO skywitness_store.%2$I (%3$s, unfinished)
         SELECT %3$s, NOT EXISTS (SELECT FROM spans s WHERE s.icao24 = m.icao24
             AND m.observed_at BETWEEN s.since AND s.until AND NOT s.unfinished)
         FROM moved m ON CONFLICT DO NOTHING', partition, parent || '_evidence', columns)
    USING day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC', gone_before;
    GET DIAGNOSTICS moved = ROW_COUNT;
    INSERT INTO skywitness_store.dropped_day AS d (parent, day, kept) VALUES (parent, day, moved)
    ON CONFLICT ON CONSTRAINT dropped_day_pkey DO UPDATE SET dropped_at = now(), kept = d.kept + excluded.kept;
    PERFORM skywitness_store.set_retained_from(parent, (day + 1)::timestamp AT TIME ZONE 'UTC');
    -- Archives of that day may be read again.
    IF parent = 'track_point' THEN
        DELETE FROM skywitness_store.history_file f USING skywitness_store.history_day h
        WHERE h.day = keeping.day AND f.feed = h.feed AND f.day = h.day;
    END IF;
    RETURN moved;
END
$$;

-- Drops a partition that is detached, in one transaction with moving what still came before it was.
CREATE FUNCTION skywitness_store.drop_retired(partition text, gone_before timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = format('skywitness_store.%I', partition)::regclass) THEN
        RAISE EXCEPTION '% is still attached', partition USING ERRCODE = 'object_in_use';
    END IF;
    PERFORM skywitness_store.keep_evidence(partition, gone_before);
    EXECUTE format('DROP TABLE skywitness_store.%I', partition);
END
$$;

-- Of what was kept as unfinished: what became evidence stays, and what ended before `gone_before` without goes.
-- Returns how many rows went.
CREATE FUNCTION skywitness_store.finish_evidence(gone_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parent text;
    gone bigint;
    sum bigint := 0;
BEGIN
    FOR parent IN SELECT * FROM skywitness_store.partitioned_tables() LOOP
        EXECUTE format(
            'WITH kept AS MATERIALIZED (SELECT * FROM skywitness_store.evidence_spans(
                 (SELECT min(observed_at) FROM skywitness_store.%1$I WHERE unfinished),
                 (SELECT max(observed_at) + interval ''1 microsecond'' FROM skywitness_store.%1$I WHERE unfinished), $1)),
                ended AS (UPDATE skywitness_store.%1$I p SET unfinished = false WHERE p.unfinished AND EXISTS (
                    SELECT FROM kept s WHERE s.icao24 = p.icao24 AND NOT s.unfinished
                    AND p.observed_at BETWEEN s.since AND s.until))
             DELETE FROM skywitness_store.%1$I p WHERE p.unfinished AND NOT EXISTS (
                 SELECT FROM kept s WHERE s.icao24 = p.icao24 AND p.observed_at BETWEEN s.since AND s.until)',
            parent || '_evidence') USING gone_before;
        GET DIAGNOSTICS gone = ROW_COUNT;
        sum := sum + gone;
    END LOOP;
    RETURN sum;
END
$$;

-- The statements that take away what is older than `before`, in order: move what must stay, detach, drop. They are
-- for a maintenance command to run one by one outside a transaction: DETACH ... CONCURRENTLY cannot run within one.
-- (Citus knows no CONCURRENTLY here; there, the parent is locked for a moment.)
DROP FUNCTION skywitness_store.retirement(date);
CREATE FUNCTION skywitness_store.retirement(before date)
RETURNS TABLE (partition text, day date, bytes bigint, step integer, statement text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.partition, p.day, p.bytes, s.step, s.statement
    FROM skywitness_store.partitions() p
    CROSS JOIN (SELECT before::timestamp AT TIME ZONE 'UTC' AS gone_before,
                       CASE WHEN to_regclass('pg_catalog.pg_dist_partition') IS NULL THEN ' CONCURRENTLY'
                            ELSE '' END AS how) AS x
    CROSS JOIN LATERAL (VALUES
        (1, CASE p.state
            WHEN 'attached' THEN format('SELECT skywitness_store.keep_evidence(%L, %L)', p.partition, x.gone_before)
            END),
        (2, CASE p.state
            WHEN 'attached' THEN format('ALTER TABLE skywitness_store.%I DETACH PARTITION skywitness_store.%I%s',
                                        p.parent, p.partition, x.how)
            WHEN 'detaching' THEN format('ALTER TABLE skywitness_store.%I DETACH PARTITION skywitness_store.%I '
                                         || 'FINALIZE', p.parent, p.partition) END),
        (3, format('SELECT skywitness_store.drop_retired(%L, %L)', p.partition, x.gone_before)))
        AS s (step, statement)
    WHERE p.day < before AND NOT p.held AND s.statement IS NOT NULL
    ORDER BY p.day, p.partition, s.step;
END;

-- --- the ledger -----------------------------------------------------------------------------------

-- What a feed answered in an hour whose polls are gone.
CREATE TABLE skywitness_store.feed_hour (
    hour timestamptz NOT NULL,
    last_good_at timestamptz, -- the last good answer: until when somebody looked
    bytes bigint NOT NULL,
    aircraft_heard bigint NOT NULL,
    aircraft_kept bigint NOT NULL,
    points bigint NOT NULL,
    requests integer NOT NULL,
    failures integer NOT NULL,
    feed text COLLATE "C" NOT NULL,
    PRIMARY KEY (feed, hour)
);

CREATE VIEW skywitness.feed_hour AS
SELECT feed, hour, requests, failures, bytes, aircraft_heard, aircraft_kept, points, last_good_at
FROM skywitness_store.feed_hour
WHERE hour < (SELECT coalesce(max(before), '-infinity') FROM skywitness_store.retention_mark WHERE subject = 'poll')
UNION ALL
SELECT feed, date_trunc('hour', asked_at, 'UTC'), count(*)::integer, count(error)::integer, sum(bytes)::bigint,
       sum(aircraft_heard), sum(aircraft_kept), sum(points), max(answered_at) FILTER (WHERE error IS NULL)
FROM skywitness_store.poll
WHERE asked_at >= (SELECT coalesce(max(before), '-infinity') FROM skywitness_store.retention_mark WHERE subject = 'poll')
GROUP BY feed, date_trunc('hour', asked_at, 'UTC');
COMMENT ON VIEW skywitness.feed_hour IS
    'Each feed by the hour: requests, failures, and what the answers held; also of hours whose polls are gone.';

-- Works the hours out anew that are about to go, and from then on counts by them: one transaction, so that an hour is
-- counted once. `before` is the beginning of an hour.
CREATE FUNCTION skywitness_store.roll_up_feeds(before timestamptz) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO skywitness_store.feed_hour (feed, hour, requests, failures, bytes, aircraft_heard, aircraft_kept,
        points, last_good_at)
    SELECT feed, date_trunc('hour', asked_at, 'UTC'), count(*), count(error), sum(bytes), sum(aircraft_heard),
           sum(aircraft_kept), sum(points), max(answered_at) FILTER (WHERE error IS NULL)
    FROM skywitness_store.poll
    WHERE asked_at >= skywitness_store.retained_from('poll') AND asked_at < before
    GROUP BY 1, 2
    ON CONFLICT (feed, hour) DO UPDATE SET requests = excluded.requests, failures = excluded.failures,
        bytes = excluded.bytes, aircraft_heard = excluded.aircraft_heard, aircraft_kept = excluded.aircraft_kept,
        points = excluded.points, last_good_at = excluded.last_good_at;
    SELECT skywitness_store.set_retained_from('poll', before);
END;

-- Deletes some of what is past its time and returns how many rows that were; to be called until there are none. Polls
-- that brought raw observations which are kept as evidence stay.
CREATE FUNCTION skywitness_store.trim(what text, before timestamptz, rows_max integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    trimmed bigint;
    past CONSTANT text := CASE what
        WHEN 'poll' THEN 'asked_at < $1 AND NOT EXISTS (SELECT FROM skywitness_store.raw_observation_evidence r '
                         'WHERE r.poll_id = t.poll_id)'
        WHEN 'poll_nearby' THEN 'asked_at < $1'
        WHEN 'quarantine' THEN 'quarantined_at < $1'
        WHEN 'feed_hour' THEN 'hour < $1' END;
BEGIN
    IF past IS NULL THEN
        RAISE EXCEPTION 'there is nothing to trim of %', what USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('DELETE FROM skywitness_store.%I WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM skywitness_store.%I t '
                   'WHERE %s LIMIT $2))', what, what, past) USING before, rows_max;
    GET DIAGNOSTICS trimmed = ROW_COUNT;
    PERFORM skywitness_store.set_retained_from(what, before);
    RETURN trimmed;
END
$$;

REVOKE EXECUTE ON FUNCTION skywitness_store.retirement(date),
    skywitness_store.set_retained_from(text, timestamptz),
    skywitness_store.evidence_spans(timestamptz, timestamptz, timestamptz),
    skywitness_store.keep_evidence(text, timestamptz), skywitness_store.drop_retired(text, timestamptz),
    skywitness_store.finish_evidence(timestamptz), skywitness_store.roll_up_feeds(timestamptz),
    skywitness_store.trim(text, timestamptz, integer)
    FROM PUBLIC;
GRANT SELECT ON skywitness_store.track_point_evidence, skywitness_store.kept_point, skywitness_store.kept_raw, skywitness_store.dropped_day,
    skywitness_store.retention_mark, skywitness_store.feed_hour TO skywitness_writer;
