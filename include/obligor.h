/*
 * obligor: credit checks inside the ERP's own process.
 *
 * STATUS     Every function that can fail returns an int32_t: OBLIGOR_OK (0) or a positive code that never changes its
 *            meaning. A newer library may return codes this header does not know: treat them as failures.
 *            A verdict about an order or a customer is in the out-struct, never in the status. When the status is not
 *            OBLIGOR_OK, no output was written (`needed` always is). obligor_last_error() tells this thread's last error
 *            in words.
 * STRINGS    In: a pointer and a length in bytes, UTF-8; length -1 means "up to the NUL". Trailing blanks and NULs of
 *            keys are ignored. Out: a buffer, its size and a pointer that receives the size needed, the NUL counted; too
 *            small is OBLIGOR_E_BUFFER, and nothing was written. Ask for the size with NULL and 0.
 * STRUCTS    Set struct_size to sizeof the struct and everything you do not use to 0. Structs only ever grow at their
 *            end; the library reads and writes no more than struct_size bytes.
 * HANDLES    An engine is a number, 0 is none. A closed or invented number is answered with an error, never a crash.
 * OWNERSHIP  What you pass in stays yours and is not kept after the call. The library never gives you memory to free.
 * THREADS    Every function may be called from every thread at any time. Callbacks come on the calling thread.
 *            After fork() the child opens an engine of its own.
 * MONEY      int64_t in minor units (cents, oere; yen has none, dinar has 1000) and an ISO 4217 code in char[4].
 * DAYS       int32_t, days since 1970-01-01. Instants are int64_t, milliseconds since then, UTC.
 *
 * Generated from src/ffi by `cargo xtask header`. Do not edit.
 */
#ifndef OBLIGOR_H
#define OBLIGOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ======== Version ======== */

/**
 * The version of this interface. It moves only when the interface breaks, which is not planned to happen; additions
 * do not move it. A host compares it with obligor_abi_version() after loading the library.
 */
#define OBLIGOR_ABI_VERSION 1

/**
 * The version of the library this header belongs to, as text.
 */
#define OBLIGOR_VERSION "0.1.0"

/**
 * The version of the library this header belongs to, as a number: major * 1000000 + minor * 1000 + patch.
 */
#define OBLIGOR_VERSION_NUMBER 1000

/**
 * The version of the interface the loaded library speaks. If it is not OBLIGOR_ABI_VERSION, call nothing else. Never
 * fails; any thread.
 */
uint32_t obligor_abi_version(void);

/**
 * The version of the loaded library: major * 1000000 + minor * 1000 + patch. Never fails; any thread.
 */
uint32_t obligor_version_number(void);

/**
 * The version of the loaded library as text, NUL-terminated. The text is constant, belongs to the library and stays
 * valid; do not free it. Never fails; any thread.
 */
const char *obligor_version(void);

/* ======== Status ======== */

/**
 * The call did what was asked. Its verdict, if it has one, is in the output.
 */
#define OBLIGOR_OK 0

/**
 * The request is wrong; the same request fails again. The last error names the argument.
 */
#define OBLIGOR_E_ARGUMENT 1

/**
 * The engine is not open: never was, or was closed.
 */
#define OBLIGOR_E_ENGINE 2

/**
 * The buffer is too small; `needed` says how large it must be. Nothing was written to it.
 */
#define OBLIGOR_E_BUFFER 3

/**
 * The thing named does not exist.
 */
#define OBLIGOR_E_NOT_FOUND 4

/**
 * The key was used before for a request with other content; nothing was changed.
 */
#define OBLIGOR_E_KEY_CONFLICT 5

/**
 * The order is in a state that does not allow this.
 */
#define OBLIGOR_E_STATE 6

/**
 * A named limit of the library was exceeded.
 */
#define OBLIGOR_E_TOO_LARGE 7

/**
 * The configuration is wrong.
 */
#define OBLIGOR_E_CONFIG 8

/**
 * The policy is wrong.
 */
#define OBLIGOR_E_POLICY 9

/**
 * It is not known whether it happened: ask again with the same key. Neither an approval nor a refusal.
 */
#define OBLIGOR_E_UNDETERMINED 10

/**
 * The store is damaged, or not one of ours.
 */
#define OBLIGOR_E_STORE 11

/**
 * The store was written by a newer version of the library.
 */
#define OBLIGOR_E_TOO_NEW 12

/**
 * Something else in this process has the store open.
 */
#define OBLIGOR_E_IN_USE 13

/**
 * The store is on a file system that cannot keep its promises.
 */
#define OBLIGOR_E_UNSUPPORTED 14

/**
 * A file could not be read or written.
 */
#define OBLIGOR_E_IO 15

/**
 * The law or the policy forbids it; the last error names the rule.
 */
#define OBLIGOR_E_FORBIDDEN 16

/**
 * The engine was opened before this process was forked: open another.
 */
#define OBLIGOR_E_FORKED 17

/**
 * A fault of the library. The engine takes no more calls: close it and open another.
 */
#define OBLIGOR_E_INTERNAL 18

/**
 * A text is not UTF-8; the last error names the byte.
 */
#define OBLIGOR_E_ENCODING 19

/**
 * The host's callback asked to stop; nothing was changed.
 */
#define OBLIGOR_E_CANCELLED 20

/**
 * What a status means, in a few English words. Every number has some, also one this library does not know. What
 * went wrong in a certain call is told by obligor_last_error(). Any thread.
 *
 * Errors: OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT.
 */
int32_t obligor_status_text(int32_t status,
                            char *buf,
                            size_t cap,
                            size_t *needed);

/* ======== The last error ======== */

/**
 * The words of the last call that failed on the calling thread, for the person who must act; empty if none did. A
 * call that succeeds leaves them as they are, and so does this function. They hold no secret and no personal
 * number. At most 1024 bytes are needed, the NUL counted.
 *
 * Errors: OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT.
 */
int32_t obligor_last_error(char *buf,
                           size_t cap,
                           size_t *needed);

/* ======== The engine ======== */

/**
 * A line of the log: something failed.
 */
#define OBLIGOR_LOG_ERROR 1

/**
 * A line of the log: something is not as it should be, and was dealt with.
 */
#define OBLIGOR_LOG_WARNING 2

/**
 * A line of the log: something happened that seldom happens, such as an import.
 */
