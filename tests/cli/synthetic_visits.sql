-- Synthetic visits for the tests of the operator's tool: made up, none of these took place.
\set ON_ERROR_STOP on
BEGIN;
SELECT skywitness_store.ensure_partitions('2024-03-01', '2024-03-06');

-- An Il-76 lost low at a field that is not Hmeimim after all, seen by two feeds, with doubtful points and a gap.
INSERT INTO skywitness_store.track_point
    (observed_at, received_at, latitude, longitude, altitude_baro_ft, ground_speed_kt, flags, position_source,
     emitter, on_ground, icao24, feed)
SELECT t, t + interval '2 seconds', 36 - n * 0.01, 36 - n * 0.001, 20000 - n * 300, 400,
       CASE WHEN n < 5 THEN 64 WHEN n = 5 THEN 16 + 1 ELSE 0 END, 1, 0, false, '15aaaa',
       CASE WHEN n % 2 = 0 THEN 'roof' ELSE 'attic' END
FROM generate_series(0, 39) AS n
CROSS JOIN LATERAL (SELECT '2024-03-01T22:00:00Z'::timestamptz + n * interval '30 seconds'
                         + CASE WHEN n > 20 THEN interval '25 minutes' ELSE interval '0' END) AS time (t);
INSERT INTO skywitness_store.sighting
    (sighting_id, opened_at, first_seen, last_seen, last_latitude, last_longitude, last_altitude_ft, emitter,
     icao24, state, registration, type_code, callsigns, watch_ids, feeds)
VALUES ('5ea00001-0000-8000-8000-000000000001', '2024-03-01T22:00:00Z', '2024-03-01T22:00:00Z',
        '2024-03-01T22:44:30Z', 35.61, 35.96, 8300, 0, '15aaaa', 'lost_low', 'RA-76001', 'IL76', '{RFF1,RFF2}',
        '{il76,gone}', '{}'),
       ('5ea00002-0000-8000-8000-000000000002', '2024-03-04T10:00:00Z', '2024-03-04T10:00:00Z',
        '2024-03-04T11:00:00Z', 30, 30, 30000, 1, '15aaab', 'open', NULL, NULL, '{}', '{}', '{}'),
       ('5ea00003-0000-8000-8000-000000000003', '2024-03-02T10:00:00Z', '2024-03-02T10:00:00Z',
        '2024-03-02T11:00:00Z', 30, 30, 30000, 0, '15aaac', 'superseded', NULL, NULL, '{}', '{}', '{}');
SELECT skywitness_store.finish_sightings(array_agg(icao24), array_agg(sighting_id))
FROM skywitness_store.sighting WHERE icao24 = '15aaaa';
INSERT INTO skywitness_store.identity_conflict
    (first_at, second_at, decided_at, first_latitude, first_longitude, second_latitude, second_longitude,
     distance_nm, speed_kt, speed_limit_kt, emitter, icao24, kind)
VALUES ('2024-03-01T22:10:00Z', '2024-03-01T22:11:00Z', '2024-03-01T22:12:00Z', 35, 35, 45, 45, 700, 42000, 600, 0,
        '15aaaa', 'impossible_speed');

-- One history of three states; the newest withdraws the visit. Then one still there, provisional; one of long ago
-- that nobody saw come or go; one with texts that are no texts; one whose id begins like the first one's.
INSERT INTO skywitness_store.visit_history
    (visit_id, anchored_at, decided_at, recorded_at, arrived_after, arrived_before, departed_after,
     departed_before, sighting_in, sighting_out, latitude, longitude, emitter, detector_version, arrival_seen,
     departure_seen, icao24, place, state, grade, verb, registration, type_code, callsign_in, callsign_out,
     watch_ids, reasons)
