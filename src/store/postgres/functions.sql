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
-- its row to write. So the columns stand behind each other in few lists. `about` has 16 numbers:
--
--    1 account          2 facts_version    3 aged_to          4 horizon_to       5 version, if it must be this
--    6 ordered from     7 ordered to       8 later            9 moment          10 aged_to since
--   11 horizon_to since 12 more ordered   13 more later      14 next to ship    15 next to expire
--   16 version grows by
--
-- The other lists have all rows in order, one column whole after the other. `pools`, by rising number: pool,
-- facts_version. `sums`, of these pools: pool, debit from, debit to, unapplied; their currencies are in `currencies`.
-- `steps`: granted, state, amount, ordered, expires, since, ships. `texts`: key, document asked about, marks, body.
-- `bytes`: content, salt, digest. A step without a key remembers none, one without a body puts no decision on record, and
-- one without a state writes no order. `events`: moment, kind. `told`: document, subject, reasons.
--
-- `numbers` has what the account was before: version, ordered, later, next to ship, next to expire, decisions. `link` was
-- the end of its chain of decisions, and `sums_were` has debit and unapplied of each sum. `ids` are the numbers of the
-- decisions.
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
    OUT outcome BIGINT, OUT numbers BIGINT[], OUT sums_were BIGINT[], OUT ids BIGINT[], OUT link BYTEA
) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
    p INT := cardinality(pools) / 2;
    s INT := cardinality(sums) / 4;
    n INT := cardinality(steps) / 7;
    m INT := cardinality(events) / 2;
    kept RECORD;
    sum_kept RECORD;
    sums_met INT := 0;
    facts_moved BOOLEAN := false;
    others_ordered BOOLEAN := false;
    last_link BYTEA;
    made BIGINT;
    said TEXT;