#define OBLIGOR_LOG_INFO 3

/**
 * Takes one line of the log: its level (an OBLIGOR_LOG_ number, more may come), `length` bytes of UTF-8 without a line
 * break, followed by a NUL, and the pointer that was given with the callback. The line belongs to the library and is
 * gone after the call. It holds no secret and no personal number.
 *
 * It is called on the thread of the call it belongs to, with no lock held, and may call the library again. It must
 * return: no exception, no longjmp.
 */
typedef void (*obligor_log_callback)(int32_t level, const char *line, size_t length, void *user);

/**
 * Opens an engine.
 *
 * `config` is a JSON document when it begins with '{', else the path of a TOML file with the same keys: `store` (the
 * file of the credit state, or where in a PostgreSQL server it is: "postgresql://user@host/database", or "env:NAME" or
 * "file:PATH" for a URL with a password; the only one needed for a file), `create` (make it if it is not there),
 * `policy` ("standard" or the path of a TOML file) or `policy_text`, `secret` ("env:NAME" or "file:PATH"; never the
 * secret itself; needed for a server), `clock` ("system", or a moment such as "2026-11-22T08:00:00Z" at which the
 * engine's time stands still), `utc_offset_minutes` and `deadline_ms` (how long a call may take that does not say so
 * itself; 5000). Relative paths in a file are relative to it; those in a document to the working directory.
 *
 * The engine is open until obligor_close() or the end of the process, which needs no closing: nothing is lost. At
 * most 64 engines are open at once, and a store is opened once in a process and by any number of processes. After a
 * fork the child opens an engine of its own. Any thread.
 *
 * Errors: OBLIGOR_E_CONFIG, OBLIGOR_E_POLICY, OBLIGOR_E_IN_USE, OBLIGOR_E_TOO_NEW, OBLIGOR_E_UNSUPPORTED,
 * OBLIGOR_E_STORE, OBLIGOR_E_IO, OBLIGOR_E_UNDETERMINED (another process holds the store too long: try again),
 * OBLIGOR_E_TOO_LARGE (64 engines are open), OBLIGOR_E_ENCODING, OBLIGOR_E_ARGUMENT.
 */
int32_t obligor_open(const char *config,
                     int64_t config_length,
                     uint32_t *engine);

/**
 * Closes an engine. Calls that are running finish as if nothing had happened, and the last of them ends the engine;
 * when none is running, this call does. From here on its number is answered with OBLIGOR_E_ENGINE and is never given
 * again. Any thread, also in a callback.
 *
 * Errors: OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED (the engine is the parent's and nothing was done).
 */
int32_t obligor_close(uint32_t engine);

/**
 * Sends the engine's log to a callback, or nowhere with NULL, as at first. `user` is handed to the callback as it is;
 * both are kept until they are replaced or the engine has ended, and are used on every thread that calls the
 * engine. A thread that is in the callback while it is replaced finishes there. Any thread.
 *
 * Errors: OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_log(uint32_t engine,
                    obligor_log_callback callback,
                    void *user);

/* ======== Accounts ======== */

/**
 * Status of an account: the rules alone decide.
 */
#define OBLIGOR_ACCOUNT_OK 1

/**
 * Status of an account: the rules decide; people look at it more often.
 */
#define OBLIGOR_ACCOUNT_WATCH 2

/**
 * Status of an account: new orders wait for a person.
 */
#define OBLIGOR_ACCOUNT_HOLD 3

/**
 * Status of an account: no new order goes through.
 */
#define OBLIGOR_ACCOUNT_STOP 4

/**
 * Status of an account: it is excluded from checks.
 */
#define OBLIGOR_ACCOUNT_NO_CHECK 5

/**
 * The position of a credit account: where its value is and what it may owe. Amounts are minor units of `currency`. Filled
 * in by the library; the caller sets `struct_size` and owns it.
 */
typedef struct {
    /**
     * sizeof(obligor_account), set by the caller.
     */
    uint32_t struct_size;
    /**
     * The account's number.
     */
    uint32_t account;
    /**
     * Its currency, ISO 4217.
     */
    char currency[4];
    /**
     * The status a person gave it: an OBLIGOR_ACCOUNT_ number.
     */
    int32_t status;
    /**
     * Reserved by orders that are not delivered and ship within the policy's horizon, if it has one.
     */
    int64_t ordered;
    /**
     * Delivered and not invoiced.
     */
    int64_t delivered;
    /**
     * On invoices that are drafts.
     */
    int64_t drafted;
    /**
     * Open items that are not overdue.
     */
    int64_t open;
    /**
     * Open items past their due day and the policy's days of grace.
     */
    int64_t overdue;
    /**
     * The customer's own money: payments on account and credit notes that are not applied yet, as a positive number.
     */
    int64_t unapplied;
    /**
     * What the customer owes and will owe, as the policy counts it.
     */
    int64_t exposure;
    /**
     * The account's own limit in force, with what insurers cover on top; only if `has_limit`.
     */
    int64_t limit;
    /**
     * The limit less the exposure; only if `has_limit`.
     */
    int64_t available;
    /**
     * 1 if a limit is in force; else 0: none is on record, or the account is marked as having none.
     */
    int32_t has_limit;
    /**
     * The earliest due day of what is overdue, in days since 1970-01-01; OBLIGOR_NO_DAY if nothing is.
     */
    int32_t oldest_overdue_day;
    /**
     * When this was read: milliseconds since 1970-01-01, UTC.
     */
    int64_t facts_at_ms;
    /**
     * Reserved by orders that ship beyond the policy's horizon; part of `exposure`.
     */
    int64_t later;
} obligor_account;

/**
 * The number of a customer's account in a company. Any thread.
 *
 * Errors: OBLIGOR_E_NOT_FOUND (no such account), OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_UNDETERMINED,
 * OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_account_resolve(uint32_t engine,
                                const char *company,
                                int64_t company_length,
                                const char *customer,
                                int64_t customer_length,
                                uint32_t *account);

/**
 * The position of an account, read from the store. Any thread.
 *
 * Errors: OBLIGOR_E_NOT_FOUND (no such account), OBLIGOR_E_ARGUMENT, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE,
 * OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_account_read(uint32_t engine,
                             uint32_t account,
                             obligor_account *position);

/* ======== Decisions ======== */

/**
 * Outcome: nobody asked, since no rule of the policy applies. Not an approval; the order may go through.
 */
