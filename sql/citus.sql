-- SPDX-License-Identifier: MIT
-- Spreads what grows over the nodes of a Citus cluster, by aircraft. No migration: for an operator to run once, as a
-- superuser on the coordinator, after `skywitness db migrate` (docs/scaling.md). Citus is not in Debian; that what is
-- named here keeps its rules (each unique key holds icao24, no foreign keys) is tested against the catalogue.

DO $$
BEGIN
    IF to_regproc('create_distributed_table') IS NULL THEN
        RAISE EXCEPTION 'Citus is not there: CREATE EXTENSION citus, and add its nodes, first';
    END IF;
END
$$;

-- Rows of one aircraft lie on one node, in all of these tables.
SELECT create_distributed_table('skywitness_store.track_point', 'icao24');
SELECT create_distributed_table('skywitness_store.raw_observation', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.track_point_evidence', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.raw_observation_evidence', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.sighting', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.visit', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.visit_history', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.identity_conflict', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.history_identity', 'icao24', colocate_with => 'skywitness_store.track_point');
SELECT create_distributed_table('skywitness_store.history_pending', 'icao24', colocate_with => 'skywitness_store.track_point');

-- Small, and joined with the above: a copy on each node. All else stays on the coordinator.
SELECT create_reference_table('skywitness_store.feed');
SELECT create_reference_table('skywitness_store.place');

-- Citus does not let an UPDATE call a function with the row's own columns. The same, one sighting after the other.
CREATE OR REPLACE FUNCTION skywitness_store.draw_sightings(aircraft text[], ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    one record;
    drawn public.geometry;
    counted bigint;
    heard text[];
BEGIN
    FOR one IN SELECT s.icao24, s.sighting_id, s.emitter, s.first_seen, s.last_seen
               FROM unnest(aircraft, ids) AS closed (icao24, sighting_id)
               JOIN skywitness_store.sighting s ON s.icao24 = closed.icao24 AND s.sighting_id = closed.sighting_id
               WHERE s.state <> 'open' LOOP
        drawn := skywitness_store.draw_path(one.icao24, one.emitter, one.first_seen, one.last_seen);
        counted := skywitness_store.count_points(one.icao24, one.emitter, one.first_seen, one.last_seen);
        heard := skywitness_store.feeds_of_points(one.icao24, one.emitter, one.first_seen, one.last_seen);
        UPDATE skywitness_store.sighting s SET path = drawn, point_count = counted, feeds = heard
        WHERE s.icao24 = one.icao24 AND s.sighting_id = one.sighting_id;
    END LOOP;
END
$$;
