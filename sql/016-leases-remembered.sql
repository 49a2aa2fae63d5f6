-- SPDX-License-Identifier: MIT
-- Another daemon of the database is remembered for a week, also where it ended in good order or was taken over from. An
-- hour, and only while it stood by, was too short: one that had been off for longer took the feeds of the first, whose
-- line to PostgreSQL was cut, while that one went on as the only one.

SET LOCAL ROLE skywitness_owner;

COMMENT ON TABLE skywitness_store.feed_standby IS 'Daemons that would ask a feed: those that stand by, and those that did ask it.';

-- Says that this daemon is there and wants these feeds; takes those that are free. While another holds some of them,
-- free ones are left to it unless they are in `insisted`: what one aircraft does is to be derived by one daemon. A feed
-- that another held last is only taken when `eager`: after PostgreSQL was away, that one is to have it back; whoever
-- held it is remembered among those who would. `mine` is NULL for a feed that nobody holds.
CREATE OR REPLACE FUNCTION skywitness_store.look_at_leases(daemon uuid, daemon_host text, wanted text[], insisted text[],
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
            INSERT INTO skywitness_store.feed_standby AS s (feed, journal_id, host, seen_at)
            SELECT l.feed, l.journal_id, l.host, greatest(l.seen_at, l.taken_at) FROM skywitness_store.feed_lease l
            WHERE l.feed = one AND l.journal_id <> daemon
            ON CONFLICT (feed, journal_id) DO UPDATE SET host = excluded.host, seen_at = excluded.seen_at;
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
                   AND s.seen_at > clock_timestamp() - interval '7 days')
               OR (h.pid IS NOT NULL AND h.pid <> pg_backend_pid())
    FROM unnest(wanted) AS w (feed)
    LEFT JOIN skywitness_store.feed_lock_holders() h ON h.feed_key = hashtext(w.feed)
    LEFT JOIN skywitness_store.feed_lease l ON l.feed = w.feed
    ORDER BY w.feed;
END
$$;

-- Lets go in good order: whoever waits need not wait longer. It may come back.
CREATE OR REPLACE FUNCTION skywitness_store.let_leases_go(daemon uuid) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    UPDATE skywitness_store.feed_lease l SET taken_at = clock_timestamp(), seen_at = '-infinity'
    WHERE l.journal_id = daemon AND l.ready;
    SELECT pg_catalog.pg_advisory_unlock_all();
END;
