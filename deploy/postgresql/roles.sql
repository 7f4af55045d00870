-- The least that Porthor's programs need. Run as the owner of the tables (who runs
-- `porthor db upgrade`), in Porthor's database, after each upgrade:
--   psql -d porthor -f deploy/postgresql/roles.sql
-- Then give the programs a login that is a member, and put that login into database.url:
--   CREATE ROLE porthor_login LOGIN IN ROLE porthor_service;
-- A member may add to the audit chain and read it. It cannot change or delete an entry, and, not
-- being the owner, it cannot take the triggers away.

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'porthor_service') THEN
    CREATE ROLE porthor_service NOLOGIN;
  END IF;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO porthor_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO porthor_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO porthor_service;

REVOKE ALL ON audit_entries, audit_head, alembic_version FROM porthor_service;
GRANT SELECT, INSERT ON audit_entries TO porthor_service;
GRANT SELECT, INSERT, UPDATE ON audit_head TO porthor_service;  -- the trigger lets it only grow
GRANT SELECT ON alembic_version TO porthor_service;
