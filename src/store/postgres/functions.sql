-- Every write begins with this: whether the state is here, all of it. Who moves a state holds this lock alone: it waits for
-- the writes under way, and those that come wait for it, and learn then what became of the state. (write_1 does the same by
-- itself: to call a function and begin a statement of its own for it would cost as much as writing a row.)
CREATE OR REPLACE FUNCTION obligor.enter_1() RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(8026096675565076482);
    RETURN NOT EXISTS (
        SELECT 1 FROM obligor.store
        WHERE went_at IS NOT NULL OR (came_began IS NOT NULL AND came_done IS NULL));
END;
$$;

-- Whoever waited for a lock must not wait as long again for the next one: the caller has left by then.
CREATE OR REPLACE FUNCTION obligor.hurry_1(wait_ms TEXT) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
    waited INTERVAL := clock_timestamp() - statement_timestamp();
BEGIN
    IF waited < interval '20 ms' THEN
        RETURN wait_ms;
    END IF;
    RETURN set_config('lock_timeout',
        greatest(1, wait_ms::BIGINT - (1000 * extract(epoch FROM waited))::BIGINT)::TEXT, true);
END;
$$;

-- Steps of one account, written in one statement that is a transaction by itself: one round trip, whatever the distance.
--
-- The caller has decided on facts it had at hand. They are looked at under the locks of the account and its pools, and if
-- they are not what they were, or a key or an order is known already, nothing is written and `outcome` says why:
--
--   0  written
--   1  others ordered or gave up; what is so stands in the answer, and can be decided on at once
--   2  other facts moved, or something ran out: the account must be read again
--   3  a key or an order is known
--
-- Nothing at all is answered where the state is not here. Then the caller goes the long way, and is told there why.
--
-- A call for every kind of row would cost a round trip, and a parameter for every column costs more to understand than
-- its row to write. So the columns stand behind each other in few lists. `about` has 15 numbers:
--
--    1 account          2 facts_version    3 horizon_to       4 version, if it must be this
--    5 ordered from     6 ordered to       7 later            8 moment           9 aged_to since
--   10 horizon_to since 11 more ordered   12 more later      13 next to ship    14 next to expire
--   15 version grows by
--
-- To what day the account was aged is not asked: were anything due between that day and the one it was known by, its
-- facts_version would be another.
--
-- The other lists have all rows in order, one column whole after the other. `pools`, by rising number: pool,
-- facts_version. `sums`, of these pools: pool, debit from, debit to, unapplied; their currencies are in `currencies`.
-- `steps`: granted, state, amount, ordered, expires, since, ships. `texts`: key, document asked about, marks, body.
-- `bytes`: content, salt, digest. A step without a key remembers none, one without a body puts no decision on record, and
-- one without a state writes no order. `events`: moment, kind. `told`: document, subject, reasons.
--
-- `numbers` has what the account was before: version, ordered, later, decisions, next to ship and next to expire, where what
-- was written may be counted in the last two. `sums_were` has debit and unapplied of each sum. `ids` are the numbers of the
-- decisions, and `links` what each is in the account's chain of them.
--
-- A session plans the statements in here once, maybe when the tables are empty, and no plan may be for such tables only:
-- so it is told to go by the indexes. That makes what cannot look costly, and nothing in here is worth compiling: without
-- the second setting every new session would spend a quarter of a second on it.
--
-- The function is called by hosts of several versions at once, so its number changes with its parameters, and an older
-- one stays as long as it is called.
CREATE OR REPLACE FUNCTION obligor.write_1(
    host BIGINT, wait_ms TEXT, about BIGINT[], pools BIGINT[], sums BIGINT[], currencies TEXT[], steps BIGINT[],
    texts TEXT[], bytes BYTEA[], events BIGINT[], told TEXT[],
    OUT outcome BIGINT, OUT numbers BIGINT[], OUT sums_were BIGINT[], OUT ids BIGINT[], OUT links BYTEA[]
) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    p INT := cardinality(pools) / 2;
    s INT := cardinality(sums) / 4;
    n INT := cardinality(steps) / 7;
    m INT := cardinality(events) / 2;
    kept RECORD;
    sums_met INT := 0;
    facts_moved BOOLEAN := false;
    others_ordered BOOLEAN := false;
    sequences BIGINT[];
    chain BYTEA[];
    said TEXT;
