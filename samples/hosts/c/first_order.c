/*
 * The first order, in C: open an engine, put a customer with a limit, check an order, reserve it, ask again, be refused.
 *
 *     cc -I include first_order.c -lobligor -o first_order && ./first_order
 *
 * It makes credit.db in the working directory.
 */
#include "obligor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPANY "NW01"
#define CUSTOMER "4711"
#define CURRENCY "DKK"

/* Every status is looked at. What went wrong is in this thread's last error, in words for the person who must act. */
static void must(int32_t status, const char *what) {
    char words[1024];
    size_t needed;
    if (status == OBLIGOR_OK) return;
    if (obligor_last_error(words, sizeof words, &needed) != OBLIGOR_OK) words[0] = '\0';
    fprintf(stderr, "%s: status %d: %s\n", what, (int)status, words);
    exit(1);
}

static void call(uint32_t engine, const char *operation, const char *request) {
    char answer[4096];
    size_t needed;
    int32_t status = obligor_call(engine, operation, -1, request, -1, answer, sizeof answer, &needed);
    /* Done, but the answer did not fit; obligor_answer() would hand it out. Nothing here needs it. */
    if (status != OBLIGOR_E_BUFFER) must(status, operation);
}

/* A text that fills its field needs no NUL. One that is too long is never cut: it would be somebody else's number. */
static void put(char *field, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length > size) {
        fprintf(stderr, "%s: at most %lu bytes\n", text, (unsigned long)size);
        exit(1);
    }
    memcpy(field, text, length);
}

/* An order is asked about by name; where many are, take a number from obligor_account_resolve(). */
static obligor_order order_of(const char *document, const char *key, int64_t minor_units) {
    obligor_order order;
    memset(&order, 0, sizeof order); /* what is not used is 0 */
    order.struct_size = sizeof order;
    order.amount = minor_units;
    put(order.currency, sizeof order.currency, CURRENCY);
    put(order.company, sizeof order.company, COMPANY);
    put(order.customer, sizeof order.customer, CUSTOMER);
    put(order.document, sizeof order.document, document);
    put(order.key, sizeof order.key, key);
    return order;
}

/* An outcome that this program does not know is none of the three: a refusal. */
static int may_go_through(const obligor_decision *decision) {
    return decision->outcome == OBLIGOR_OUTCOME_NOT_CHECKED || decision->outcome == OBLIGOR_OUTCOME_APPROVE
        || decision->outcome == OBLIGOR_OUTCOME_APPROVE_WITH_ALERT;
}

/* Minor units of a currency with two decimals. */
static const char *money(int64_t minor_units) {
    static char text[32];
    long long size = minor_units < 0 ? -minor_units : minor_units;
    snprintf(text, sizeof text, "%s%lld.%02lld " CURRENCY, minor_units < 0 ? "-" : "", size / 100, size % 100);
    return text;
}

static void tell_reasons(const obligor_decision *decision, const obligor_reason *reasons, uint32_t room) {
    char sentence[1024];
    size_t needed;
    uint32_t at, count = decision->reason_count < room ? decision->reason_count : room;
    for (at = 0; at < count; at++) {
        must(obligor_reason_text(&reasons[at], decision->currency, sizeof decision->currency, "en", -1, sentence,
                                 sizeof sentence, &needed),
             "reason");
        printf("  %s\n", sentence);
    }
}

static void reserve(uint32_t engine, const char *document, const char *key, int64_t minor_units) {
    obligor_order order = order_of(document, key, minor_units);
    obligor_decision decision;
    obligor_reason reasons[8];
    memset(&decision, 0, sizeof decision), memset(reasons, 0, sizeof reasons);
    decision.struct_size = sizeof decision, reasons[0].struct_size = sizeof reasons[0];
    must(obligor_order_reserve(engine, &order, &decision, reasons, 8), document);
    if (may_go_through(&decision)) {
        printf("%s: reserved%s, available %s\n", document, decision.repeated ? " already" : "",
               money(decision.available_after));
    } else {
        printf("%s: stopped, available %s\n", document, money(decision.available_after));
        tell_reasons(&decision, reasons, 8);
    }
}

int main(void) {
    const char *config = "{\"store\":\"credit.db\",\"create\":true,\"policy\":\"standard\"}";
    uint32_t engine, account;
    obligor_order order;
    obligor_decision decision;
    obligor_account position;

    if (obligor_abi_version() != OBLIGOR_ABI_VERSION) {
        fprintf(stderr, "obligor %s speaks another interface\n", obligor_version());
        return 1;
    }
    must(obligor_open(config, -1, &engine), "open");

    call(engine, "customer.put", "{\"customer\":\"4711\",\"name\":\"Nordlys A/S\",\"country\":\"DK\"}");
    call(engine, "account.put", "{\"company\":\"NW01\",\"customer\":\"4711\",\"currency\":\"DKK\"}");
    call(engine, "limit.put", "{\"company\":\"NW01\",\"customer\":\"4711\",\"limit\":\"10000.00 DKK\"}");

    /* A question: nothing is written, nothing is held. */
    order = order_of("SO-1", "", 600000);
    memset(&decision, 0, sizeof decision);
    decision.struct_size = sizeof decision;
    must(obligor_order_check(engine, &order, &decision, NULL, 0), "SO-1");
    printf("SO-1: %s, available %s\n", may_go_through(&decision) ? "may go through" : "would be stopped",
           money(decision.available_before));

    /* Check and hold in one step. The key makes asking again safe, after a time-out or a crash too. */
    reserve(engine, "SO-1", "SO-1/1", 600000);
    reserve(engine, "SO-1", "SO-1/1", 600000);
    reserve(engine, "SO-2", "SO-2/1", 400001);

    must(obligor_account_resolve(engine, COMPANY, -1, CUSTOMER, -1, &account), "account");
    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    must(obligor_account_read(engine, account, &position), "account");
    printf("%s: open credit %s\n", CUSTOMER, money(position.available));

    must(obligor_close(engine), "close");
    return 0;
}