#define OBLIGOR_OUTCOME_NOT_CHECKED 0

/**
 * Outcome: the order may go through.
 */
#define OBLIGOR_OUTCOME_APPROVE 1

/**
 * Outcome: the order may go through, and credit control is told.
 */
#define OBLIGOR_OUTCOME_APPROVE_WITH_ALERT 2

/**
 * Outcome: the order may go through once the amount in `prepay` was paid in advance.
 */
#define OBLIGOR_OUTCOME_PREPAY 3

/**
 * Outcome: the order waits for a person; it holds no credit meanwhile.
 */
#define OBLIGOR_OUTCOME_HOLD 4

/**
 * Outcome: the order may not go through.
 */
#define OBLIGOR_OUTCOME_REFUSE 5

/**
 * Level of a reason: the credit account itself.
 */
#define OBLIGOR_LEVEL_OWN 1

/**
 * Level of a reason: the group the account belongs to.
 */
#define OBLIGOR_LEVEL_GROUP 2

/**
 * Level of a reason: the credit segment.
 */
#define OBLIGOR_LEVEL_SEGMENT 3

/**
 * Level of a reason: the document alone, whatever the account.
 */
#define OBLIGOR_LEVEL_DOCUMENT 4

/**
 * Kind of a value: there is none.
 */
#define OBLIGOR_KIND_NONE 0

/**
 * Kind of a value: minor units of the reason's `currency`.
 */
#define OBLIGOR_KIND_MONEY 1

/**
 * Kind of a value: days.
 */
#define OBLIGOR_KIND_DAYS 2

/**
 * Kind of a value: a number of things.
 */
#define OBLIGOR_KIND_COUNT 3

/**
 * Kind of a value: hundredths of a per cent.
 */
#define OBLIGOR_KIND_BASIS_POINTS 4

/**
 * Kind of a value: a civil day, in days since 1970-01-01.
 */
#define OBLIGOR_KIND_DAY 5

/**
 * Kind of a value: a currency; its three letters as a number, the first one times 65536, the second one times 256, the
 * third one.
 */
#define OBLIGOR_KIND_CURRENCY 6

/**
 * Remedy: there is none.
 */
#define OBLIGOR_REMEDY_NONE 0

/**
 * Remedy: the customer pays this much of what is owed, in minor units.
 */
#define OBLIGOR_REMEDY_PAY 1

/**
 * Remedy: the order is made smaller by this much, in minor units.
 */
#define OBLIGOR_REMEDY_REDUCE_BY 2

/**
 * Remedy: the order waits until this day, in days since 1970-01-01.
 */
#define OBLIGOR_REMEDY_WAIT_UNTIL 3

/**
 * Remedy: the order is made out in this currency, as for OBLIGOR_KIND_CURRENCY.
 */
#define OBLIGOR_REMEDY_USE_CURRENCY 4

/**
 * Remedy: a person lifts the hold or stop.
 */
#define OBLIGOR_REMEDY_LIFT_STATUS 5

/**
 * Remedy: a person sets a limit, or marks the account as having none.
 */
#define OBLIGOR_REMEDY_SET_LIMIT 6

/**
 * Remedy: the customer is created first.
 */
#define OBLIGOR_REMEDY_CREATE_CUSTOMER 7

/**
 * Remedy: this amount is paid in advance, in minor units.
 */
#define OBLIGOR_REMEDY_PREPAY 8

/**
 * Remedy: the customer gives this much as a deposit or another security, in minor units.
 */
#define OBLIGOR_REMEDY_DEPOSIT 9

/**
 * Remedy: a person who may do so releases the order.
 */
#define OBLIGOR_REMEDY_RELEASE 10

/**
 * Remedy: the order is made out with payment terms of at most so many days.
 */
#define OBLIGOR_REMEDY_USE_TERMS 11

/**
 * Remedy: the discount is at most this, in hundredths of a per cent.
 */
#define OBLIGOR_REMEDY_DISCOUNT_AT_MOST 12

/**
 * Remedy: the account is reviewed and its limit renewed.
 */
#define OBLIGOR_REMEDY_REVIEW 13

/**
 * Remedy: somebody finds out what is not known.
 */
#define OBLIGOR_REMEDY_FIND_OUT 14

/**
 * Reason: the exposure with the order would be above the limit in force.
 */
#define OBLIGOR_REASON_OVER_LIMIT 1

/**
 * Reason: the account has no limit in force and is not marked as having none.
 */
#define OBLIGOR_REASON_LIMIT_MISSING 2

/**
 * Reason: more is overdue than the policy allows.
 */
#define OBLIGOR_REASON_OVERDUE_AMOUNT 3

/**
 * Reason: the oldest overdue item is older than the policy allows.
 */
#define OBLIGOR_REASON_OVERDUE_DAYS 4

/**
 * Reason: the account is stopped by hand; nothing new goes through.
 */
#define OBLIGOR_REASON_STATUS_STOP 5

/**
 * Reason: the account is on hold by hand; new orders wait for a person.
 */
#define OBLIGOR_REASON_STATUS_HOLD 6

/**
 * Reason: the account is excluded from checks by hand.
 */
#define OBLIGOR_REASON_STATUS_NO_CHECK 7

/**
 * Reason: no such customer, or no credit account in this company.
 */
#define OBLIGOR_REASON_UNKNOWN_CUSTOMER 8

/**
 * Reason: the order's currency is not the account's and no rate was given.
 */
#define OBLIGOR_REASON_CURRENCY_MISMATCH 9

/**
 * Reason: the customer's own money on account covers what the limit does not.
 */
#define OBLIGOR_REASON_COVERED_BY_CREDIT 10

/**
 * Reason: the order does not increase the exposure; such orders always go through.
 */
#define OBLIGOR_REASON_NOT_AN_INCREASE 11

/**
 * Reason: the account is marked as having no limit.
 */
#define OBLIGOR_REASON_NO_LIMIT 12

/**
 * Reason: the account was over its limit before this order.
 */
#define OBLIGOR_REASON_ALREADY_OVER_LIMIT 13

/**
 * Reason: the account is watched by hand.
 */
#define OBLIGOR_REASON_STATUS_WATCH 14

/**
 * Reason: the last limit is past its last day, and no other is in force.
 */
#define OBLIGOR_REASON_LIMIT_EXPIRED 15

