-- SPDX-License-Identifier: MIT
-- What the daemon writes. Every key of a hot table begins with, or holds, icao24, there are no serial numbers
-- and no foreign keys among hot tables, so that they can be distributed by icao24 one day.

SET LOCAL ROLE skywitness_owner;

-- Stored once and never changed. 8-byte columns first: no padding.
CREATE TABLE skywitness_store.track_point (
    observed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    altitude_baro_ft integer,
    altitude_geom_ft integer,
    ground_speed_kt real,
    track_deg real,
    vertical_rate_fpm integer,
    flags integer NOT NULL,
    nic smallint,
    nac_p smallint,
    sil smallint,
    position_source smallint NOT NULL,
    emitter smallint NOT NULL,
    on_ground boolean NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    feed text COLLATE "C" NOT NULL,
    squawk text COLLATE "C",
    CONSTRAINT track_point_position
        CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT track_point_icao24 CHECK (octet_length(icao24) BETWEEN 6 AND 7),
    PRIMARY KEY (icao24, observed_at, feed)
) PARTITION BY RANGE (observed_at);
-- multi_ops: a few late points do not spoil a block range.
CREATE INDEX track_point_observed_at ON skywitness_store.track_point
    USING brin (observed_at timestamptz_minmax_multi_ops) WITH (autosummarize = on);

-- A watched aircraft's object as the feed sent it.
CREATE TABLE skywitness_store.raw_observation (
    observed_at timestamptz NOT NULL,
    poll_id uuid NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    feed text COLLATE "C" NOT NULL,
    object bytea NOT NULL,
    PRIMARY KEY (icao24, observed_at, feed)
) PARTITION BY RANGE (observed_at);

CREATE TABLE skywitness_store.sighting (
    sighting_id uuid NOT NULL, -- made from icao24, opened_at and emitter
    opened_at timestamptz NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL, -- of an open one: as of the last change of anything else
    last_latitude double precision,
    last_longitude double precision,
    point_count bigint, -- this, feeds and path are made from the stored points when it closes
    last_altitude_ft integer,
    emitter smallint NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL
        CHECK (state IN ('open', 'landed', 'lost_low', 'lost_high', 'superseded')),
    registration text,
    type_code text,
    origin text,
    destination text,
    callsigns text[] NOT NULL,
    watch_ids text[] NOT NULL,
    feeds text[] NOT NULL,
    path public.geometry (LineStringZM, 4326),
    PRIMARY KEY (icao24, sighting_id)
) WITH (fillfactor = 80);
CREATE INDEX sighting_sighting_id ON skywitness_store.sighting (sighting_id);
CREATE INDEX sighting_first_seen ON skywitness_store.sighting (first_seen);

-- The ledger of what was asked and answered: it tells "not seen" from "not looked".
CREATE TABLE skywitness_store.poll (
    poll_id uuid PRIMARY KEY, -- made from feed, request and asked_at
    asked_at timestamptz NOT NULL,
    answered_at timestamptz,
    feed_now timestamptz, -- the answer's own time
    bytes bigint NOT NULL,
    status integer, -- HTTP
    aircraft_heard integer NOT NULL,
    aircraft_kept integer NOT NULL,
    points integer NOT NULL,
    feed text COLLATE "C" NOT NULL,
    request text COLLATE "C" NOT NULL,
    body_sha256 bytea CHECK (octet_length(body_sha256) = 32),
    error text, -- NULL: a good answer
    UNIQUE (feed, asked_at, request)
);

-- Other traffic heard low near a place: without it silence there means nothing.
CREATE TABLE skywitness_store.poll_nearby (
    asked_at timestamptz NOT NULL,
    poll_id uuid NOT NULL,
    heard_low integer NOT NULL,
    lowest_ft integer,
    place text COLLATE "C" NOT NULL,
    feed text COLLATE "C" NOT NULL,
    PRIMARY KEY (place, asked_at, poll_id)
);

-- Every feed ever asked.
CREATE TABLE skywitness_store.feed (
    feed text COLLATE "C" PRIMARY KEY
);

-- The configured places, kept in step by the daemon.
CREATE TABLE skywitness_store.place (
    place text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('airfield', 'circle', 'polygon')),
    country text,
    time_zone text,
    elevation_ft integer,
    radius_nm double precision,
    geography public.geography NOT NULL -- a point for airfields, an area for regions
);
CREATE INDEX place_geography ON skywitness_store.place USING gist (geography);

-- How far each journal has been stored. Moves in the transaction of the rows it covers.
CREATE TABLE skywitness_store.journal_cursor (
    journal_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- What could not be stored, and why.
CREATE TABLE skywitness_store.quarantine (
    quarantined_at timestamptz NOT NULL DEFAULT now(),
    journal_id uuid NOT NULL,
    last_sequence bigint NOT NULL, -- of the batch it was in
    row_number integer NOT NULL,
    kind text NOT NULL, -- the table it was meant for
    sqlstate text NOT NULL,
    reason text NOT NULL,
    content text NOT NULL, -- the row as JSON, bytes that are no text escaped
    PRIMARY KEY (journal_id, last_sequence, kind, row_number)
);

-- Days whose points and raw observations must outlive their time because something rests on them.
CREATE TABLE skywitness_store.held_day (
    day date NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (day, reason)
);

-- The daemon adds; what it may change is what changes.
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA skywitness_store TO skywitness_writer;
REVOKE INSERT ON skywitness_store.schema_version FROM skywitness_writer;
GRANT UPDATE ON skywitness_store.sighting, skywitness_store.journal_cursor, skywitness_store.place
    TO skywitness_writer;
GRANT DELETE ON skywitness_store.place, skywitness_store.held_day TO skywitness_writer;
GRANT DELETE ON skywitness_store.journal_cursor TO skywitness_writer; -- a replay's own, at its end

-- Moves a journal's cursor, and fails the whole transaction where it is not where the writer thinks: another
-- connection of the same daemon, half dead, got there first. SW001 is this project's own code.
CREATE FUNCTION skywitness_store.move_cursor(journal uuid, expected bigint, wanted bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE skywitness_store.journal_cursor SET sequence = wanted, moved_at = now()
    WHERE journal_id = journal AND sequence = expected;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'journal % is not at %', journal, expected USING ERRCODE = 'SW001';
    END IF;
END
$$;

-- Ends a probe: the transaction is undone whatever came before.
CREATE FUNCTION skywitness_store.undo() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'undone on purpose' USING ERRCODE = 'SW002';
END
$$;
REVOKE EXECUTE ON FUNCTION skywitness_store.move_cursor(uuid, bigint, bigint), skywitness_store.undo()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.move_cursor(uuid, bigint, bigint), skywitness_store.undo()
    TO skywitness_writer;
