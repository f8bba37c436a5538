-- Empties the tables of a credit state, and numbers begin at 1 again. What every new state has in it stays.
DO $$
DECLARE
    kept TEXT;
BEGIN
    -- In no order, although rows refer to each other.
    SET LOCAL session_replication_role = replica;
    FOR kept IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'obligor' AND tablename NOT IN ('version', 'unknown_chain', 'pulse')
    LOOP
        EXECUTE format('DELETE FROM obligor.%I', kept);
    END LOOP;
    UPDATE obligor.unknown_chain SET decisions = 0, chained = decode(repeat('00', 32), 'hex') WHERE decisions > 0;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
        WHERE schemaname = 'obligor';
END $$;