/**
 * Reason: the limit in force has no last day, and the policy asks for one.
 */
#define OBLIGOR_REASON_LIMIT_OPEN_ENDED 16

/**
 * Reason: the day the account was to be reviewed is past.
 */
#define OBLIGOR_REASON_REVIEW_DUE 17

/**
 * Reason: too large a share of what is open is overdue.
 */
#define OBLIGOR_REASON_OVERDUE_SHARE 18

/**
 * Reason: too much of the limit is used, counting the order.
 */
#define OBLIGOR_REASON_UTILISATION 19

/**
 * Reason: the order alone is too large.
 */
#define OBLIGOR_REASON_DOCUMENT_VALUE 20

/**
 * Reason: an open item has reached too high a dunning level.
 */
#define OBLIGOR_REASON_DUNNING_LEVEL 21

/**
 * Reason: the customer has paid too late, weighted by amount.
 */
#define OBLIGOR_REASON_PAYMENT_BEHAVIOUR 22

/**
 * Reason: too large a share of the invoices was disputed, and something is still owed.
 */
#define OBLIGOR_REASON_DISPUTE_RATE 23

/**
 * Reason: the order's payment terms are longer than agreed.
 */
#define OBLIGOR_REASON_TERMS_CHANGED 24

/**
 * Reason: the order's discount is too high.
 */
#define OBLIGOR_REASON_DISCOUNT 25

/**
 * Reason: too much is in one stage of the way from order to payment.
 */
#define OBLIGOR_REASON_BUCKET_AMOUNT 26

/**
 * Reason: the customer's score is too low.
 */
#define OBLIGOR_REASON_SCORE 27

/**
 * Reason: the rule speaks of everything in its scope.
 */
#define OBLIGOR_REASON_ALWAYS 28

/**
 * Reason: a fact that a rule needs is not known.
 */
#define OBLIGOR_REASON_FACT_UNKNOWN 29

/**
 * Reason: a person has put this very order on hold.
 */
#define OBLIGOR_REASON_FORCED_HOLD 30

/**
 * Reason: a person has let this order through, and the release still covers it.
 */
#define OBLIGOR_REASON_RELEASED 31

/**
 * Reason: a role that may let the order through has done so in the same call.
 */
#define OBLIGOR_REASON_OVERRIDDEN 32

/**
 * Reason: an exclusion of the policy takes the order out of the rules.
 */
#define OBLIGOR_REASON_EXCLUDED 33

/**
 * Reason: the customer belongs to the own group of companies.
 */
#define OBLIGOR_REASON_INTERNAL_CUSTOMER 34

/**
 * Reason: the part that is prepaid, paid in cash or secured stays outside.
 */
#define OBLIGOR_REASON_SECURED 35

/**
 * Reason: more was delivered or invoiced than was ordered.
 */
#define OBLIGOR_REASON_OVER_DELIVERY 36

/**
 * Reason: a person has turned the order down.
 */
#define OBLIGOR_REASON_REJECTED 37

/**
 * Reason: the release waits for a second person.
 */
#define OBLIGOR_REASON_SECOND_PERSON 38

/**
 * State of an order: nothing is known of it.
 */
#define OBLIGOR_STATE_NONE 0

/**
 * State of an order: it waits for a person and holds nothing.
 */
#define OBLIGOR_STATE_HELD 1

/**
 * State of an order: it was refused, or waits for a prepayment, and holds nothing.
 */
#define OBLIGOR_STATE_DECLINED 2

/**
 * State of an order: it holds credit.
 */
#define OBLIGOR_STATE_ACTIVE 3

/**
 * State of an order: it was cancelled; what was ordered holds nothing any more, what was delivered goes on.
 */
#define OBLIGOR_STATE_CANCELLED 4

/**
 * State of an order: it ran out; as cancelled.
 */
#define OBLIGOR_STATE_EXPIRED 5

/**
 * Where the facts of a decision came from: memory. They are true as of `facts_at_ms`.
 */
#define OBLIGOR_SOURCE_MEMORY 1

/**
 * Where the facts of a decision came from: the store, just then.
 */
#define OBLIGOR_SOURCE_STORE 2

/**
 * What was decided about an order. Filled in by the library; the caller sets `struct_size` and owns it.
 */
typedef struct {
    /**
     * sizeof(obligor_decision), set by the caller.
     */
    uint32_t struct_size;
    /**
     * What the order may do: an OBLIGOR_OUTCOME_ number. Treat one you do not know as a refusal.
     */
    int32_t outcome;
    /**
     * The decision's number on record; 0 when it is not on record: a check, or a list that was not taken.
     */
    int64_t decision_id;
    /**
     * By how much the exposure would grow, in minor units of `increase_currency`.
     */
    int64_t increase;
    /**
     * The currency of `increase`: the account's, or the order's own when it could not be converted.
     */
    char increase_currency[4];
    /**
     * The account's currency, that of every amount below; empty when there is no account.
     */
    char currency[4];
    /**
     * The exposure before the order.
     */
    int64_t exposure_before;
    /**
     * The exposure after it: with the increase if the order was granted, as before if not.
     */
    int64_t exposure_after;
    /**
     * The account's own limit in force, with what insurers cover on top; only if `has_limit`.
     */
    int64_t limit;
    /**
     * The limit less the exposure before the order; negative when it was over its limit. Only if `has_limit`.
     */
    int64_t available_before;
    /**
     * The limit less the exposure after the order. Only if `has_limit`.
     */
    int64_t available_after;
    /**
     * What must be paid in advance for the order to go through, with OBLIGOR_OUTCOME_PREPAY; else 0.
     */
    int64_t prepay;
    /**
     * As of when the facts are those of the store, in milliseconds since 1970-01-01, UTC: when they were read, or, from
     * memory, when it was last known that nobody had written them since.
     */
    int64_t facts_at_ms;
    /**
     * 1 if there is such an account; else 0, and every amount below `currency` is 0.
     */
    int32_t has_account;
    /**
     * 1 if a limit is in force; else 0, and `limit` and `available_` are 0.
     */
    int32_t has_limit;
    /**
     * What has become of the order: an OBLIGOR_STATE_ number.
     */
    int32_t order_state;
    /**
     * Where the facts came from: an OBLIGOR_SOURCE_ number.
     */
    int32_t source;
    /**
     * 1 if this is the recorded answer to an earlier use of the same key.
     */
    int32_t repeated;
    /**
     * How many reasons there are, also when there was no room for all of them.
     */
    uint32_t reason_count;
    /**
     * In a list: the status of this order. If it is not OBLIGOR_OK, everything above but `struct_size` is 0. Else 0.
     */
    int32_t status;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The deposit or other security that the rules recommend for the order, whatever the outcome; else 0.
     */
    int64_t deposit;
} obligor_decision;

