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

-- Steps of accounts, written in one statement that is a transaction by itself: one round trip, whatever the distance.
--
-- The caller has decided on facts it had at hand. For each account, by its number in rising order, they are looked at
-- under the account's lock, and if they are not what they were, or a key or an order is known already, nothing of this
-- account is written and its outcome says why:
--
--   0  written
--   1  others ordered or gave up; the account as it is stands in the answer, and can be decided on at once
--   2  other facts moved, or something ran out: the account must be read again
--   3  a key or an order is known
--
-- A call for every kind of row would cost a round trip, and a parameter for every column costs more to understand than
-- its row to write. So the columns stand behind each other in few lists. `accounts` has 18 numbers for each account:
--
--    1 number           2 facts_version    3 aged_to          4 horizon_to       5 version, if it must be this
--    6 ordered from     7 ordered to       8 later            9 moment          10 aged_to since
--   11 horizon_to since 12 more ordered   13 more later      14 next to ship    15 next to expire
--   16 version grows by 17 steps          18 events
--
-- The other lists have all steps, or events, in the order of their accounts, one column whole after the other. `steps`:
-- granted, state, amount, ordered, expires, since, ships. `texts`: key, document asked about, marks, body. `bytes`:
-- content, salt, digest. A step without a key remembers none, one without a body puts no decision on record, and one
-- without a state writes no order. `events`: moment, kind. `told`: document, subject, reasons.
--
-- `outcomes` has 7 numbers for each account: outcome, and as it was before version, ordered, later, next to ship, next to
-- expire, decisions. `links` has the end of its chain of decisions as it was before. `ids` are the numbers of the decisions.
--
-- A session plans the statements in here once, maybe when the tables are empty, and no plan may be for such tables only:
-- so it is told to go by the indexes.
--
-- The function is called by hosts of several versions at once, so its number changes with its parameters, and an older
-- one stays as long as it is called.
CREATE OR REPLACE FUNCTION obligor.write_1(
    host BIGINT, wait_ms TEXT, accounts BIGINT[], steps BIGINT[], texts TEXT[], bytes BYTEA[], events BIGINT[], told TEXT[],
    OUT outcomes BIGINT[], OUT ids BIGINT[], OUT links BYTEA[]
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    n INT := cardinality(steps) / 7;
    m INT := cardinality(events) / 2;
    step INT := 0;
    event INT := 0;
    steps_end INT;
    events_end INT;
    kept RECORD;
    outcome INT;
    link BYTEA;
    made BIGINT;
    said TEXT;
BEGIN
    -- Settings of this transaction, in place of those of the session.
    said := set_config('lock_timeout', wait_ms, true);
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        said := set_config('synchronous_commit', 'on', true);
    END IF;
    -- Without an outcome the caller goes the long way, and is told there why.
    IF NOT obligor.enter_1() THEN
        RETURN;
    END IF;
    FOR a IN 0 .. cardinality(accounts) - 1 BY 18 LOOP
        steps_end := step + accounts[a + 17];
        events_end := event + accounts[a + 18];
        said := obligor.hurry_1(wait_ms);
        SELECT t.company, t.facts_version, t.aged_to, t.horizon_to, t.version, t.ordered, t.later, t.next_ship, t.next_expiry,
                t.decisions, t.chained
            INTO kept FROM obligor.account t WHERE t.id = accounts[a + 1] FOR NO KEY UPDATE;
        said := obligor.hurry_1(wait_ms);
        IF NOT FOUND OR kept.facts_version <> accounts[a + 2] OR kept.aged_to <> accounts[a + 3]
            OR kept.horizon_to <> accounts[a + 4] OR kept.next_expiry <= accounts[a + 9]
            OR kept.next_ship <= accounts[a + 11]
        THEN
            outcome := 2;
        ELSIF kept.version <> accounts[a + 5] OR kept.ordered NOT BETWEEN accounts[a + 6] AND accounts[a + 7]
            OR kept.later <> accounts[a + 8]
        THEN
            outcome := 1;
        ELSE
            outcome := 0;
            FOR i IN step + 1 .. steps_end LOOP
                IF EXISTS (SELECT 1 FROM obligor.request r WHERE r.key = texts[i])
                    OR EXISTS (SELECT 1 FROM obligor.chain c
                               WHERE c.company = kept.company AND c.document = texts[n + i])
                THEN
                    outcome := 3;
                    EXIT;
                END IF;
            END LOOP;
        END IF;
        outcomes := outcomes || ARRAY[outcome, kept.version, kept.ordered, kept.later, kept.next_ship, kept.next_expiry,
                                      kept.decisions];
        links := links || kept.chained;
        IF outcome = 0 THEN
            link := kept.chained;
            FOR i IN step + 1 .. steps_end LOOP
                made := NULL;
                IF texts[3 * n + i] IS NOT NULL THEN
                    kept.decisions := kept.decisions + 1;
                    link := sha256(link || bytes[2 * n + i]);
                    INSERT INTO obligor.decision (account, sequence, body, salt, digest, chained)
                        VALUES (accounts[a + 1], kept.decisions, texts[3 * n + i], bytes[n + i], bytes[2 * n + i], link)
                        RETURNING id INTO made;
                    ids := ids || made;
                END IF;
                IF texts[i] IS NOT NULL THEN
                    INSERT INTO obligor.request (key, content, granted, decision)
                        VALUES (texts[i], bytes[i], steps[i], made);
                END IF;
                IF steps[n + i] IS NOT NULL THEN
                    INSERT INTO obligor.chain (company, document, account, state, amount, ordered, delivered, drafted,
                            invoiced, settled, expires, since, ships, marks, changed)
                        VALUES (kept.company, texts[n + i], accounts[a + 1], steps[n + i], steps[2 * n + i],
                            steps[3 * n + i], 0, 0, 0, 0, steps[4 * n + i], steps[5 * n + i], steps[6 * n + i],
                            texts[2 * n + i], accounts[a + 9]);
                END IF;
            END LOOP;
            FOR i IN event + 1 .. events_end LOOP
                INSERT INTO obligor.event (at, kind, account, document, subject, reasons)
                    VALUES (events[i], events[m + i], accounts[a + 1], told[i], told[m + i], told[2 * m + i]);
            END LOOP;
            UPDATE obligor.account t
                SET ordered = t.ordered + accounts[a + 12], later = t.later + accounts[a + 13],
                    version = t.version + accounts[a + 16], aged_to = accounts[a + 10], horizon_to = accounts[a + 11],
                    next_ship = least(t.next_ship, accounts[a + 14]), next_expiry = least(t.next_expiry, accounts[a + 15]),
                    decisions = kept.decisions, chained = link
                WHERE t.id = accounts[a + 1];
            IF accounts[a + 16] > 0 THEN
                INSERT INTO obligor.change (host, account, pooled) VALUES (write_1.host, accounts[a + 1], 0);
            END IF;
        END IF;
        step := steps_end;
        event := events_end;
    END LOOP;
END;
$$;