BEGIN
    -- Settings of this transaction, in place of those of the session.
    said := set_config('lock_timeout', wait_ms, true);
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        said := set_config('synchronous_commit', 'on', true);
    END IF;
    IF NOT obligor.enter_1() THEN
        RETURN;
    END IF;
    IF p > 0 THEN
        -- The loads lock.
        PERFORM pg_advisory_xact_lock_shared(8026096675565076481);
        FOR i IN 1 .. p LOOP
            said := obligor.hurry_1(wait_ms);
            SELECT t.facts_version INTO kept FROM obligor.pool t WHERE t.id = pools[i] FOR NO KEY UPDATE;
            facts_moved := facts_moved OR NOT FOUND OR kept.facts_version <> pools[p + i];
        END LOOP;
    END IF;
    said := obligor.hurry_1(wait_ms);
    SELECT t.company, t.currency, t.facts_version, t.aged_to, t.horizon_to, t.version, t.ordered, t.later, t.next_ship,
            t.next_expiry, t.decisions, t.chained
        INTO kept FROM obligor.account t WHERE t.id = about[1] FOR NO KEY UPDATE;
    -- Which pools it is in is one of its facts.
    facts_moved := facts_moved OR NOT FOUND OR kept.facts_version <> about[2];
    said := obligor.hurry_1(wait_ms);
    FOR i IN 1 .. s LOOP
        SELECT t.debit, t.unapplied INTO sum_kept FROM obligor.pool_sum t
            WHERE t.pool = sums[i] AND t.currency = currencies[i];
        IF FOUND THEN
            sums_met := sums_met + 1;
        END IF;
        sums_were := sums_were || ARRAY[coalesce(sum_kept.debit, 0), coalesce(sum_kept.unapplied, 0)];
        others_ordered := others_ordered OR sums_were[2 * i - 1] NOT BETWEEN sums[s + i] AND sums[2 * s + i];
        facts_moved := facts_moved OR sums_were[2 * i] <> sums[3 * s + i];
    END LOOP;
    numbers := ARRAY[kept.version, kept.ordered, kept.later, kept.next_ship, kept.next_expiry, kept.decisions];
    link := kept.chained;
    outcome := CASE
        WHEN facts_moved OR kept.aged_to <> about[3] OR kept.horizon_to <> about[4] OR kept.next_expiry <= about[9]
            OR kept.next_ship <= about[11] THEN 2
        WHEN p > 0 AND sums_met < (SELECT count(*) FROM obligor.pool_sum t WHERE t.pool = ANY (pools[1:p])) THEN 2
        WHEN p > 0 AND EXISTS (
            SELECT 1 FROM obligor.pool_member t
            WHERE t.pool = ANY (pools[1:p]) AND t.next_expiry <= about[9] AND t.account <> about[1]) THEN 2
        WHEN others_ordered OR kept.version <> about[5] OR kept.ordered NOT BETWEEN about[6] AND about[7]
            OR kept.later <> about[8] THEN 1
        WHEN EXISTS (SELECT 1 FROM obligor.request r WHERE r.key = ANY (texts[1:n])) THEN 3
        WHEN EXISTS (
            SELECT 1 FROM obligor.chain c
            WHERE c.company = kept.company AND c.document = ANY (texts[n + 1:2 * n])) THEN 3
        ELSE 0
    END;
    IF outcome <> 0 THEN
        -- There is nothing whose commit anybody must wait for.
        said := set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;
    last_link := kept.chained;
    FOR i IN 1 .. n LOOP
        made := NULL;
        IF texts[3 * n + i] IS NOT NULL THEN
            kept.decisions := kept.decisions + 1;
            last_link := sha256(last_link || bytes[2 * n + i]);
            INSERT INTO obligor.decision (account, sequence, body, salt, digest, chained)
                VALUES (about[1], kept.decisions, texts[3 * n + i], bytes[n + i], bytes[2 * n + i], last_link)
                RETURNING id INTO made;
            ids := ids || made;
        END IF;
        IF texts[i] IS NOT NULL THEN
            INSERT INTO obligor.request (key, content, granted, decision) VALUES (texts[i], bytes[i], steps[i], made);
        END IF;
        IF steps[n + i] IS NOT NULL THEN
            INSERT INTO obligor.chain (company, document, account, state, amount, ordered, delivered, drafted,
                    invoiced, settled, expires, since, ships, marks, changed)
                VALUES (kept.company, texts[n + i], about[1], steps[n + i], steps[2 * n + i], steps[3 * n + i], 0, 0, 0, 0,
                    steps[4 * n + i], steps[5 * n + i], steps[6 * n + i], texts[2 * n + i], about[9]);
        END IF;
    END LOOP;
    FOR i IN 1 .. m LOOP
        INSERT INTO obligor.event (at, kind, account, document, subject, reasons)
            VALUES (events[i], events[m + i], about[1], told[i], told[m + i], told[2 * m + i]);
    END LOOP;
    UPDATE obligor.account t
        SET ordered = t.ordered + about[12], later = t.later + about[13], version = t.version + about[16],
            aged_to = about[10], horizon_to = about[11], next_ship = least(t.next_ship, about[14]),
            next_expiry = least(t.next_expiry, about[15]), decisions = kept.decisions, chained = last_link
        WHERE t.id = about[1];
    IF p > 0 AND about[12] + about[13] <> 0 THEN
        INSERT INTO obligor.pool_sum AS t (pool, currency, debit, unapplied)
            SELECT unnest(pools[1:p]), kept.currency, about[12] + about[13], 0
            ON CONFLICT ON CONSTRAINT pool_sum_pkey DO UPDATE SET debit = t.debit + excluded.debit;
    END IF;
    IF p > 0 AND about[15] IS NOT NULL THEN
        UPDATE obligor.pool_member t SET next_expiry = least(t.next_expiry, about[15]) WHERE t.account = about[1];
    END IF;
    IF about[16] > 0 THEN
        INSERT INTO obligor.change (host, account, pooled) VALUES (write_1.host, about[1], (p > 0)::INT);
    END IF;
END;
$$;