/**
 * One reason of a decision. Filled in by the library; the caller sets `struct_size` (of an array: in the first one) and
 * owns it. The reason that stops most stands first.
 */
typedef struct {
    /**
     * sizeof(obligor_reason), set by the caller.
     */
    uint32_t struct_size;
    /**
     * What is the matter: an OBLIGOR_REASON_ number. More may come.
     */
    int32_t code;
    /**
     * On whose level: an OBLIGOR_LEVEL_ number.
     */
    int32_t level;
    /**
     * What this reason alone would make of the order: an OBLIGOR_OUTCOME_ number.
     */
    int32_t effect;
    /**
     * What `measured` is: an OBLIGOR_KIND_ number.
     */
    int32_t measured_kind;
    /**
     * What `threshold` is: an OBLIGOR_KIND_ number.
     */
    int32_t threshold_kind;
    /**
     * What would make the order pass: an OBLIGOR_REMEDY_ number.
     */
    int32_t remedy_kind;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * What was measured.
     */
    int64_t measured;
    /**
     * What it was held against.
     */
    int64_t threshold;
    /**
     * How much of the remedy, which day, which currency; 0 where that means nothing.
     */
    int64_t remedy;
    /**
     * The role that may release it, as the policy names it; cut at a character if it is longer, empty if there is none.
     */
    char release_by[32];
    /**
     * The policy's name for the rule; cut at a character if it is longer, empty for reasons no rule made.
     */
    char rule[64];
    /**
     * The pool whose limit or exposure it speaks of, with OBLIGOR_LEVEL_GROUP and OBLIGOR_LEVEL_SEGMENT; cut at a
     * character if it is longer, else empty.
     */
    char pool[64];
    /**
     * The currency of `measured` and `threshold` where they are amounts: the account's or, of a pool's limit, the pool's;
     * else empty.
     */
    char currency[4];
    /**
     * The currency of `remedy` where it is an amount; else empty. What is paid in advance is in the account's currency
     * even where the pool's is another.
     */
    char remedy_currency[4];
} obligor_reason;

/**
 * Explains a recorded decision in sentences, one a line: what was decided, why, and what would make it pass. The
 * language is "en", "da", "nb", "sv", "fi" or "nl"; empty is "en". Asking only for the size changes nothing. Any
 * thread.
 *
 * Errors: OBLIGOR_E_NOT_FOUND (no such decision, or its content was erased), OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT,
 * OBLIGOR_E_ENCODING, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, and those of every call on an engine:
 * OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_decision_explain(uint32_t engine,
                                 int64_t decision_id,
                                 const char *language,
                                 int64_t language_length,
                                 char *buf,
                                 size_t cap,
                                 size_t *needed);

/**
 * Makes a recorded decision again, from the facts it was made from and under the policy of that day. `same` gets 1 if
 * it comes out the same, byte for byte, else 0. Any thread.
 *
 * Errors: OBLIGOR_E_NOT_FOUND (no such decision, or its content was erased), OBLIGOR_E_ARGUMENT,
 * OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_decision_replay(uint32_t engine,
                                int64_t decision_id,
                                int32_t *same);

/* ======== Reasons in words ======== */

/**
 * Says a reason in a sentence: what is the matter and, where it stops the order, what would make the order pass and
 * who may release it. `reason` is as the library filled it in. `currency` is that of its decision (empty if that is);
 * it counts only where the struct does not say its own. The language is as for obligor_decision_explain(). Needs no
 * engine. Any thread.
 *
 * Errors: OBLIGOR_E_ARGUMENT (something in the struct is not as the library fills it in), OBLIGOR_E_ENCODING,
 * OBLIGOR_E_BUFFER.
 */
int32_t obligor_reason_text(const obligor_reason *reason,
                            const char *currency,
                            int64_t currency_length,
                            const char *language,
                            int64_t language_length,
                            char *buf,
                            size_t cap,
                            size_t *needed);

/* ======== Orders ======== */

/**
 * No day: for `due_day`, and in `oldest_overdue_day`.
 */
#define OBLIGOR_NO_DAY (-2147483647 - 1)

/**
 * Flag of an order, for obligor_order_convert(): everything in the stage moves, and `amount` is not looked at.
 */
#define OBLIGOR_ORDER_ALL 1

/**
 * Flag of an order: `secured` is said, also when it is 0. A change then takes away what was secured before.
 */
#define OBLIGOR_ORDER_SECURED 2

/**
 * Flag of an order: `terms_days` is said, also when it is 0, which is due at once.
 */
#define OBLIGOR_ORDER_TERMS 4

/**
 * Flag of an order: `discount_basis_points` is said, also when it is 0.
 */
#define OBLIGOR_ORDER_DISCOUNT 8

/**
 * Flag of an order: the user lets it through whatever the rules say, as far as `role` may, and says why in `reason`; always
 * recorded. Where the role may not, the rules decide as if nobody had asked.
 */
#define OBLIGOR_ORDER_OVERRULE 16

/**
 * Flag of an order, beside OBLIGOR_ORDER_OVERRULE: a stop of the customer is lifted too.
 */
#define OBLIGOR_ORDER_LIFTS_STOP 32

/**
 * Stage: none given. From: the last one before `stage_to` that holds anything. To, unless it is converted: ordered.
 */
#define OBLIGOR_STAGE_NONE 0

/**
 * Stage: ordered, not delivered.
 */
#define OBLIGOR_STAGE_ORDERED 1

/**
 * Stage: delivered, not invoiced.
 */
#define OBLIGOR_STAGE_DELIVERED 2

/**
 * Stage: on an invoice that is a draft.
 */
#define OBLIGOR_STAGE_DRAFTED 3

/**
 * Stage: on a posted invoice that is not paid.
 */
#define OBLIGOR_STAGE_INVOICED 4

/**
 * Stage: paid or credited; no longer exposure.
 */
