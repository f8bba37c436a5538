/* Arrays of orders, from a host whose structs are older, newer, or packed. */
#include "host.h"

#define COUNT 100

static obligor_order orders[COUNT];
static obligor_decision decisions[COUNT];
static obligor_reason reasons[COUNT * 2];

static void prepare(const char *key) {
    uint32_t at;
    for (at = 0; at < COUNT; at++) {
        char name[32];
        snprintf(name, sizeof name, "%s-%u", key, (unsigned)at);
        orders[at] = host_order("1001", name, name, 3000);
    }
    memset(decisions, 0xA5, sizeof decisions);
    memset(reasons, 0xA5, sizeof reasons);
    decisions[0].struct_size = sizeof decisions[0];
    reasons[0].struct_size = sizeof reasons[0];
}

static uint32_t granted(void) {
    uint32_t at, sum = 0;
    for (at = 0; at < COUNT; at++) {
        IS(decisions[at].struct_size, sizeof decisions[0]);
        IS(decisions[at].status, OBLIGOR_OK);
        sum += decisions[at].outcome == OBLIGOR_OUTCOME_APPROVE;
    }
    return sum;
}

/* A limit of 1000.00 has room for 33 orders of 30.00. */
static void each_order_sees_those_before_it(uint32_t engine) {
    int32_t taken = 77;
    prepare("C");
    IS(obligor_order_check_list(engine, orders, COUNT, decisions, reasons, 2), OBLIGOR_OK);
    IS(granted(), 33);
    IS(decisions[33].reason_count, 1);
    IS(reasons[66].code, OBLIGOR_REASON_OVER_LIMIT);
    IS(reasons[66].remedy, 2000);
    /* What is not used is left alone. */
    IS(reasons[0].code, (int32_t)0xA5A5A5A5);
    IS(reasons[67].code, (int32_t)0xA5A5A5A5);

    prepare("N");
    IS(obligor_order_reserve_list(engine, orders, COUNT, 1, decisions, NULL, 0, &taken), OBLIGOR_OK);
    IS(taken, 0);
    IS(decisions[0].decision_id, 0);
    prepare("R");
    IS(obligor_order_reserve_list(engine, orders, COUNT, 0, decisions, NULL, 0, &taken), OBLIGOR_OK);
    IS(taken, 1);
    IS(granted(), 33);
    TRUE(decisions[0].decision_id > 0);
}

/* A host that was compiled with a newer header, and whose records are packed at an odd address. */
static void wider_and_packed_structs_are_understood(uint32_t engine) {
    const size_t wide_order = sizeof(obligor_order) + 8, wide_decision = sizeof(obligor_decision) + 24;
    char *in = (char *)calloc(3, wide_order), *out = (char *)malloc(3 * wide_decision + 1);
    uint32_t at, size;
    TRUE(in != NULL && out != NULL);
    memset(out, 0xA5, 3 * wide_decision + 1);
    for (at = 0; at < 3; at++) {
        obligor_order order = host_order("1003", "", "", 100 * (int64_t)(at + 1));
        order.struct_size = (uint32_t)wide_order;
        memcpy(in + at * wide_order, &order, sizeof order);
    }
    size = (uint32_t)wide_decision;
    memcpy(out + 1, &size, sizeof size);
    IS(obligor_order_check_list(engine, (const obligor_order *)(const void *)in, 3,
                                (obligor_decision *)(void *)(out + 1), NULL, 0),
       OBLIGOR_OK);
    for (at = 0; at < 3; at++) {
        obligor_decision decision;
        const char *row = out + 1 + at * wide_decision;
        size_t byte;
        memcpy(&decision, row, sizeof decision);
        IS(decision.increase, 100 * (at + 1));
        IS(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
        for (byte = sizeof decision; byte < wide_decision; byte++) IS((unsigned char)row[byte], 0xA5);
    }
    /* A newer field that means something is not silently ignored. */
    in[sizeof(obligor_order)] = 1;
    IS(obligor_order_check_list(engine, (const obligor_order *)(const void *)in, 3,
                                (obligor_decision *)(void *)(out + 1), NULL, 0),
       OBLIGOR_E_ARGUMENT);
    free(in);
    free(out);
}

/* A host that was compiled with the first header: what its structs lack is neither read nor written. */
static void narrow_structs_are_understood(uint32_t engine) {
    const size_t narrow_order = 432, narrow_decision = 120, narrow_reason = 152;
    char *in = (char *)malloc(2 * narrow_order), *out = (char *)malloc(3 * narrow_decision);
    char *why = (char *)malloc(3 * narrow_reason);
    uint32_t at, size = (uint32_t)narrow_decision, reason_size = (uint32_t)narrow_reason;
    size_t byte;
    TRUE(in != NULL && out != NULL && why != NULL);
    TRUE(narrow_order < sizeof(obligor_order) && narrow_decision < sizeof(obligor_decision));
    memset(out, 0xA5, 3 * narrow_decision);
    memset(why, 0xA5, 3 * narrow_reason);
    memcpy(out, &size, sizeof size);
    memcpy(why, &reason_size, sizeof reason_size);
    for (at = 0; at < 2; at++) {
        obligor_order order = host_order("1002", "", "", 100 * (int64_t)(at + 1));
        order.struct_size = (uint32_t)narrow_order;
        memcpy(in + at * narrow_order, &order, narrow_order);
    }
    IS(obligor_order_check_list(engine, (const obligor_order *)(const void *)in, 2, (obligor_decision *)(void *)out,
                                (obligor_reason *)(void *)why, 1),
       OBLIGOR_OK);
    for (at = 0; at < 2; at++) {
        int64_t increase;
        int32_t code;
        memcpy(&increase, out + at * narrow_decision + 16, sizeof increase);
        memcpy(&code, why + at * narrow_reason + 4, sizeof code);
        IS(increase, 100 * (at + 1));
        IS(code, OBLIGOR_REASON_LIMIT_MISSING);
    }
    for (byte = 2 * narrow_decision; byte < 3 * narrow_decision; byte++) IS((unsigned char)out[byte], 0xA5);
    for (byte = 2 * narrow_reason; byte < 3 * narrow_reason; byte++) IS((unsigned char)why[byte], 0xA5);
    free(in);
    free(out);
    free(why);
}

static void limits(uint32_t engine) {
    obligor_order order = host_order("1003", "", "", 1);
    prepare("L");
    IS(obligor_order_check_list(engine, NULL, 0, NULL, NULL, 0), OBLIGOR_OK);
    IS(obligor_order_check_list(engine, orders, OBLIGOR_MAX_LIST + 1, decisions, NULL, 0), OBLIGOR_E_TOO_LARGE);
    /* Smaller than the first version's. */
    order.struct_size = 431;
    IS(obligor_order_check(engine, &order, &decisions[0], NULL, 0), OBLIGOR_E_ARGUMENT);
    TRUE(host_said("sizeof(obligor_order)"));
    order.struct_size = sizeof order;
    decisions[0].struct_size = 0;
    IS(obligor_order_check(engine, &order, &decisions[0], NULL, 0), OBLIGOR_E_ARGUMENT);
    IS(decisions[0].outcome, (int32_t)0xA5A5A5A5);
}

int main(int count, char **arguments) {
    uint32_t engine;
    IS(count, 3);
    engine = host_open(arguments[1]);
    host_customers(engine);
    each_order_sees_those_before_it(engine);
    wider_and_packed_structs_are_understood(engine);
    narrow_structs_are_understood(engine);
    limits(engine);
    IS(obligor_close(engine), OBLIGOR_OK);
    return 0;
}
