-- SPDX-License-Identifier: MIT
-- What is read again: an aircraft that is watched since has points of its file now, and days that were dropped can be
-- fetched anew.

SET LOCAL ROLE skywitness_owner;

GRANT UPDATE (kept) ON skywitness_store.history_file TO skywitness_writer;

-- Files that were read again before: the identity that comes with a file's first point tells that points were kept.
-- How many is not known any more.
UPDATE skywitness_store.history_file f SET kept = 1
WHERE f.kept = 0 AND EXISTS (SELECT FROM skywitness_store.history_identity i WHERE i.icao24 = f.icao24
    AND i.feed = f.feed AND i.observed_at >= f.day::timestamp AT TIME ZONE 'UTC'
    AND i.observed_at < (f.day + 1)::timestamp AT TIME ZONE 'UTC');

-- Moves what must stay out of a partition, attached or not, and notes that the day goes. Returns how many rows that
-- were. May be called again: what came meanwhile is moved too.
CREATE OR REPLACE FUNCTION skywitness_store.keep_evidence(partition text, gone_before timestamptz) RETURNS bigint
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
    -- Archives of that day may be read again, and fetched.
    IF parent = 'track_point' THEN
        DELETE FROM skywitness_store.history_file f USING skywitness_store.history_day h
        WHERE h.day = keeping.day AND f.feed = h.feed AND f.day = h.day;
        DELETE FROM skywitness_store.history_archive a WHERE a.day = keeping.day;
    END IF;
    RETURN moved;
END
$$;

DELETE FROM skywitness_store.history_archive a USING skywitness_store.dropped_day d
WHERE d.parent = 'track_point' AND d.day = a.day AND d.dropped_at > a.read_at;

-- What cannot be derived is tried again, but ever more seldom.
ALTER TABLE skywitness_store.history_pending
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN not_before timestamptz; -- NULL: at once
