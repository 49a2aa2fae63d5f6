-- SPDX-License-Identifier: MIT
-- Visits: one stay of one aircraft at an airfield, with a grade, a bracket for each end, and the reasons.

SET LOCAL ROLE skywitness_owner;

-- The newest state of each visit.
CREATE TABLE skywitness_store.visit (
    visit_id uuid NOT NULL,          -- made from icao24, emitter, place and anchored_at
    anchored_at timestamptz NOT NULL, -- opened_at of the sighting that it is known by
    decided_at timestamptz NOT NULL,  -- the answer that brought this state was received then
    recorded_at timestamptz NOT NULL DEFAULT now(),
    arrived_after timestamptz,
    arrived_before timestamptz,
    departed_after timestamptz,
    departed_before timestamptz,
    sighting_in uuid,
    sighting_out uuid,
    latitude double precision,
    longitude double precision,
    emitter smallint NOT NULL,
    detector_version integer NOT NULL,
    arrival_seen boolean NOT NULL,
    departure_seen boolean NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    place text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL
        CHECK (state IN ('provisional', 'confirmed', 'upgraded', 'superseded')),
    grade text COLLATE "C" NOT NULL CHECK (grade IN ('A0', 'A1', 'A2', 'A3', 'A4')),
    verb text COLLATE "C" NOT NULL,
    registration text,
    type_code text,
    callsign_in text,
    callsign_out text,
    watch_ids text[] NOT NULL,
    reasons jsonb NOT NULL,
    PRIMARY KEY (icao24, visit_id)
) WITH (fillfactor = 80);
CREATE INDEX visit_visit_id ON skywitness_store.visit (visit_id);
-- What a claim asks for: a place and a time.
CREATE INDEX visit_place ON skywitness_store.visit
    (place, (coalesce(arrived_before, departed_before, departed_after, anchored_at)));

-- Every state that a visit ever had: nothing is forgotten when it is upgraded or superseded.
CREATE TABLE skywitness_store.visit_history (
    LIKE skywitness_store.visit INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (icao24, visit_id, decided_at)
);
CREATE INDEX visit_history_recorded_at ON skywitness_store.visit_history (recorded_at);

-- One address in two places at a time.
CREATE TABLE skywitness_store.identity_conflict (
    first_at timestamptz NOT NULL,
    second_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    first_latitude double precision NOT NULL,
    first_longitude double precision NOT NULL,
    second_latitude double precision NOT NULL,
    second_longitude double precision NOT NULL,
    distance_nm double precision NOT NULL,
    speed_kt double precision,
    speed_limit_kt double precision,
    emitter smallint NOT NULL,
    icao24 text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    PRIMARY KEY (icao24, second_at, emitter, kind)
);

GRANT SELECT, INSERT ON skywitness_store.visit, skywitness_store.visit_history,
    skywitness_store.identity_conflict TO skywitness_writer;
GRANT UPDATE ON skywitness_store.visit TO skywitness_writer;

CREATE VIEW skywitness.visit AS
SELECT visit_id, icao24, registration, type_code, place, grade, arrived_after, arrived_before, departed_after,
       departed_before, sighting_in, sighting_out, reasons,
       CASE WHEN state = 'superseded' THEN decided_at END AS superseded_at,
       verb, state, arrival_seen, departure_seen, callsign_in, callsign_out, watch_ids, latitude, longitude,
       anchored_at, decided_at, recorded_at, emitter, detector_version
FROM skywitness_store.visit;
COMMENT ON VIEW skywitness.visit IS
    'The newest state of each visit. superseded_at is set where later data contradicts it.';

CREATE VIEW skywitness.visit_history AS
SELECT visit_id, icao24, registration, type_code, place, grade, arrived_after, arrived_before, departed_after,
       departed_before, sighting_in, sighting_out, reasons,
       CASE WHEN state = 'superseded' THEN decided_at END AS superseded_at,
       verb, state, arrival_seen, departure_seen, callsign_in, callsign_out, watch_ids, latitude, longitude,
       anchored_at, decided_at, recorded_at, emitter, detector_version
FROM skywitness_store.visit_history;
COMMENT ON VIEW skywitness.visit_history IS
    'Every state each visit had: by decided_at in the order of the evidence, by recorded_at in the order of '
    'our knowing.';

-- What was known of visits at a moment: the newest state recorded by then.
CREATE FUNCTION skywitness.visits_as_of(moment timestamptz) RETURNS SETOF skywitness.visit_history
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT DISTINCT ON (h.icao24, h.visit_id) h.* FROM skywitness.visit_history h
    WHERE h.recorded_at <= moment
    ORDER BY h.icao24, h.visit_id, h.decided_at DESC;
END;

CREATE VIEW skywitness.identity_conflict AS
SELECT icao24, kind, first_at, second_at, distance_nm, speed_kt, speed_limit_kt, first_latitude,
       first_longitude, second_latitude, second_longitude, emitter, decided_at
FROM skywitness_store.identity_conflict;
COMMENT ON VIEW skywitness.identity_conflict IS
    'One address in two places: two emitters, or a speed that no such aircraft flies.';