#define OBLIGOR_STAGE_SETTLED 5

/**
 * Checkpoint: none given; the order is asked about as it is entered.
 */
#define OBLIGOR_CHECKPOINT_NONE 0

/**
 * Checkpoint: the order is entered, changed or reopened.
 */
#define OBLIGOR_CHECKPOINT_ENTRY 1

/**
 * Checkpoint: it is confirmed to the customer.
 */
#define OBLIGOR_CHECKPOINT_CONFIRM 2

/**
 * Checkpoint: its goods are picked.
 */
#define OBLIGOR_CHECKPOINT_PICK 3

/**
 * Checkpoint: its goods leave.
 */
#define OBLIGOR_CHECKPOINT_SHIP 4

/**
 * Checkpoint: it is invoiced. Goods that were shipped are invoiced whatever the answer.
 */
#define OBLIGOR_CHECKPOINT_INVOICE 5

/**
 * The most orders a list may hold.
 */
#define OBLIGOR_MAX_LIST 10000

/**
 * A request about one order. Filled in by the caller, who owns it; set everything that is not used to 0.
 *
 * Texts are UTF-8, ended by a NUL or filled up with blanks or NULs; a text that fills its field needs no NUL.
 */
typedef struct {
    /**
     * sizeof(obligor_order).
     */
    uint32_t struct_size;
    /**
     * The account's number, from obligor_account_resolve(); or 0, and `company` and `customer` say it. The number is
     * what makes a check cheap.
     */
    uint32_t account;
    /**
     * Minor units of `currency`. Check, reserve and change: the order's whole amount. Reopen: what is ordered again.
     * Convert: the part that moves. Cancel: leave it and the currency empty.
     */
    int64_t amount;
    /**
     * ISO 4217, such as "DKK".
     */
    char currency[4];
    /**
     * OBLIGOR_ORDER_ flags; else 0.
     */
    uint32_t flags;
    /**
     * When what is ordered stops holding credit: milliseconds since 1970-01-01, UTC; 0 is never.
     */
    int64_t expires_ms;
    /**
     * Convert: where the part is, an OBLIGOR_STAGE_ number. Else 0.
     */
    int32_t stage_from;
    /**
     * Convert: where the part goes. Check and reserve: where the document begins, when it is not an order: a delivery
     * without one is delivered, a draft invoice drafted, a posted one invoiced. Else 0.
     */
    int32_t stage_to;
    /**
     * To invoiced: the day the item is due, in days since 1970-01-01. 0 and OBLIGOR_NO_DAY are none.
     */
    int32_t due_day;
    /**
     * How long the call may take, in milliseconds; 0 is as configured.
     */
    uint32_t deadline_ms;
    /**
     * The company that sells.
     */
    char company[32];
    /**
     * The customer that pays.
     */
    char customer[64];
    /**
     * The order, as the host numbers it. A check may leave it empty and is then about a new order.
     */
    char document[64];
    /**
     * The host's key for this very request; needed by everything but a check. The same key with the same content gets
     * the same answer, however often it comes; with other content OBLIGOR_E_KEY_CONFLICT.
     */
    char key[64];
    /**
     * To or from invoiced, and to settled: the open item, as the host numbers it.
     */
    char item[64];
    /**
     * Who asks; recorded.
     */
    char user[64];
    /**
     * Units of the account's currency for one unit of `currency`, as a decimal number such as "7.4605"; empty when they
     * are the same.
     */
    char rate[32];
    /**
     * The part of the amount that is prepaid, paid in cash or secured, in minor units of `currency`: it holds no credit.
     * Not for what the customer has to their credit in the books: that counts already. 0 says nothing, and a change leaves
     * what was secured before, unless OBLIGOR_ORDER_SECURED is set.
     */
    int64_t secured;
    /**
     * The day the goods ship, in days since 1970-01-01. 0 and OBLIGOR_NO_DAY are soon.
     */
    int32_t ships_day;
    /**
     * The payment terms of the order, in days, at most 65535. 0 says nothing unless OBLIGOR_ORDER_TERMS is set.
     */
    int32_t terms_days;
    /**
     * The discount, in hundredths of a per cent. 0 says nothing unless OBLIGOR_ORDER_DISCOUNT is set.
     */
    int32_t discount_basis_points;
    /**
     * At which moment of its life the order is asked about: an OBLIGOR_CHECKPOINT_ number; needed by obligor_order_pass().
     */
    int32_t checkpoint;
    /**
     * The role in which `user` asks, as the policy names it; the host vouches for it. Needed to overrule.
     */
    char role[64];
    /**
     * Why; needed to overrule, and recorded. A longer one goes through obligor_call().
     */
    char reason[128];
} obligor_order;

/**
 * Would this order go through? Nothing is written and nothing is held. With a `document` the order is asked about as
 * it stands in the store: one that holds credit by its difference, a closed one as reopened. Without one it is asked
 * about as new, and answered from memory while nobody is known to have written the facts there and the policy's
 * `memory_max_age` has not passed since that was known; what memory would not let through is asked again at the
 * store.
 *
 * `reasons` has room for `reasons_cap` reasons, or is NULL with 0; `reason_count` says how many there are. Any
 * thread.
 *
 * Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_UNDETERMINED (the store had to be asked and could not
 * be), OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL. An unknown customer is not an
 * error: the policy says what becomes of the order.
 */
int32_t obligor_order_check(uint32_t engine,
                            const obligor_order *order,
                            obligor_decision *decision,
                            obligor_reason *reasons,
                            uint32_t reasons_cap);

/**
 * Asks to hold credit for an order, and holds it if the outcome grants it: one atomic, durable step. Needs `document`
 * and `key`. An order that was held, declined or asked for prepayment can be asked about again, with a new key.
 *
 * `reasons` as for obligor_order_check(). Any thread.
 *
 * Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_KEY_CONFLICT, OBLIGOR_E_STATE (the order holds credit
 * already, or is closed), OBLIGOR_E_UNDETERMINED (not known whether it happened: ask again with the same key),
 * OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_order_reserve(uint32_t engine,
                              const obligor_order *order,
                              obligor_decision *decision,
                              obligor_reason *reasons,
                              uint32_t reasons_cap);

/**
 * Asks for another amount for an order that holds credit. Only an increase is asked about, and if it is not granted
 * the order stays as it was; a decrease always goes through. Needs `document` and `key`.
 *
 * `reasons` as for obligor_order_check(). Any thread.
 *
 * Errors: as for obligor_order_reserve(), and OBLIGOR_E_NOT_FOUND (the order is not known).
 */
