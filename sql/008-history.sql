-- SPDX-License-Identifier: MIT
-- What was read from archives. Their points stand in track_point beside the live ones, under the feed's own name;
-- an archive does not tell when a point was received, so received_at is observed_at there and nowhere else.

SET LOCAL ROLE skywitness_owner;

-- Each file that was read to its end, by its content: an interrupted backfill goes on behind them.
CREATE TABLE skywitness_store.history_file (
    content uuid NOT NULL, -- from the SHA-256 of its bytes
    feed text COLLATE "C" NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    day date NOT NULL, -- by its header
    points integer NOT NULL,
    kept integer NOT NULL, -- of watched aircraft
    refused integer NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (feed, content)
);

-- Days of which something was read; whole_at is set once an archive with nothing missing or damaged was.
CREATE TABLE skywitness_store.history_day (
    feed text COLLATE "C" NOT NULL,
    day date NOT NULL,
    whole_at timestamptz,
    PRIMARY KEY (feed, day)
);

-- Who a watched aircraft said to be: at the first point of a file, and whenever that changed. A track point
-- does not carry it.
CREATE TABLE skywitness_store.history_identity (
    icao24 text COLLATE "C" NOT NULL,
    observed_at timestamptz NOT NULL,
    feed text COLLATE "C" NOT NULL,
    callsign text NOT NULL, -- empty: not said
    registration text NOT NULL,
    type_code text NOT NULL,
    military boolean NOT NULL,
    PRIMARY KEY (icao24, feed, observed_at)
);

-- Aircraft heard low near the places of claims, by the hour.
CREATE TABLE skywitness_store.history_heard (
    place text COLLATE "C" NOT NULL,
    hour timestamptz NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    feed text COLLATE "C" NOT NULL,
    lowest_ft integer NOT NULL,
    PRIMARY KEY (place, hour, feed, icao24)
);

-- Points that were stored and of which nothing was derived yet.
CREATE TABLE skywitness_store.history_pending (
    icao24 text COLLATE "C" PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL
);

GRANT SELECT, INSERT ON skywitness_store.history_file, skywitness_store.history_day,
    skywitness_store.history_identity, skywitness_store.history_heard, skywitness_store.history_pending
    TO skywitness_writer;
GRANT UPDATE ON skywitness_store.history_day, skywitness_store.history_heard, skywitness_store.history_pending
    TO skywitness_writer;
GRANT DELETE ON skywitness_store.history_pending TO skywitness_writer;

CREATE VIEW skywitness.history_day AS
SELECT d.feed, d.day, d.whole_at,
       (SELECT count(*) FROM skywitness_store.history_file f WHERE f.feed = d.feed AND f.day = d.day) AS files
FROM skywitness_store.history_day d;
COMMENT ON VIEW skywitness.history_day IS
    'Days read from archives. whole_at: when an archive of that day was read with nothing missing; only then does '
    'silence in it mean anything.';
CREATE INDEX history_file_day ON skywitness_store.history_file (feed, day);