BEGIN
    -- Settings of this transaction, in place of those of the session.
    said := concat(
        set_config('lock_timeout', wait_ms, true),
        CASE WHEN current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
            set_config('synchronous_commit', 'on', true)
        END);
    -- The lock of the house; whether the state is here is looked at below, as in enter_1.
    said := pg_advisory_xact_lock_shared(8026096675565076482);
    -- One order with a key, of an account in no pool: most are. It is written by one statement if all is as it must be, which
    -- costs the server three quarters of what follows. If it is not, what follows finds out what is not. The OFFSET keeps the
    -- orders from being joined: in a plan for an empty table that is a walk through the whole index.
    IF n = 1 AND p = 0 AND m = 0 AND texts[1] IS NOT NULL AND texts[4] IS NOT NULL AND steps[2] IS NOT NULL THEN
        said := obligor.hurry_1(wait_ms);
        WITH held AS (
            UPDATE obligor.account t
                SET ordered = t.ordered + about[11], later = t.later + about[12], version = t.version + about[15],
                    aged_to = about[9], horizon_to = about[10], next_ship = least(t.next_ship, about[13]),
                    next_expiry = least(t.next_expiry, about[14]), decisions = t.decisions + 1,
                    chained = sha256(t.chained || bytes[3])
                WHERE t.id = about[1] AND t.facts_version = about[2] AND t.horizon_to = about[3]
                    AND t.ordered BETWEEN about[5] AND about[6] AND t.later = about[7]
                    AND (t.version = about[4]) IS NOT FALSE
                    AND (t.next_expiry > about[8]) IS NOT FALSE AND (t.next_ship > about[10]) IS NOT FALSE
                    AND NOT EXISTS (SELECT 1 FROM obligor.store o
                                    WHERE o.went_at IS NOT NULL OR (o.came_began IS NOT NULL AND o.came_done IS NULL))
                    AND NOT EXISTS (SELECT 1 FROM obligor.request r WHERE r.key = texts[1])
                    AND NOT EXISTS (SELECT 1 FROM obligor.chain c WHERE c.company = t.company AND c.document = texts[2]
                                    OFFSET 0)
                RETURNING t.company, t.version, t.ordered, t.decisions, t.next_ship, t.next_expiry, t.chained
        ), decided AS (
            INSERT INTO obligor.decision (account, sequence, body, salt, digest, chained)
                SELECT about[1], h.decisions, texts[4], bytes[2], bytes[3], h.chained FROM held h
                RETURNING id
        ), answered AS (
            INSERT INTO obligor.request (key, content, granted, decision)
                SELECT texts[1], bytes[1], steps[1], d.id FROM decided d
        ), made AS (
            INSERT INTO obligor.chain (company, document, account, state, amount, ordered, delivered, drafted, invoiced,
                    settled, expires, since, ships, marks, changed)
                SELECT h.company, texts[2], about[1], steps[2], steps[3], steps[4], 0, 0, 0, 0, steps[5], steps[6],
                    steps[7], texts[3], about[8]
                FROM held h
        ), noted AS (
            INSERT INTO obligor.change (host, account, pooled)
                SELECT write_1.host, about[1], 0 FROM held h WHERE about[15] > 0
        )
        SELECT 0, ARRAY[h.version - about[15], h.ordered - about[11], about[7], h.decisions - 1, h.next_ship, h.next_expiry],
                ARRAY[d.id], ARRAY[h.chained]
            INTO outcome, numbers, ids, links FROM held h, decided d;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF p > 0 THEN
        -- The lock of loads.
        said := pg_advisory_xact_lock_shared(8026096675565076481);
        FOR i IN 1 .. p LOOP
            said := obligor.hurry_1(wait_ms);
            SELECT t.facts_version INTO kept FROM obligor.pool t WHERE t.id = pools[i] FOR NO KEY UPDATE;
            facts_moved := facts_moved OR NOT FOUND OR kept.facts_version <> pools[p + i];
            SELECT count(*) AS sums INTO kept FROM obligor.pool_sum t WHERE t.pool = pools[i];
            sums_met := sums_met - kept.sums;
            facts_moved := facts_moved OR EXISTS (
                SELECT 1 FROM obligor.pool_member t
                WHERE t.pool = pools[i] AND t.next_expiry <= about[8] AND t.account <> about[1]);
        END LOOP;
        FOR i IN 1 .. s LOOP
            SELECT t.debit, t.unapplied INTO kept FROM obligor.pool_sum t
                WHERE t.pool = sums[i] AND t.currency = currencies[i];
            sums_met := sums_met + FOUND::INT;
            sums_were := sums_were || ARRAY[coalesce(kept.debit, 0), coalesce(kept.unapplied, 0)];
            others_ordered := others_ordered OR sums_were[2 * i - 1] NOT BETWEEN sums[s + i] AND sums[2 * s + i];
            facts_moved := facts_moved OR sums_were[2 * i] <> sums[3 * s + i];
        END LOOP;
        facts_moved := facts_moved OR sums_met <> 0;
    END IF;
    said := obligor.hurry_1(wait_ms);
    -- Which pools it is in is one of its facts. A key or an order that comes in between is refused when it is written. They
    -- are looked up one by one (a LIMIT makes sure of it): only for one value is an index sure to be used.
    SELECT t.company, t.currency, t.chained, t.decisions,
            ARRAY[t.version, t.ordered, t.later, t.decisions, t.next_ship, t.next_expiry] AS numbers,
            CASE
                WHEN EXISTS (SELECT 1 FROM obligor.store o
                             WHERE o.went_at IS NOT NULL OR (o.came_began IS NOT NULL AND o.came_done IS NULL)) THEN NULL
                WHEN facts_moved OR t.facts_version <> about[2] OR t.horizon_to <> about[3]
                    OR t.next_expiry <= about[8] OR t.next_ship <= about[10] THEN 2
                WHEN others_ordered OR t.version <> about[4] OR t.ordered NOT BETWEEN about[5] AND about[6]
                    OR t.later <> about[7] THEN 1
                WHEN EXISTS (SELECT 1 FROM unnest(texts[1:n]) AS asked (key)
                             CROSS JOIN LATERAL (SELECT 1 FROM obligor.request r WHERE r.key = asked.key LIMIT 1) AS met)
                    THEN 3
                WHEN EXISTS (SELECT 1 FROM unnest(texts[n + 1:2 * n]) AS asked (document)
                             CROSS JOIN LATERAL (SELECT 1 FROM obligor.chain c WHERE c.company = t.company
                                                 AND c.document = asked.document LIMIT 1) AS met) THEN 3
                ELSE 0
            END AS outcome
        INTO kept FROM obligor.account t WHERE t.id = about[1] FOR NO KEY UPDATE;
    IF FOUND AND kept.outcome IS NULL THEN
        -- The state is not here.
        RETURN;
    END IF;
    outcome := coalesce(kept.outcome, 2);
    numbers := coalesce(kept.numbers, array_fill(NULL::BIGINT, ARRAY[6]));
    IF outcome <> 0 THEN
        -- There is nothing whose commit anybody must wait for.
        said := set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;
    said := obligor.hurry_1(wait_ms);
    FOR i IN 1 .. n LOOP
        IF texts[3 * n + i] IS NOT NULL THEN
            kept.decisions := kept.decisions + 1;
            kept.chained := sha256(kept.chained || bytes[2 * n + i]);
            sequences[i] := kept.decisions;
            chain[i] := kept.chained;
        END IF;
    END LOOP;
    -- All rows in one statement: to begin one takes longer than to write a row.
    WITH step AS (
        SELECT * FROM unnest(
            steps[1:n], steps[n + 1:2 * n], steps[2 * n + 1:3 * n], steps[3 * n + 1:4 * n], steps[4 * n + 1:5 * n],
            steps[5 * n + 1:6 * n], steps[6 * n + 1:7 * n], texts[1:n], texts[n + 1:2 * n], texts[2 * n + 1:3 * n],
            texts[3 * n + 1:4 * n], bytes[1:n], bytes[n + 1:2 * n], bytes[2 * n + 1:3 * n], sequences, chain
        ) AS t (granted, state, amount, ordered, expires, since, ships, key, document, marks, body, content, salt, digest,
            sequence, chained)
    ), decided AS (
        INSERT INTO obligor.decision (account, sequence, body, salt, digest, chained)
            SELECT about[1], t.sequence, t.body, t.salt, t.digest, t.chained FROM step t WHERE t.sequence IS NOT NULL
            RETURNING id, sequence, chained
    ), answered AS (
        INSERT INTO obligor.request (key, content, granted, decision)
            SELECT t.key, t.content, t.granted, d.id FROM step t LEFT JOIN decided d ON d.sequence = t.sequence
            WHERE t.key IS NOT NULL
    ), made AS (
        INSERT INTO obligor.chain (company, document, account, state, amount, ordered, delivered, drafted, invoiced,
                settled, expires, since, ships, marks, changed)
            SELECT kept.company, t.document, about[1], t.state, t.amount, t.ordered, 0, 0, 0, 0, t.expires, t.since, t.ships,
                t.marks, about[8]
            FROM step t WHERE t.state IS NOT NULL
    ), noted AS (
        INSERT INTO obligor.change (host, account, pooled)
            SELECT write_1.host, about[1], (p > 0)::INT WHERE about[15] > 0
    )
    UPDATE obligor.account t
        SET ordered = t.ordered + about[11], later = t.later + about[12], version = t.version + about[15],
            aged_to = about[9], horizon_to = about[10], next_ship = least(t.next_ship, about[13]),
            next_expiry = least(t.next_expiry, about[14]), decisions = kept.decisions, chained = kept.chained
        WHERE t.id = about[1]
        RETURNING (SELECT array_agg(d.id ORDER BY d.sequence) FROM decided d),
            (SELECT array_agg(d.chained ORDER BY d.sequence) FROM decided d) INTO ids, links;
    IF m > 0 THEN
        INSERT INTO obligor.event (at, kind, account, document, subject, reasons)
            SELECT t.at, t.kind, about[1], t.document, t.subject, t.reasons
            FROM unnest(events[1:m], events[m + 1:2 * m], told[1:m], told[m + 1:2 * m], told[2 * m + 1:3 * m])
                WITH ORDINALITY AS t (at, kind, document, subject, reasons, place)
            ORDER BY t.place;
    END IF;
    IF p > 0 THEN
        INSERT INTO obligor.pool_sum AS t (pool, currency, debit, unapplied)
            SELECT unnest(pools[1:p]), kept.currency, about[11] + about[12], 0 WHERE about[11] + about[12] <> 0
            ON CONFLICT ON CONSTRAINT pool_sum_pkey DO UPDATE SET debit = t.debit + excluded.debit;
        UPDATE obligor.pool_member t SET next_expiry = least(t.next_expiry, about[14])
            WHERE t.account = about[1] AND about[14] IS NOT NULL;
    END IF;
END;
$$;