int32_t obligor_order_change(uint32_t engine,
                             const obligor_order *order,
                             obligor_decision *decision,
                             obligor_reason *reasons,
                             uint32_t reasons_cap);

/**
 * Moves a part of an order on, or everything with OBLIGOR_ORDER_ALL: `stage_to` says where, delivered, drafted,
 * invoiced or settled. Never refused for credit reasons. Needs `document` and `key`; to invoiced or settled also
 * `item`, and a new invoice needs `due_day`.
 *
 * `reasons` as for obligor_order_check(). Any thread.
 *
 * Errors: as for obligor_order_change().
 */
int32_t obligor_order_convert(uint32_t engine,
                              const obligor_order *order,
                              obligor_decision *decision,
                              obligor_reason *reasons,
                              uint32_t reasons_cap);

/**
 * Gives up what is still ordered; what was delivered goes on. Needs `document` and `key`.
 *
 * `reasons` as for obligor_order_check(). Any thread.
 *
 * Errors: as for obligor_order_change().
 */
int32_t obligor_order_cancel(uint32_t engine,
                             const obligor_order *order,
                             obligor_decision *decision,
                             obligor_reason *reasons,
                             uint32_t reasons_cap);

/**
 * Takes an order up again that was cancelled or ran out, as a new question. Needs `document` and `key`.
 *
 * `reasons` as for obligor_order_check(). Any thread.
 *
 * Errors: as for obligor_order_change().
 */
int32_t obligor_order_reopen(uint32_t engine,
                             const obligor_order *order,
                             obligor_decision *decision,
                             obligor_reason *reasons,
                             uint32_t reasons_cap);

/**
 * An order comes to a checkpoint, such as the warehouse that is to pick it: may what is still ordered go on? If it may
 * not, the order is held and holds no credit; what has left it already goes on whatever the answer. In the policy's days
 * of grace after an order was let through nothing is asked. Needs `document`, `key` and `checkpoint`; `amount` is not
 * looked at.
 *
 * `reasons` as for obligor_order_check(). Any thread.
 *
 * Errors: as for obligor_order_change(); OBLIGOR_E_STATE (the order holds no credit, so it cannot go on).
 */
int32_t obligor_order_pass(uint32_t engine,
                           const obligor_order *order,
                           obligor_decision *decision,
                           obligor_reason *reasons,
                           uint32_t reasons_cap);

/**
 * Checks `count` orders, one after the other, each granted one counting for those after it. Far cheaper than `count`
 * calls from a host that calls slowly.
 *
 * `orders` are `count` structs, one behind the other, and so are `decisions`; of each array the first `struct_size`
 * is that of all. `reasons` has room for `count` times `reasons_per_order` reasons, those of order i from i times
 * `reasons_per_order` on, or is NULL with 0. Entries beyond an order's `reason_count` are left as they are. An order
 * that cannot be answered has its own `status`; the call is OBLIGOR_OK. Any thread.
 *
 * Errors: OBLIGOR_E_TOO_LARGE (more than OBLIGOR_MAX_LIST orders), OBLIGOR_E_ARGUMENT and OBLIGOR_E_ENCODING (also
 * for a single order that is not filled in as it must be; the last error says which), OBLIGOR_E_ENGINE,
 * OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_order_check_list(uint32_t engine,
                                 const obligor_order *orders,
                                 uint32_t count,
                                 obligor_decision *decisions,
                                 obligor_reason *reasons,
                                 uint32_t reasons_per_order);

/**
 * Reserves `count` orders in order, each seeing what those before it took, in one durable step. With
 * `all_or_nothing` (1, else 0) either every order is granted, or none is taken and nothing is recorded. `taken` gets 1
 * if the list was taken, else 0.
 *
 * The arrays as for obligor_order_check_list(); each order as for obligor_order_reserve(), with a `status` of its
 * own. The shortest `deadline_ms` is that of the call. Any thread.
 *
 * Errors: as for obligor_order_check_list(), and OBLIGOR_E_UNDETERMINED (not known for the whole list: ask again with
 * the same keys) and OBLIGOR_E_STORE.
 */
int32_t obligor_order_reserve_list(uint32_t engine,
                                   const obligor_order *orders,
                                   uint32_t count,
                                   int32_t all_or_nothing,
                                   obligor_decision *decisions,
                                   obligor_reason *reasons,
                                   uint32_t reasons_per_order,
                                   int32_t *taken);

/**
 * Takes reservations that ran out off their accounts, for as long as `deadline_ms` allows (0 is as configured).
 * `count` gets how many it took off, `more` gets 1 if there may be more: call again. Decisions do not wait for this
 * call; it tidies up and tells. Any thread.
 *
 * Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED,
 * OBLIGOR_E_INTERNAL.
 */
int32_t obligor_order_expire(uint32_t engine,
                             uint32_t deadline_ms,
                             uint32_t *count,
                             int32_t *more);

/* ======== Customers ======== */

/**
 * Judges a new or changed customer: identifiers, duplicates, company register, debtor register where the law allows,
 * and the policy. The verdict is accept, review, prepay or reject; a person is never rejected by machine alone.
 *
 * `request` and the answer are JSON, as in schema/customer.validate.request.json and
 * schema/customer.validate.answer.json. A look-up may be made and logged, so this does something: if the answer does
 * not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER and obligor_answer() on the same thread hands it
 * out. Any thread; a source of the host is called on it.
 *
 * Errors: OBLIGOR_E_ARGUMENT (the last error names the field), OBLIGOR_E_ENCODING, OBLIGOR_E_BUFFER,
 * OBLIGOR_E_TOO_LARGE, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED,
 * OBLIGOR_E_INTERNAL. A register that cannot be asked is not an error: its checks are unknown.
 */
int32_t obligor_customer_validate(uint32_t engine,
                                  const char *request,
                                  int64_t request_length,
                                  char *buf,
                                  size_t cap,
                                  size_t *needed);

/* ======== Debtors ======== */

