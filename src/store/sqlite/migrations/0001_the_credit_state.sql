-- Amounts are minor units of the account's currency; days count from 1970-01-01; instants are milliseconds since then.
-- Small numbers such as status, kind and state are listed in code.rs.

-- Which store this is, where its state came from and where it went; always one row. A state that came is complete when
-- `came_done` is set; nobody else uses the store before. One that went is not used here any more. `identity` is random.
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    identity BLOB NOT NULL,
    came_identity BLOB,
    came_from TEXT,
    came_began INTEGER,
    came_done INTEGER,
    -- Which run of the move fills it, so that two do not.
    came_run BLOB,
    went_identity BLOB,
    went_to TEXT,
    went_at INTEGER
) STRICT;
INSERT INTO store (id, identity) VALUES (0, randomblob(16));

CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    country TEXT NOT NULL,
    legal_form TEXT NOT NULL,
    subject TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL
) STRICT;
CREATE INDEX customer_name ON customer (name_key, country);

CREATE TABLE customer_identifier (
    customer INTEGER NOT NULL REFERENCES customer (id),
    place INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (customer, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_identifier_value ON customer_identifier (scheme, value);

-- The buckets, and what stands after them up to the next expiry, are kept: they can be recomputed from the items and
-- chains. `profile` and `history` are JSON, empty where nothing is said or known.
CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    company TEXT NOT NULL,
    customer TEXT NOT NULL REFERENCES customer (number),
    currency TEXT NOT NULL,
    status INTEGER NOT NULL,
    ordered INTEGER NOT NULL DEFAULT 0,
    later INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    drafted INTEGER NOT NULL DEFAULT 0,
    open INTEGER NOT NULL DEFAULT 0,
    overdue INTEGER NOT NULL DEFAULT 0,
    unapplied INTEGER NOT NULL DEFAULT 0,
    aged_to INTEGER NOT NULL,
    oldest_overdue INTEGER,
    oldest_undisputed INTEGER,
    next_due INTEGER,
    disputed INTEGER NOT NULL DEFAULT 0,
    disputed_overdue INTEGER NOT NULL DEFAULT 0,
    dunning_level INTEGER NOT NULL DEFAULT 0,
    horizon_to INTEGER NOT NULL,
    next_ship INTEGER,
    next_expiry INTEGER,
    profile TEXT NOT NULL DEFAULT '',
    history TEXT NOT NULL DEFAULT '',
    -- `version` moves with every change, `facts_version` with all but those of orders that come and go: what is ordered,
    -- what of it ships later, and when the next of them ships or runs out.
    version INTEGER NOT NULL,
    facts_version INTEGER NOT NULL DEFAULT 1,
    -- The end of the account's chain of decisions.
    decisions INTEGER NOT NULL DEFAULT 0,
    chained BLOB NOT NULL DEFAULT (zeroblob(32)),
    UNIQUE (customer, company)
) STRICT;
CREATE INDEX account_expiry ON account (next_expiry) WHERE next_expiry IS NOT NULL;

-- `first`, here and in pool_limit, is -2147483648 for a limit that was always in force, so that it can be part of the
-- key. `share` is in hundredths of a per cent. `covering` is kept for insured limits with a last day: what is open of the
-- invoices whose goods were delivered in their time.
CREATE TABLE credit_limit (
    account INTEGER NOT NULL REFERENCES account (id),
    kind INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER,
    amount INTEGER,
    share INTEGER NOT NULL,
    covering INTEGER NOT NULL,
    PRIMARY KEY (account, kind, first)
) STRICT, WITHOUT ROWID;

-- `rates` is a JSON list of pairs: currency, and units of the pool's currency for one of it. `facts_version` moves with
-- everything of a pool but its sums.
CREATE TABLE pool (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    currency TEXT NOT NULL,
    rates TEXT NOT NULL,
    facts_version INTEGER NOT NULL
) STRICT;

CREATE TABLE pool_limit (
    pool INTEGER NOT NULL REFERENCES pool (id),
    kind INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER,
    amount INTEGER,
    share INTEGER NOT NULL,
    PRIMARY KEY (pool, kind, first)
) STRICT, WITHOUT ROWID;

-- `next_expiry` is the account's, so that what ran out in a pool is found without asking its other accounts.
CREATE TABLE pool_member (
    account INTEGER NOT NULL REFERENCES account (id),
    place INTEGER NOT NULL,
    pool INTEGER NOT NULL REFERENCES pool (id),
    next_expiry INTEGER,
    PRIMARY KEY (account, place),
    UNIQUE (pool, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_member_expiry ON pool_member (pool, next_expiry) WHERE next_expiry IS NOT NULL;

-- What the rows of a pool's accounts come to, by currency; there is no row for nothing.
CREATE TABLE pool_sum (
    pool INTEGER NOT NULL REFERENCES pool (id),
    currency TEXT NOT NULL,
    debit INTEGER NOT NULL,
    unapplied INTEGER NOT NULL,
    PRIMARY KEY (pool, currency)
) STRICT, WITHOUT ROWID;

-- Limits that wait for a second person; `record` is JSON.
CREATE TABLE limit_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- `changed`, here and in chain, is the moment of the request or of the data that last made the row what it is. It never
-- goes back. Data does not change rows that changed after its own moment, and a snapshot does not close those that
-- changed at it or later.
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    number TEXT NOT NULL,
    kind INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    residual INTEGER NOT NULL CHECK (residual >= 0),
    due INTEGER NOT NULL,
    disputed INTEGER NOT NULL CHECK (disputed IN (0, 1)),
    ever_disputed INTEGER NOT NULL,
    dunning_level INTEGER NOT NULL,
    dunning_blocked INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    document TEXT NOT NULL,
    changed INTEGER NOT NULL,
    UNIQUE (account, number)
) STRICT;
-- Aging reads nothing but this index. Kind 0 is an invoice.
CREATE INDEX item_open ON item (account, kind, disputed, due, residual) WHERE residual > 0;
CREATE INDEX item_dunned ON item (account, dunning_level)
    WHERE residual > 0 AND kind = 0 AND dunning_blocked = 0 AND dunning_level > 0;

-- `marks` is JSON, empty for none.
CREATE TABLE chain (
    id INTEGER PRIMARY KEY,
    company TEXT NOT NULL,
    document TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    state INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    ordered INTEGER NOT NULL CHECK (ordered >= 0),
    delivered INTEGER NOT NULL CHECK (delivered >= 0),
    drafted INTEGER NOT NULL CHECK (drafted >= 0),
    invoiced INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    expires INTEGER,
    since INTEGER NOT NULL,
    ships INTEGER,
    marks TEXT NOT NULL,
    changed INTEGER NOT NULL,
    UNIQUE (company, document)
) STRICT;
-- state 2 is active, state 0 is held.
CREATE INDEX chain_expiry ON chain (account, expires) WHERE state = 2 AND ordered > 0 AND expires IS NOT NULL;
CREATE INDEX chain_ships ON chain (account, ships) WHERE ordered > 0 AND ships IS NOT NULL;
CREATE INDEX chain_held ON chain (company, since, document) WHERE state = 0;
-- What holds credit and has not begun to move.
CREATE INDEX chain_active ON chain (company, since, document, account)
    WHERE state = 2 AND ordered > 0 AND delivered = 0 AND drafted = 0 AND invoiced = 0 AND settled = 0;

-- account 0 is the chain of decisions about unknown customers. Erasing takes body and salt and leaves the proof.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    body TEXT,
    salt BLOB,
    digest BLOB NOT NULL,
    chained BLOB NOT NULL,
    UNIQUE (account, sequence)
) STRICT;

-- The end of the chain of decisions about unknown customers; always one row.
CREATE TABLE unknown_chain (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    decisions INTEGER NOT NULL,
    chained BLOB NOT NULL
) STRICT;
INSERT INTO unknown_chain (id, decisions, chained) VALUES (0, 0, zeroblob(32));

CREATE TABLE request (
    key TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    granted INTEGER NOT NULL,
    decision INTEGER REFERENCES decision (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    account INTEGER REFERENCES account (id),
    document TEXT NOT NULL,
    subject TEXT NOT NULL,
    reasons TEXT NOT NULL,
    -- The key of an event that is queued once and never again.
    once TEXT
) STRICT;
CREATE UNIQUE INDEX event_once ON event (once) WHERE once IS NOT NULL;

-- How far each reader of the events has come.
CREATE TABLE consumer (
    name TEXT PRIMARY KEY,
    acknowledged INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE source (
    register TEXT NOT NULL,
    name TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    PRIMARY KEY (register, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE company (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    legal_form TEXT NOT NULL,
    state TEXT NOT NULL,
    registered INTEGER,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    phone TEXT NOT NULL,
    industry TEXT NOT NULL,
    no_marketing INTEGER NOT NULL,
    UNIQUE (source, scheme, value)
) STRICT;

CREATE TABLE remark (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    number TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER,
    currency TEXT,
    registered INTEGER NOT NULL,
    expires INTEGER,
    UNIQUE (source, number)
) STRICT;
CREATE INDEX remark_subject ON remark (source, scheme, value);

CREATE TABLE answer (
    source TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    body TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (source, scheme, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE lookup (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    answer TEXT NOT NULL,
    cached INTEGER NOT NULL,
    digest TEXT NOT NULL,
    copy_letter INTEGER NOT NULL,
    rule TEXT NOT NULL
) STRICT;

CREATE TABLE policy (
    digest BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
