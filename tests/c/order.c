/* The whole road of an order, and what it leaves behind. */
#include "host.h"

static uint32_t engine;
static obligor_decision decision;
static obligor_reason reasons[4];

typedef int32_t (*act)(uint32_t, const obligor_order *, obligor_decision *, obligor_reason *, uint32_t);

/* Does something with an order that is granted, and leaves its decision in `decision`. */
static void ask(act what, const obligor_order *order, int32_t outcome) {
    decision = host_decision();
    memset(reasons, 0, sizeof reasons);
    reasons[0].struct_size = sizeof reasons[0];
    IS(what(engine, order, &decision, reasons, LENGTH(reasons)), OBLIGOR_OK);
    IS(decision.outcome, outcome);
}

static obligor_account position(uint32_t account) {
    obligor_account position;
    memset(&position, 0xA5, sizeof position);
    position.struct_size = sizeof position;
    IS(obligor_account_read(engine, account, &position), OBLIGOR_OK);
    IS(position.account, account);
    IS(strcmp(position.currency, "DKK"), 0);
    return position;
}

static void a_check_holds_nothing(uint32_t account) {
    obligor_order order = host_order("", "", "", 60000);
    memset(order.company, 0, sizeof order.company);
    order.account = account;
    ask(obligor_order_check, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(decision.decision_id, 0);
    IS(decision.available_before, 100000);
    IS(decision.available_after, 40000);
    TRUE(decision.has_account && decision.has_limit);
    IS(strcmp(decision.currency, "DKK"), 0);
    IS(position(account).ordered, 0);
    ask(obligor_order_check, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(decision.source, OBLIGOR_SOURCE_MEMORY);
}

static void the_same_key_gets_the_same_answer(uint32_t account) {
    obligor_order order = host_order("1001", "SO-1", "key-1", 60000);
    int64_t id;
    ask(obligor_order_reserve, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(decision.order_state, OBLIGOR_STATE_ACTIVE);
    IS(decision.repeated, 0);
    id = decision.decision_id;
    TRUE(id > 0);
    ask(obligor_order_reserve, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(decision.repeated, 1);
    TRUE(decision.decision_id == id);
    IS(position(account).ordered, 60000);
    order.amount = 60001;
    decision.outcome = 77;
    IS(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_E_KEY_CONFLICT);
    IS(decision.outcome, 77);
}

static void an_over_limit_order_is_stopped_and_says_why(void) {
    obligor_order order = host_order("1001", "SO-2", "key-2", 60000);
    int32_t same = -1;
    ask(obligor_order_reserve, &order, OBLIGOR_OUTCOME_REFUSE);
    TRUE(decision.reason_count >= 1);
    IS(reasons[0].code, OBLIGOR_REASON_OVER_LIMIT);
    IS(reasons[0].effect, OBLIGOR_OUTCOME_REFUSE);
    IS(reasons[0].measured_kind, OBLIGOR_KIND_MONEY);
    IS(reasons[0].measured, 120000);
    IS(reasons[0].threshold, 100000);
    IS(reasons[0].remedy_kind, OBLIGOR_REMEDY_REDUCE_BY);
    IS(reasons[0].remedy, 20000);
    IS(strcmp(reasons[0].rule, "over the limit"), 0);
    IS(strcmp(reasons[0].release_by, "credit_manager"), 0);
    IS(obligor_decision_explain(engine, decision.decision_id, "da", -1, answer, sizeof answer, &needed), OBLIGOR_OK);
    IS(needed, strlen(answer) + 1);
    TRUE(strstr(answer, "SO-2") != NULL);
    IS(obligor_reason_text(&reasons[0], "DKK", -1, "en", -1, answer, sizeof answer, &needed), OBLIGOR_OK);
    TRUE(needed > 20);
    IS(obligor_decision_replay(engine, decision.decision_id, &same), OBLIGOR_OK);
    IS(same, 1);
    IS(obligor_decision_replay(engine, 123456789, &same), OBLIGOR_E_NOT_FOUND);
}

static void an_order_moves_along_its_chain(uint32_t account) {
    obligor_order order = host_order("1001", "SO-1", "key-3", 50000);
    obligor_account now;
    ask(obligor_order_change, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(position(account).ordered, 50000);

    PUT(order.key, "key-4");
    order.amount = 30000;
    order.stage_to = OBLIGOR_STAGE_DELIVERED;
    ask(obligor_order_convert, &order, OBLIGOR_OUTCOME_APPROVE);
    now = position(account);
    IS(now.ordered, 20000);
    IS(now.delivered, 30000);

    PUT(order.key, "key-5");
    PUT(order.item, "INV-1");
    order.flags = OBLIGOR_ORDER_ALL;
    order.stage_from = OBLIGOR_STAGE_DELIVERED;
    order.stage_to = OBLIGOR_STAGE_INVOICED;
    IS(obligor_order_convert(engine, &order, &decision, NULL, 0), OBLIGOR_E_ARGUMENT);
    TRUE(host_said("due"));
    order.due_day = 20800;
    ask(obligor_order_convert, &order, OBLIGOR_OUTCOME_APPROVE);
    now = position(account);
    IS(now.delivered, 0);
    IS(now.open, 30000);
    IS(now.oldest_overdue_day, OBLIGOR_NO_DAY);
    IS(now.exposure, 50000);
    IS(now.available, 50000);

    order = host_order("1001", "SO-1", "key-6", 0);
    memset(order.currency, 0, sizeof order.currency);
    ask(obligor_order_cancel, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(decision.order_state, OBLIGOR_STATE_CANCELLED);
    IS(position(account).ordered, 0);

    order = host_order("1001", "SO-1", "key-7", 1000);
    ask(obligor_order_reopen, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(position(account).ordered, 1000);
    IS(obligor_order_reopen(engine, &order, NULL, NULL, 0), OBLIGOR_E_ARGUMENT);
    PUT(order.key, "key-8");
    IS(obligor_order_reopen(engine, &order, &decision, NULL, 0), OBLIGOR_E_STATE);
}

/* An order that comes to the warehouse, and what is secured of it. */
static void an_order_passes_a_checkpoint(void) {
    obligor_order order = host_order("1003", "SO-5", "key-20", 60000);
    order.secured = 20000;
    order.ships_day = 20801;
    order.terms_days = 30;
    order.discount_basis_points = 500;
    order.checkpoint = OBLIGOR_CHECKPOINT_ENTRY;
    ask(obligor_order_reserve, &order, OBLIGOR_OUTCOME_APPROVE);
    IS(decision.increase, 40000);
    IS(decision.deposit, 0);
    IS(reasons[0].code, OBLIGOR_REASON_SECURED);
    IS(reasons[0].measured, 20000);
    IS(strcmp(reasons[0].currency, "DKK"), 0);
    IS(reasons[0].remedy_currency[0], 0);
    IS(reasons[0].pool[0], 0);
    /* What the struct says of itself is enough for its sentence. */
    IS(obligor_reason_text(&reasons[0], NULL, 0, "en", -1, answer, sizeof answer, &needed), OBLIGOR_OK);
    TRUE(strstr(answer, "200.00 DKK") != NULL);

    order = host_order("1003", "SO-5", "key-21", 0);
    IS(obligor_order_pass(engine, &order, &decision, NULL, 0), OBLIGOR_E_ARGUMENT);
    TRUE(host_said("checkpoint"));
    order.checkpoint = OBLIGOR_CHECKPOINT_PICK;
    IS(obligor_order_pass(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
    IS(decision.order_state, OBLIGOR_STATE_ACTIVE);
    order.checkpoint = 6;
    IS(obligor_order_pass(engine, &order, &decision, NULL, 0), OBLIGOR_E_ARGUMENT);

    order = host_order("1003", "SO-5", "key-22", 0);
    memset(order.currency, 0, sizeof order.currency);
    ask(obligor_order_cancel, &order, OBLIGOR_OUTCOME_APPROVE);
}

static void a_reservation_runs_out(uint32_t account) {
    obligor_order order = host_order("1003", "SO-9", "key-9", 100);
    uint32_t count = 77;
    int32_t more = 77;
    order.expires_ms = INT64_C(1795348800000) + 1000;
    IS(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
    IS(obligor_order_expire(engine, 1000, &count, &more), OBLIGOR_OK);
    IS(count, 0);
    IS(more, 0);
    IS(position(account).ordered, 1000);
}

static void upkeep(const char *folder) {
    char path[4096];
    IS(obligor_verify(engine, NULL, NULL, answer, sizeof answer, &needed), OBLIGOR_OK);
    TRUE(strstr(answer, "\"faults\":[]") != NULL);
    snprintf(path, sizeof path, "%s/copy.db", folder);
    IS(obligor_backup(engine, path, -1), OBLIGOR_OK);
    IS(obligor_backup(engine, path, -1), OBLIGOR_E_IO);
    IS(obligor_call(engine, "stats", -1, NULL, 0, answer, sizeof answer, &needed), OBLIGOR_OK);
    TRUE(strstr(answer, "\"accounts\":3") != NULL);
    IS(obligor_call(engine, "order.chek", -1, "{}", 2, answer, sizeof answer, &needed), OBLIGOR_E_ARGUMENT);
    TRUE(host_said("order.check"));
    /* What did not fit was done once and is fetched. */
    IS(obligor_call(engine, "stats", -1, NULL, 0, NULL, 0, &needed), OBLIGOR_E_BUFFER);
    IS(obligor_answer(engine, answer, needed, &needed), OBLIGOR_OK);
    IS(obligor_answer(engine, answer, sizeof answer, &needed), OBLIGOR_E_NOT_FOUND);
}

int main(int count, char **arguments) {
    uint32_t account = 0, other = 0;
    IS(count, 3);
    engine = host_open(arguments[1]);
    host_customers(engine);
    IS(obligor_account_resolve(engine, "NW01", 4, "1001    ", 8, &account), OBLIGOR_OK);
    IS(obligor_account_resolve(engine, "NW01", -1, "9999", -1, &other), OBLIGOR_E_NOT_FOUND);
    IS(other, 0);

    a_check_holds_nothing(account);
    the_same_key_gets_the_same_answer(account);
    an_over_limit_order_is_stopped_and_says_why();
    an_order_moves_along_its_chain(account);
    an_order_passes_a_checkpoint();
    a_reservation_runs_out(account);
    upkeep(arguments[1]);

    IS(obligor_close(engine), OBLIGOR_OK);
    IS(obligor_close(engine), OBLIGOR_E_ENGINE);
    IS(obligor_account_resolve(engine, "NW01", -1, "1001", -1, &account), OBLIGOR_E_ENGINE);
    return 0;
}
