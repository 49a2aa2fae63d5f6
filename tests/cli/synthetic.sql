-- Synthetic sightings for the tests of the operator's tool: made up, none of these flights took place.
\set ON_ERROR_STOP on
BEGIN;
SELECT skywitness_store.ensure_partitions('2025-10-20', '2025-10-28');

-- An An-124 descends to Hmeimim: 60 points a minute apart from two feeds, the last five on the ground. One
-- point is flagged speed_fail (16), one is stale (1) and keeps its place.
INSERT INTO skywitness_store.track_point
    (observed_at, received_at, latitude, longitude, altitude_baro_ft, altitude_geom_ft, ground_speed_kt,
     track_deg, vertical_rate_fpm, flags, nic, nac_p, sil, position_source, emitter, on_ground, icao24, feed,
     squawk)
SELECT t, t + interval '1 second', 35.4011 + (54 - least(n, 54)) * 0.08, 35.9487 + (54 - least(n, 54)) * 0.02,
       CASE WHEN n < 55 THEN 35000 - n * 640 END, CASE WHEN n < 50 THEN 35300 - n * 640 END,
       CASE WHEN n < 55 THEN 400 - n * 4 ELSE 20 END, CASE WHEN n < 58 THEN 191.5 END,
       CASE WHEN n < 55 THEN -1200 END,
       CASE n WHEN 10 THEN 16 WHEN 11 THEN 1 ELSE 0 END, 8, 9, 3, 1, 0, n >= 55, '15405a', feed,
       CASE WHEN n < 30 THEN '1234' ELSE '7000' END
FROM generate_series(0, 59) AS n
CROSS JOIN LATERAL (SELECT '2025-10-26T08:00:00Z'::timestamptz + n * interval '1 minute') AS time (t)
CROSS JOIN LATERAL (SELECT unnest(CASE WHEN n % 10 = 0 THEN ARRAY['adsb.lol', 'roof'] ELSE ARRAY['adsb.lol'] END))
    AS heard (feed);
INSERT INTO skywitness_store.sighting
    (sighting_id, opened_at, first_seen, last_seen, last_latitude, last_longitude, last_altitude_ft, emitter,
     icao24, state, registration, type_code, origin, destination, callsigns, watch_ids, feeds)
VALUES ('00000000-0000-8000-8000-000000000001', '2025-10-26T08:00:00Z', '2025-10-26T08:00:00Z',
        '2025-10-26T08:59:00Z', 35.4011, 35.9487, 0, 0, '15405a', 'landed', 'RA-82010', 'A124', NULL, 'OSLK',
        '{RFF7032,82010}', '{an124}', '{}');

-- An Il-62M over the eastern Mediterranean, still open, of two points; far from every airfield.
INSERT INTO skywitness_store.track_point
    (observed_at, received_at, latitude, longitude, altitude_baro_ft, ground_speed_kt, flags, position_source,
     emitter, on_ground, icao24, feed)
VALUES ('2025-10-27T20:00:00.25Z', '2025-10-27T20:00:01Z', 33.5, 24.0, 34000, 450, 0, 1, 0, false, '1551df',
        'adsb.lol'),
       ('2025-10-27T20:20:00Z', '2025-10-27T20:20:01Z', 33.6, 25.0, NULL, NULL, 0, 6, 0, false, '1551df',
        'adsb.lol');
INSERT INTO skywitness_store.sighting
    (sighting_id, opened_at, first_seen, last_seen, emitter, icao24, state, type_code, callsigns, watch_ids,
     feeds)
VALUES ('00000000-0000-8000-8000-000000000002', '2025-10-27T20:00:00.25Z', '2025-10-27T20:00:00.25Z',
        '2025-10-27T20:00:00.25Z', 0, '1551df', 'open', 'IL62', '{}', '{il62-ru}', '{}');

-- Over the antimeridian, with a registration that needs escaping in every format; lost high up.
INSERT INTO skywitness_store.track_point
    (observed_at, received_at, latitude, longitude, altitude_geom_ft, flags, position_source, emitter, on_ground,
     icao24, feed)
VALUES ('2025-10-25T01:00:00Z', '2025-10-25T01:00:01Z', 60, 178, 30000, 0, 1, 0, false, '~2a3b4c', 'roof'),
       ('2025-10-25T01:10:00Z', '2025-10-25T01:10:01Z', 61, 179, 30000, 0, 1, 0, false, '~2a3b4c', 'roof'),
       ('2025-10-25T01:20:00Z', '2025-10-25T01:20:01Z', 62, -179, 30000, 0, 1, 0, false, '~2a3b4c', 'roof');
INSERT INTO skywitness_store.sighting
    (sighting_id, opened_at, first_seen, last_seen, last_latitude, last_longitude, emitter, icao24, state,
     registration, origin, destination, callsigns, watch_ids, feeds)
VALUES ('00000000-0000-8000-8000-000000000003', '2025-10-25T01:00:00Z', '2025-10-25T01:00:00Z',
        '2025-10-25T01:20:00Z', 62, -179, 0, '~2a3b4c', 'lost_high', E'<R&"D>,\n', 'UHMA', NULL, '{A_B}',
        '{an124,il62-ru}', '{}');

-- The first one's airframe again, days before: one point only.
INSERT INTO skywitness_store.track_point
    (observed_at, received_at, latitude, longitude, altitude_baro_ft, flags, position_source, emitter, on_ground,
     icao24, feed)
VALUES ('2025-10-21T10:00:00Z', '2025-10-21T10:00:01Z', 55.88, 38.06, 3000, 0, 1, 0, false, '15405a',
        'adsb.lol');
INSERT INTO skywitness_store.sighting
    (sighting_id, opened_at, first_seen, last_seen, last_latitude, last_longitude, last_altitude_ft, emitter,
     icao24, state, registration, type_code, callsigns, watch_ids, feeds)
VALUES ('00000000-0000-8000-8000-000000000004', '2025-10-21T10:00:00Z', '2025-10-21T10:00:00Z',
        '2025-10-21T10:00:00Z', 55.88, 38.06, 3000, 0, '15405a', 'lost_low', 'RA-82010', 'A124', '{82010}',
        '{an124}', '{}'),
       ('00000000-0000-8000-8000-000000000005', '2025-10-22T10:00:00Z', '2025-10-22T10:00:00Z',
        '2025-10-22T10:00:00Z', NULL, NULL, NULL, 0, '15405b', 'superseded', 'RA-82011', 'A124', '{}', '{an124}',
        '{}');

SELECT skywitness_store.finish_sightings(array_agg(icao24), array_agg(sighting_id))
FROM skywitness_store.sighting;

-- Two feeds in the ledger: one good an instant ago, one failing with an unprintable error.
INSERT INTO skywitness_store.feed VALUES ('adsb.lol'), ('gone');
INSERT INTO skywitness_store.poll
    (poll_id, asked_at, answered_at, bytes, status, aircraft_heard, aircraft_kept, points, feed, request, error)
SELECT gen_random_uuid(), now() - n * interval '10 seconds', now() - n * interval '10 seconds', 1000, 200, 5, 1,
       1, 'adsb.lol', '/v2/type/A124', NULL
FROM generate_series(0, 29) AS n
UNION ALL
SELECT gen_random_uuid(), now() - interval '20 seconds', now() - interval '20 seconds', 0, 503, 0, 0, 0, 'gone',
       '/v2/mil', E'HTTP 503: \x1b[31m"busy",\nlater';
COMMIT;
