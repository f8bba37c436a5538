/* Fifty thousand calls of every kind that a host makes all day: the process is no larger after them. */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <unistd.h>

/* Calls in a round, and how many rounds are measured. */
#define CALLS 25
#define ROUNDS 2000
/* Rounds before that, in which caches and the C library's allocator take what they keep. */
#define WARMING 400
/* The most that is flat, in bytes: 32 that every call leaves behind are more. */
#define FLAT (3L << 19)

static uint32_t engine, account;
static long calls;

#define CALL(what, status) do { IS(what, status); calls++; } while (0)

static long resident(void) {
    long whole = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    TRUE(file != NULL && fscanf(file, "%ld %ld", &whole, &pages) == 2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void questions(void) {
    obligor_order order = host_order("", "", "", 90000), list[5];
    obligor_decision decision = host_decision(), decisions[5];
    obligor_reason reasons[4];
    obligor_account position;
    uint32_t absent = 0;
    int at;
    memset(order.company, 0, sizeof order.company);
    order.account = account;
    memset(reasons, 0, sizeof reasons);
    memset(decisions, 0, sizeof decisions);
    memset(&position, 0, sizeof position);
    reasons[0].struct_size = sizeof reasons[0];
    decisions[0].struct_size = sizeof decisions[0];
    position.struct_size = sizeof position;
    for (at = 0; at < 7; at++) CALL(obligor_order_check(engine, &order, &decision, reasons, 4), OBLIGOR_OK);
    IS(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
    order.amount = 120000;
    CALL(obligor_order_check(engine, &order, &decision, reasons, 4), OBLIGOR_OK);
    IS(decision.outcome, OBLIGOR_OUTCOME_REFUSE);
    CALL(obligor_reason_text(&reasons[0], "DKK", -1, "da", -1, answer, sizeof answer, &needed), OBLIGOR_OK);
    for (at = 0; at < 5; at++) list[at] = host_order("1003", "", "", 100);
    CALL(obligor_order_check(engine, &list[0], &decision, NULL, 0), OBLIGOR_OK);
    CALL(obligor_order_check_list(engine, list, 5, decisions, NULL, 0), OBLIGOR_OK);
    CALL(obligor_account_read(engine, account, &position), OBLIGOR_OK);
    CALL(obligor_account_resolve(engine, "NW01", -1, "1003", -1, &absent), OBLIGOR_OK);
    CALL(obligor_account_resolve(engine, "NW01", -1, "absent", -1, &absent), OBLIGOR_E_NOT_FOUND);
    CALL(obligor_last_error(answer, sizeof answer, &needed), OBLIGOR_OK);
    CALL(obligor_status_text(OBLIGOR_E_NOT_FOUND, answer, sizeof answer, &needed), OBLIGOR_OK);
}

static void words(void) {
    const char *const about = "{\"account\":{\"company\":\"NW01\",\"customer\":\"1001\"}}";
    CALL(obligor_call(engine, "account.get", -1, about, -1, answer, sizeof answer, &needed), OBLIGOR_OK);
    CALL(obligor_call(engine, "account.get", -1, about, -1, NULL, 0, &needed), OBLIGOR_E_BUFFER);
    CALL(obligor_answer(engine, answer, sizeof answer, &needed), OBLIGOR_OK);
    CALL(obligor_call(engine, "nothing", -1, "{}", -1, answer, sizeof answer, &needed), OBLIGOR_E_ARGUMENT);
    CALL(obligor_call(engine, "account.get", -1, "{\"no\":1}", -1, answer, sizeof answer, &needed), OBLIGOR_E_ARGUMENT);
    CALL(obligor_decision_explain(engine, 1, "fi", -1, answer, sizeof answer, &needed), OBLIGOR_OK);
}

/* Two more on record in one round of twenty: a reservation and its end. */
static void orders(int round) {
    char key[32];
    obligor_order order;
    obligor_decision decision = host_decision();
    int at;
    if (round % 20 != 0) {
        order = host_order("1003", "", "", 100);
        for (at = 0; at < 3; at++) CALL(obligor_order_check(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
        return;
    }
    snprintf(key, sizeof key, "r-%d", round);
    order = host_order("1003", key, key, 100);
    CALL(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
    CALL(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
    order.amount = 0;
    memset(order.currency, 0, sizeof order.currency);
    snprintf(key, sizeof key, "c-%d", round);
    PUT(order.key, key);
    CALL(obligor_order_cancel(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
}

static void go(int from, int to) {
    int round;
    for (round = from; round < to; round++) {
        questions();
        words();
        orders(round);
    }
}

int main(int count, char **arguments) {
    long before, grown;
    IS(count, 3);
    engine = host_open(arguments[1]);
    host_customers(engine);
    CALL(obligor_account_resolve(engine, "NW01", -1, "1001", -1, &account), OBLIGOR_OK);
    orders(-20);
    go(0, WARMING);
    before = resident();
    calls = 0;
    go(WARMING, WARMING + ROUNDS);
    grown = resident() - before;
    IS(calls, CALLS * ROUNDS);
    printf("%ld calls, %ld bytes more\n", calls, grown);
    TRUE(grown < FLAT);
    IS(obligor_close(engine), OBLIGOR_OK);
    return 0;
}