/**
 * Asks a debtor register about a subject, behind the law: purpose, basis and asking user are required, and the
 * look-up is logged. The answer is clear, remarks, or unknown and why, with its source and its age.
 *
 * `request` and the answer are JSON, as in schema/debtor.lookup.request.json and schema/debtor.lookup.answer.json. If
 * the answer does not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER and obligor_answer() on the same
 * thread hands it out; the register is not asked twice. Any thread; a source of the host is called on it.
 *
 * That the law forbids to ask is an answer, too: unknown, with the rule's name.
 *
 * Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_NOT_FOUND (no such customer), OBLIGOR_E_BUFFER,
 * OBLIGOR_E_TOO_LARGE, OBLIGOR_E_UNDETERMINED (the look-up could not be logged: then there is no answer),
 * OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_debtor_lookup(uint32_t engine,
                              const char *request,
                              int64_t request_length,
                              char *buf,
                              size_t cap,
                              size_t *needed);

/* ======== Import ======== */

/**
 * Is told how much of a long piece of work is done, out of `total` (0 when that is not known), and gets the pointer that
 * was given with the callback. It answers 0 to go on; any other answer stops the work, and the call ends with
 * OBLIGOR_E_CANCELLED.
 *
 * It is called on the thread of the call, with no lock held, and may call the library again, but not to write to the
 * same engine. It must return: no exception, no longjmp.
 */
typedef int32_t (*obligor_progress_callback)(uint64_t done, uint64_t total, void *user);

/**
 * Imports a file that an ERP exported: customers, limits, open items, orders, companies or remarks. It is taken whole
 * or not at all, unless the request says to keep going, and importing it twice changes nothing.
 *
 * `request` and the answer are JSON, as in schema/import.request.json and schema/import.answer.json. `callback` may be
 * NULL. If the answer does not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER, the import was done, and
 * obligor_answer() on the same thread hands its report out. Any thread; others wait if they want to write.
 *
 * Errors: OBLIGOR_E_ARGUMENT (bad rows; the last error names line, column and reason of the first of them),
 * OBLIGOR_E_CANCELLED, OBLIGOR_E_IO, OBLIGOR_E_ENCODING, OBLIGOR_E_BUFFER, OBLIGOR_E_TOO_LARGE,
 * OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_import(uint32_t engine,
                       const char *request,
                       int64_t request_length,
                       obligor_progress_callback callback,
                       void *user,
                       char *buf,
                       size_t cap,
                       size_t *needed);

/* ======== Sources ======== */

/**
 * Asks a register for the library. `request` is `request_length` bytes of JSON followed by a NUL, as in
 * schema/source.request.json; it may hold a personal number, so do not log it. The answer, JSON as in
 * schema/source.answer.json and its NUL, goes into `buf`, which has room for `cap` bytes (one MiB); its size, the NUL
 * counted, goes into `needed`. The function answers OBLIGOR_OK, or any other number when the register could not be
 * asked: that is *unknown*, never *clear*. `user` is the pointer given with the callback. Request and buffer belong to
 * the library and are gone after the call.
 *
 * It is called on the thread of the call that needs the register, with no lock held, and may call the library again. It
 * must return: no exception, no longjmp.
 */
typedef int32_t (*obligor_source_callback)(const char *request,
                                           size_t request_length,
                                           char *buf,
                                           size_t cap,
                                           size_t *needed,
                                           void *user);

/**
 * Names a register that the host asks, for obligor_customer_validate() and obligor_debtor_lookup(); NULL takes the
 * name back. `callback` and `user` are kept until they are replaced or the engine has ended, and are used on every
 * thread that calls the engine. Any thread.
 *
 * Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_source_register(uint32_t engine,
                                const char *name,
                                int64_t name_length,
                                obligor_source_callback callback,
                                void *user);

/* ======== Upkeep ======== */

/**
 * Checks the credit state: the database itself, every kept sum against what it is the sum of, and every link of the
 * record. The answer is JSON, as in schema/verify.answer.json; what is wrong is in its `faults`, not in the status.
 *
 * `callback` may be NULL; stopping is OBLIGOR_E_CANCELLED. If the answer does not fit, also with NULL and 0, the status
 * is OBLIGOR_E_BUFFER and obligor_answer() on the same thread hands it out. Any thread.
 *
 * Errors: OBLIGOR_E_CANCELLED, OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE,
 * OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_verify(uint32_t engine,
                       obligor_progress_callback callback,
                       void *user,
                       char *buf,
                       size_t cap,
                       size_t *needed);

/**
 * Copies the credit state to a new file while it is in use. The key that personal numbers are hashed with is not
 * copied: keep it apart. Any thread; others are not kept waiting.
 *
 * Errors: OBLIGOR_E_IO (the file exists, or cannot be written), OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING,
 * OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_backup(uint32_t engine,
                       const char *path,
                       int64_t path_length);

/* ======== Everything else ======== */

/**
 * Does an operation: `operation` is its name, `request` and the answer are JSON, as in
 * `schema/<operation>.request.json` and `schema/<operation>.answer.json`. Everything the other functions do is among the
 * operations and comes to the same.
 *
 * If the answer does not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER, what was asked was done, and
 * obligor_answer() on the same thread hands the answer out. Any thread.
 *
 * Errors: OBLIGOR_E_ARGUMENT (no such operation, or the request is not as its schema says; the last error names the
 * field), those of the operation, OBLIGOR_E_ENCODING, OBLIGOR_E_BUFFER, OBLIGOR_E_TOO_LARGE, OBLIGOR_E_ENGINE,
 * OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_call(uint32_t engine,
                     const char *operation,
                     int64_t operation_length,
                     const char *request,
                     int64_t request_length,
                     char *buf,
                     size_t cap,
                     size_t *needed);

/**
 * Hands out the answer that did not fit in the calling thread's last obligor_customer_validate(),
 * obligor_debtor_lookup(), obligor_import(), obligor_verify() or obligor_call() on this engine, and drops it then.
 * The thread's next such call on this engine drops it too. An engine keeps at most 64 answers, the oldest goes first,
 * and none of more than 16 MiB.
 *
 * Errors: OBLIGOR_E_NOT_FOUND (none is kept), OBLIGOR_E_BUFFER (it stays kept), OBLIGOR_E_ARGUMENT,
 * OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
 */
int32_t obligor_answer(uint32_t engine,
                       char *buf,
                       size_t cap,
                       size_t *needed);

#ifdef __cplusplus
}
#endif

#endif /* OBLIGOR_H */
