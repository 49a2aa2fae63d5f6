-- SPDX-License-Identifier: MIT
-- One partition a UTC day, made ahead and dropped past their time. No default partition: it would be locked
-- and scanned whenever one is added, and forbids taking one away beside running writers.

SET LOCAL ROLE skywitness_owner;

-- The tables that have a partition a day.
CREATE FUNCTION skywitness_store.partitioned_tables() RETURNS SETOF text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT * FROM unnest(ARRAY['track_point', 'raw_observation']);
END;

-- Makes what is missing for the days from first_day to last_day and returns how many partitions that were.
-- The writer has no rights of its own to make tables. Made aside and attached: CREATE TABLE ... PARTITION OF
-- would lock the whole table against its readers and writers, ATTACH does not.
CREATE FUNCTION skywitness_store.ensure_partitions(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    days_max CONSTANT integer := 400;
    made integer := 0;
    day date;
    parent text;
    child text;
BEGIN
    IF first_day < '1990-01-01' OR last_day > (now() AT TIME ZONE 'UTC')::date + 60
       OR last_day - first_day NOT BETWEEN 0 AND days_max THEN
        RAISE EXCEPTION 'no partitions for % to %', first_day, last_day
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Two callers at once would make the same table.
    PERFORM pg_advisory_xact_lock(hashtext('skywitness.ensure_partitions'));
    FOR offset_days IN 0 .. last_day - first_day LOOP
        day := first_day + offset_days;
        FOR parent IN SELECT * FROM skywitness_store.partitioned_tables() LOOP
            child := parent || to_char(day, '_YYYYMMDD');
            CONTINUE WHEN to_regclass('skywitness_store.' || child) IS NOT NULL;
            EXECUTE format('CREATE TABLE skywitness_store.%I (LIKE skywitness_store.%I INCLUDING ALL) WITH ('
                           || 'autovacuum_vacuum_insert_scale_factor = 0.05, '
                           || 'autovacuum_vacuum_insert_threshold = 100000, '
                           || 'autovacuum_analyze_scale_factor = 0.1)', child, parent);
            EXECUTE format('ALTER TABLE skywitness_store.%I ATTACH PARTITION skywitness_store.%I '
                           || 'FOR VALUES FROM (%L) TO (%L)', parent, child,
                           day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
REVOKE EXECUTE ON FUNCTION skywitness_store.ensure_partitions(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION skywitness_store.ensure_partitions(date, date) TO skywitness_writer;

-- Every partition there is, and those on their way out: 'attached', 'detaching' (an interrupted DETACH ...
-- CONCURRENTLY, to be finished with FINALIZE) or 'detached' (free to be dropped).
CREATE FUNCTION skywitness_store.partitions()
RETURNS TABLE (parent text, partition text, day date, state text, bytes bigint, held boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT t.parent, c.relname::text,
           to_date(substring(c.relname, '_([0-9]{8})$'), 'YYYYMMDD'),
           CASE WHEN i.inhrelid IS NULL THEN 'detached'
                WHEN i.inhdetachpending THEN 'detaching' ELSE 'attached' END,
           pg_catalog.pg_total_relation_size(c.oid),
           EXISTS (SELECT FROM skywitness_store.held_day h
                   WHERE h.day = to_date(substring(c.relname, '_([0-9]{8})$'), 'YYYYMMDD'))
    FROM skywitness_store.partitioned_tables() AS t (parent)
    JOIN pg_catalog.pg_class c ON c.relname ~ ('^' || t.parent || '_[0-9]{8}$') AND c.relkind = 'r'
        AND c.relnamespace = 'skywitness_store'::pg_catalog.regnamespace
    LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid;
END;

-- The statements that take away what is older than `before`, in order. They are for a maintenance command to
-- run one by one outside a transaction: DETACH ... CONCURRENTLY cannot run within one.
CREATE FUNCTION skywitness_store.retirement(before date)
RETURNS TABLE (partition text, day date, bytes bigint, statement text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.partition, p.day, p.bytes, s.statement
    FROM skywitness_store.partitions() p
    CROSS JOIN LATERAL (VALUES
        (1, CASE p.state
            WHEN 'attached' THEN format('ALTER TABLE skywitness_store.%I DETACH PARTITION skywitness_store.%I '
                                        || 'CONCURRENTLY', p.parent, p.partition)
            WHEN 'detaching' THEN format('ALTER TABLE skywitness_store.%I DETACH PARTITION skywitness_store.%I '
                                         || 'FINALIZE', p.parent, p.partition) END),
        (2, format('DROP TABLE skywitness_store.%I', p.partition))) AS s (step, statement)
    WHERE p.day < before AND NOT p.held AND s.statement IS NOT NULL
    ORDER BY p.day, p.partition, s.step;
END;
REVOKE EXECUTE ON FUNCTION skywitness_store.partitions(), skywitness_store.retirement(date) FROM PUBLIC;
