-- Every write begins with this: whether the state is here, all of it. Who moves a state holds this lock alone: it waits for
-- the writes under way, and those that come wait for it, and learn then what became of the state.
CREATE OR REPLACE FUNCTION obligor.enter_1() RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(8026096675565076482);
    RETURN NOT EXISTS (
        SELECT 1 FROM obligor.store
        WHERE went_at IS NOT NULL OR (came_began IS NOT NULL AND came_done IS NULL));
END;
$$;

-- Steps of one account, written in one statement: one round trip, whatever the distance. The caller has decided on facts
-- it had at hand; they are still true if nothing but orders came and went since (`facts_version`), and what is ordered is
-- within the range that the decisions hold for. `took` is false when not, or when a key or an order of theirs is known
-- already: then nothing was written, and the caller decides again on the account as it is, under its lock.
--
-- Steps, the orders they write and their events are lists of the same length as there are of each. `asked` are the orders
-- that the steps are about, also where they write none: they were decided as if nobody knew them. The function is called
-- by hosts of several versions at once, so its number changes with its parameters, and an older one stays as long as it is
-- called.
CREATE OR REPLACE FUNCTION obligor.write_1(
    host BIGINT, who BIGINT,
    facts BIGINT, aged BIGINT, horizon BIGINT, ordered_from BIGINT, ordered_to BIGINT, later_from BIGINT, later_to BIGINT,
    more_ordered BIGINT, more_later BIGINT, ships_next BIGINT, expires_next BIGINT, versions BIGINT, moment BIGINT,
    keys TEXT[], contents BYTEA[], grants BIGINT[], recorded BIGINT[],
    bodies TEXT[], salts BYTEA[], digests BYTEA[],
    asked TEXT[], documents TEXT[], states BIGINT[], amounts BIGINT[], ordereds BIGINT[], expiries BIGINT[],
    sinces BIGINT[], ships BIGINT[], marks TEXT[],
    event_moments BIGINT[], event_kinds BIGINT[], event_documents TEXT[], event_subjects TEXT[], event_reasons TEXT[],
    OUT took BOOLEAN, OUT version BIGINT, OUT ordered BIGINT, OUT later BIGINT, OUT ship BIGINT, OUT expiry BIGINT,
    OUT sequence BIGINT, OUT ids BIGINT[], OUT links BYTEA[]
) LANGUAGE plpgsql AS $$
DECLARE
    kept obligor.account;
    link BYTEA;
    id BIGINT;
BEGIN
    took := false;
    IF NOT obligor.enter_1() THEN
        RETURN;
    END IF;
    SELECT * INTO kept FROM obligor.account a WHERE a.id = who FOR NO KEY UPDATE;
    IF NOT FOUND OR kept.facts_version <> facts OR kept.aged_to <> aged OR kept.horizon_to <> horizon
        OR kept.ordered NOT BETWEEN ordered_from AND ordered_to OR kept.later NOT BETWEEN later_from AND later_to
        OR kept.next_expiry <= moment
        OR EXISTS (SELECT 1 FROM obligor.request r WHERE r.key = ANY (keys))
        OR EXISTS (SELECT 1 FROM obligor.chain c WHERE c.company = kept.company AND c.document = ANY (asked))
    THEN
        RETURN;
    END IF;
    link := kept.chained;
    sequence := kept.decisions;
    FOR n IN 1 .. coalesce(array_length(bodies, 1), 0) LOOP
        link := sha256(link || digests[n]);
        sequence := sequence + 1;
        INSERT INTO obligor.decision (account, sequence, body, salt, digest, chained)
            VALUES (who, write_1.sequence, bodies[n], salts[n], digests[n], link) RETURNING decision.id INTO id;
        ids[n] := id;
        links[n] := link;
    END LOOP;
    -- In order, so that two that want the same keys or orders never wait for each other in a circle.
    INSERT INTO obligor.request (key, content, granted, decision)
        SELECT k, c, g, ids[r] FROM unnest(keys, contents, grants, recorded) AS step (k, c, g, r) ORDER BY k;
    INSERT INTO obligor.chain (company, document, account, state, amount, ordered, delivered, drafted, invoiced, settled,
            expires, since, ships, marks, changed)
        SELECT kept.company, d, who, s, a, o, 0, 0, 0, 0, e, f, p, m, moment
        FROM unnest(documents, states, amounts, ordereds, expiries, sinces, ships, marks) AS made (d, s, a, o, e, f, p, m)
        ORDER BY d;
    IF event_kinds <> '{}' THEN
        INSERT INTO obligor.event (at, kind, account, document, subject, reasons)
            SELECT t, k, who, d, s, r
            FROM unnest(event_moments, event_kinds, event_documents, event_subjects, event_reasons) AS told (t, k, d, s, r);
    END IF;
    UPDATE obligor.account a
        SET ordered = a.ordered + more_ordered, later = a.later + more_later, version = a.version + versions,
            next_ship = least(a.next_ship, ships_next), next_expiry = least(a.next_expiry, expires_next),
            decisions = write_1.sequence, chained = link
        WHERE a.id = who
        RETURNING a.version, a.ordered, a.later, a.next_ship, a.next_expiry
        INTO version, ordered, later, ship, expiry;
    IF versions > 0 THEN
        INSERT INTO obligor.change (host, account, pooled) VALUES (write_1.host, who, 0);
    END IF;
    took := true;
END;
$$;
