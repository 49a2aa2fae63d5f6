-- SPDX-License-Identifier: MIT
-- Roles, schemas and the record of migrations.
--
-- To be run by a superuser, or by a role that may create roles and schemas in this database where PostGIS is
-- already installed. Every later migration runs as skywitness_owner.

CREATE EXTENSION IF NOT EXISTS postgis;

DO $$
DECLARE
    installed_in name := (SELECT n.nspname FROM pg_catalog.pg_extension e
                          JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
                          WHERE e.extname = 'postgis');
    wanted record;
BEGIN
    IF installed_in <> 'public' THEN
        RAISE EXCEPTION 'PostGIS must be installed in the schema public, found it in %', installed_in;
    END IF;
    -- The writer and the reader may log in, but have no password: by the unix socket's peer check, or by
    -- whatever pg_hba.conf and ALTER ROLE ... PASSWORD say. GRANT them to people and services instead if
    -- that is the custom of the house.
    FOR wanted IN SELECT * FROM (VALUES ('skywitness_owner', 'NOLOGIN'), ('skywitness_writer', 'LOGIN'),
                                        ('skywitness_reader', 'LOGIN')) AS roles (name, login)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name) THEN
            EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.login);
        END IF;
    END LOOP;
    IF NOT pg_has_role('skywitness_owner', 'MEMBER') THEN
        EXECUTE format('GRANT skywitness_owner TO %I', current_user);
    END IF;
END
$$;

-- Base tables, for the daemon; and views, for analysts.
CREATE SCHEMA skywitness_store AUTHORIZATION skywitness_owner;
CREATE SCHEMA skywitness AUTHORIZATION skywitness_owner;

-- A convenience for people in psql, which a role that does not own the database has to do without. All SQL
-- of the programs names its schemas.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = skywitness, public', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'not the owner of the database: search_path stays as it is';
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO skywitness_owner, skywitness_writer, skywitness_reader; -- PostGIS

SET LOCAL ROLE skywitness_owner;

-- The reader may call what its views call there, and has no right to any table.
GRANT USAGE ON SCHEMA skywitness_store TO skywitness_writer, skywitness_reader;
GRANT USAGE ON SCHEMA skywitness TO skywitness_writer, skywitness_reader;
-- Every view of this and later migrations is for both.
ALTER DEFAULT PRIVILEGES IN SCHEMA skywitness GRANT SELECT ON TABLES TO skywitness_writer, skywitness_reader;

CREATE TABLE skywitness_store.schema_version (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL, -- of the migration's file: an applied one must never change
    applied_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON skywitness_store.schema_version TO skywitness_writer;
