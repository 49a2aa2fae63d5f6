-- SPDX-License-Identifier: MIT
-- Several daemons at one database: which of them asks which feed. Advisory locks of a session decide, since they end
-- with it; the tables say who it is, who waits, and whether the next one has to learn first what happened before.

SET LOCAL ROLE skywitness_owner;

-- Who asks a feed, or was the last to.
CREATE TABLE skywitness_store.feed_lease (
    feed text COLLATE "C" PRIMARY KEY,
    journal_id uuid NOT NULL, -- the daemon's
    host text NOT NULL,
    taken_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL, -- when it last said so; '-infinity': it let go of it in good order
    ready boolean NOT NULL        -- it knows what others derived before it took over
) WITH (fillfactor = 50);

-- Who would ask it, but another does.
CREATE TABLE skywitness_store.feed_standby (
    feed text COLLATE "C" NOT NULL,
    journal_id uuid NOT NULL,
    host text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (feed, journal_id)
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, UPDATE, DELETE ON skywitness_store.feed_lease, skywitness_store.feed_standby
    TO skywitness_writer;

-- The sessions that hold feeds' locks.
CREATE FUNCTION skywitness_store.feed_lock_holders() RETURNS TABLE (feed_key integer, pid integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT l.objid::bigint::bit(32)::integer, l.pid FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.classid::bigint::bit(32)::integer = pg_catalog.hashtext('skywitness.feed')
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database());
END;

-- Says that this daemon is there and wants these feeds; takes those that are free. While another holds some of them,
-- free ones are left to it unless they are in `insisted`: what one aircraft does is to be derived by one daemon. A feed
-- that another held last is only taken when `eager`: after PostgreSQL was away, that one is to have it back. `mine` is
-- NULL for a feed that nobody holds.
CREATE FUNCTION skywitness_store.look_at_leases(daemon uuid, daemon_host text, wanted text[], insisted text[],
                                                eager boolean)
RETURNS TABLE (feed text, mine boolean, ready boolean, holder text, others boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    space CONSTANT integer := hashtext('skywitness.feed');
    held_by_others boolean;
    one text;
    may boolean;
BEGIN
    -- Two daemons that start together would each get some.
    PERFORM pg_advisory_xact_lock(hashtext('skywitness.look_at_leases'));
    held_by_others := EXISTS (SELECT FROM unnest(wanted) AS w (feed) JOIN skywitness_store.feed_lock_holders() h
                              ON h.feed_key = hashtext(w.feed) WHERE h.pid <> pg_backend_pid());
    FOR one IN SELECT DISTINCT w FROM unnest(wanted) AS w (w) ORDER BY 1 LOOP
        CONTINUE WHEN EXISTS (SELECT FROM skywitness_store.feed_lock_holders() h WHERE h.feed_key = hashtext(one));
        may := NOT held_by_others OR one = ANY (insisted);
        may := may AND (eager OR NOT EXISTS (SELECT FROM skywitness_store.feed_lease l WHERE l.feed = one
                                             AND l.journal_id <> daemon AND l.seen_at > '-infinity'));
        IF may AND pg_try_advisory_lock(space, hashtext(one)) THEN
            INSERT INTO skywitness_store.feed_lease AS l (feed, journal_id, host, taken_at, seen_at, ready)
            VALUES (one, daemon, daemon_host, clock_timestamp(), clock_timestamp(), true)
            ON CONFLICT (feed) DO UPDATE
            SET journal_id = excluded.journal_id, host = excluded.host, taken_at = excluded.taken_at,
                seen_at = excluded.seen_at, ready = l.ready AND l.journal_id = excluded.journal_id;
        END IF;
    END LOOP;
    UPDATE skywitness_store.feed_lease l SET seen_at = clock_timestamp()
    WHERE l.feed = ANY (wanted) AND l.journal_id = daemon AND EXISTS (
        SELECT FROM skywitness_store.feed_lock_holders() h WHERE h.feed_key = hashtext(l.feed)
        AND h.pid = pg_backend_pid());
    DELETE FROM skywitness_store.feed_standby s WHERE s.journal_id = daemon AND (NOT s.feed = ANY (wanted) OR EXISTS (
        SELECT FROM skywitness_store.feed_lock_holders() h WHERE h.feed_key = hashtext(s.feed)
        AND h.pid = pg_backend_pid()));
    INSERT INTO skywitness_store.feed_standby AS s (feed, journal_id, host, seen_at)
    SELECT DISTINCT w.feed, daemon, daemon_host, clock_timestamp() FROM unnest(wanted) AS w (feed)
    WHERE NOT EXISTS (SELECT FROM skywitness_store.feed_lock_holders() h WHERE h.feed_key = hashtext(w.feed)
                      AND h.pid = pg_backend_pid())
    ON CONFLICT (feed, journal_id) DO UPDATE SET host = excluded.host, seen_at = excluded.seen_at;
    RETURN QUERY
    SELECT DISTINCT ON (w.feed) w.feed, h.pid = pg_backend_pid(), coalesce(l.ready, true), l.host,
           EXISTS (SELECT FROM skywitness_store.feed_standby s WHERE s.feed = w.feed AND s.journal_id <> daemon
                   AND s.seen_at > clock_timestamp() - interval '1 hour')
               OR (h.pid IS NOT NULL AND h.pid <> pg_backend_pid())
    FROM unnest(wanted) AS w (feed)
    LEFT JOIN skywitness_store.feed_lock_holders() h ON h.feed_key = hashtext(w.feed)
    LEFT JOIN skywitness_store.feed_lease l ON l.feed = w.feed
    ORDER BY w.feed;
END
$$;

-- What others derived is known now.
CREATE FUNCTION skywitness_store.leases_are_ready(daemon uuid) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    UPDATE skywitness_store.feed_lease l SET ready = true WHERE l.journal_id = daemon AND NOT l.ready;
END;

-- Lets go in good order: whoever waits need not wait longer.
CREATE FUNCTION skywitness_store.let_leases_go(daemon uuid) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    UPDATE skywitness_store.feed_lease l SET seen_at = '-infinity' WHERE l.journal_id = daemon AND l.ready;
    DELETE FROM skywitness_store.feed_standby s WHERE s.journal_id = daemon;
    SELECT pg_catalog.pg_advisory_unlock_all();
END;

REVOKE EXECUTE ON FUNCTION skywitness_store.look_at_leases(uuid, text, text[], text[], boolean),
    skywitness_store.leases_are_ready(uuid), skywitness_store.let_leases_go(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.look_at_leases(uuid, text, text[], text[], boolean),
    skywitness_store.leases_are_ready(uuid), skywitness_store.let_leases_go(uuid) TO skywitness_writer;

-- holder: the host whose daemon asks the feed now, NULL when none does (or one without leases).
CREATE OR REPLACE VIEW skywitness.feed_health AS
SELECT f.feed,
       CASE WHEN last.asked_at IS NULL OR last.asked_at < now() - interval '15 minutes' THEN 'idle'
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
       hour.points AS points_last_hour,
       lease.host AS holder,
       lease.taken_at AS held_since
FROM skywitness_store.feed f
LEFT JOIN skywitness_store.feed_lease lease ON lease.feed = f.feed AND lease.seen_at > now() - interval '1 minute'
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
COMMENT ON VIEW skywitness.feed_health IS 'Each feed''s state by the ledger of polls, and which daemon asks it.';
