-- SPDX-License-Identifier: MIT
-- Whom somebody looked for: of an archive only the points of watched aircraft are kept, and live answers are asked for
-- them. Silence about another aircraft says nothing, whatever places were listened at.

SET LOCAL ROLE skywitness_owner;

-- Watch lists that were in use, each once. An entry is a text such as 'types=A124,IL62 registrations=RA-* within=syria'.
CREATE TABLE skywitness_store.watch_held (
    watch_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content uuid NOT NULL UNIQUE, -- md5 of the entries
    entries text[] NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Which list live answers were kept by, from when on.
CREATE TABLE skywitness_store.watch_in_force (
    since timestamptz PRIMARY KEY,
    watch_id integer NOT NULL
);

-- NULL in rows from before: taken to be the first list that was recorded.
ALTER TABLE skywitness_store.history_file ADD COLUMN watch_id integer;
ALTER TABLE skywitness_store.history_day ADD COLUMN watch_ids integer[]; -- all of it was read by each of these
ALTER TABLE skywitness_store.history_archive ADD COLUMN watch_ids integer[];

CREATE FUNCTION skywitness_store.watch_recorded_first() RETURNS integer LANGUAGE sql STABLE
RETURN (SELECT min(w.watch_id) FROM skywitness_store.watch_held w);

-- Which lists held in an hour of coverage, as texts of numbers: '3,5' any of them (an archive was read by each), '&3,5'
-- all of them (one after the other was in force), '0' it is not known.
CREATE FUNCTION skywitness_store.watch_of_hour(source text, hour timestamptz) RETURNS text LANGUAGE sql STABLE
RETURN coalesce(CASE WHEN source = 'ledger' THEN
        (SELECT '&' || string_agg(f.watch_id::text, ',' ORDER BY f.since) FROM skywitness_store.watch_in_force f
         WHERE f.since < hour + interval '1 hour' AND f.since >= coalesce((SELECT max(b.since)
             FROM skywitness_store.watch_in_force b WHERE b.since <= hour), '-infinity'))
    ELSE
        (SELECT array_to_string(d.watch_ids, ',') FROM skywitness_store.history_day d
         WHERE d.feed = source AND d.day = (hour AT TIME ZONE 'UTC')::date)
    END, '0');

REVOKE EXECUTE ON FUNCTION skywitness_store.watch_recorded_first(), skywitness_store.watch_of_hour(text, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.watch_recorded_first(), skywitness_store.watch_of_hour(text, timestamptz)
    TO skywitness_writer;
GRANT SELECT, INSERT ON skywitness_store.watch_held, skywitness_store.watch_in_force TO skywitness_writer;
GRANT UPDATE (watch_id) ON skywitness_store.history_file TO skywitness_writer;

CREATE OR REPLACE VIEW skywitness.history_day AS
SELECT d.feed, d.day, d.whole_at,
       (SELECT count(*) FROM skywitness_store.history_file f WHERE f.feed = d.feed AND f.day = d.day) AS files,
       d.places,
       (SELECT array_agg(DISTINCT e.entry ORDER BY e.entry) FROM skywitness_store.watch_held w, unnest(w.entries) AS e (entry)
        WHERE w.watch_id = ANY (d.watch_ids)) AS watched
FROM skywitness_store.history_day d;
COMMENT ON VIEW skywitness.history_day IS
    'Days read from archives. whole_at: when an archive of that day was read with nothing missing; only then does '
    'silence in it mean anything, at these places and for those who were watched (NULL: it is not known).';
