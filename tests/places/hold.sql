-- For psql: lets nobody write until its input ends. Everybody may read.
BEGIN;
SELECT 'LOCK TABLE ' || string_agg(format('obligor.%I', tablename), ', ') || ' IN EXCLUSIVE MODE'
    FROM pg_tables WHERE schemaname = 'obligor' \gexec
\echo held