VALUES ('7ab00001-0000-8000-8000-000000000001', '2024-03-01T22:00:00Z', '2024-03-01T22:55:00Z',
        '2024-03-01T22:55:01Z', '2024-03-01T22:46:10.5Z', '2024-03-02T00:11:00.000001Z', NULL, NULL,
        '5ea00001-0000-8000-8000-000000000001', NULL, 35.61, 35.96, 0, 1, true, false, '15aaaa', 'OSLK',
        'provisional', 'A2', 'arrived', 'RA-76001', 'IL76', 'RFF2', NULL, '{il76}',
        '[{"rule": "probable_field", "met": true, "threshold": 25, "value": 13.2, "unit": "nm"},
          {"rule": "last_height", "met": true, "threshold": 5000, "value": 4321, "unit": "ft"},
          {"rule": "runner_up", "met": false, "threshold": 0.85, "value": 0.9, "unit": "share", "place": "OS58",
           "distance_nm": 30.5}]'),
       ('7ab00001-0000-8000-8000-000000000001', '2024-03-01T22:00:00Z', '2024-03-01T23:20:00Z',
        '2024-03-01T23:20:01Z', '2024-03-01T22:46:10.5Z', '2024-03-02T00:11:00.000001Z', NULL, NULL,
        '5ea00001-0000-8000-8000-000000000001', NULL, 35.61, 35.96, 0, 1, true, false, '15aaaa', 'OSLK',
        'confirmed', 'A1', 'headed_to', 'RA-76001', 'IL76', 'RFF2', NULL, '{il76}',
        '[{"rule": "probable_field", "met": true, "threshold": 25, "value": 13.2, "unit": "nm"},
          {"rule": "runner_up", "met": false, "threshold": 0.85, "value": 0.9, "unit": "share", "place": "OS58",
           "distance_nm": 30.5}]'),
       ('7ab00001-0000-8000-8000-000000000001', '2024-03-01T22:00:00Z', '2024-03-02T01:00:00Z',
        '2024-03-02T01:00:01Z', '2024-03-01T22:46:10.5Z', '2024-03-02T00:11:00.000001Z', NULL, NULL,
        '5ea00001-0000-8000-8000-000000000001', NULL, 35.61, 35.96, 0, 1, true, false, '15aaaa', 'OSLK',
        'superseded', 'A1', 'headed_to', 'RA-76001', 'IL76', 'RFF2', NULL, '{il76}',
        '[{"rule": "probable_field", "met": true, "threshold": 25, "value": 13.2, "unit": "nm"},
          {"rule": "seen_elsewhere", "met": false, "value": 41.5, "unit": "nm", "place": "OS58",
           "distance_nm": 41.5}]'),
       ('7ab00002-0000-8000-8000-000000000002', '2024-03-03T10:00:00Z', '2024-03-03T12:00:00Z',
        '2024-03-03T12:00:01Z', '2024-03-03T11:45:00Z', '2024-03-03T13:15:00Z', NULL, NULL, NULL, NULL, 35.4, 35.9,
        0, 1, true, false, '~2aaaab', 'SY-0001-long', 'provisional', 'A1', 'headed_to', NULL, 'C17', 'RCH1', NULL,
        '{}', '[]'),
       ('7ab00003-0000-8000-8000-000000000003', '2024-03-04T10:00:00Z', '2024-03-04T12:00:00Z',
        '2024-03-04T12:00:01Z', NULL, '2024-03-04T10:20:00Z', NULL, '2024-03-04T10:20:00Z', NULL, NULL, 35.4, 35.9, 0,
        1, false, true, '15aaab', 'OSLK', 'confirmed', 'A2', 'arrived', E'<R&"D>,\n', 'ZZZZ', NULL, 'A_B', '{}',
        '[{"rule": "first_height", "met": true, "threshold": 10000, "value": 3000, "unit": "ft"}]'),
       ('7ab00003-1000-8000-8000-000000000004', '2024-03-05T10:00:00Z', '2024-03-05T12:00:00Z',
        '2024-03-05T12:00:01Z', '2024-03-05T23:45:00Z', '2024-03-06T00:15:00Z', '2024-03-20T10:00:00Z',
        '2024-03-22T10:00:00Z', NULL, NULL, 35.4, 35.9, 0, 1, true, true, '15aaac', 'OSLK', 'upgraded', 'A4', 'landed',
        NULL, NULL, 'A%B', 'RFF9', '{}', '[]');
INSERT INTO skywitness_store.visit
SELECT DISTINCT ON (icao24, visit_id) * FROM skywitness_store.visit_history
WHERE visit_id::text LIKE '7ab0000%' ORDER BY icao24, visit_id, decided_at DESC;
COMMIT;
