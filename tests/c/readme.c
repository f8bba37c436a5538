/* The README's ten lines, in a folder that has a credit state. */
#define _POSIX_C_SOURCE 200112L /* chdir */

#include "host.h"

#include <unistd.h>

static void prepare(const char *checkout) {
    static const char *const kinds[] = {"customers", "limits", "open_items"};
    char request[4096];
    uint32_t engine = host_open(".");
    for (size_t kind = 0; kind < LENGTH(kinds); kind++) {
        snprintf(request, sizeof request, "{\"kind\":\"%s\",\"path\":\"%s/samples/cases/%s.csv\"}", kinds[kind], checkout,
                 kinds[kind]);
        IS(obligor_import(engine, request, -1, NULL, NULL, answer, sizeof answer, &needed), OBLIGOR_OK);
    }
    IS(obligor_close(engine), OBLIGOR_OK);
}

static void desk(void) {
    /* readme: begin */
    uint32_t engine;
    obligor_order order;
    obligor_decision decision;
    memset(&order, 0, sizeof order), memset(&decision, 0, sizeof decision);
    order.struct_size = sizeof order, decision.struct_size = sizeof decision;
    strcpy(order.company, "NW01"), strcpy(order.customer, "K02");
    strcpy(order.document, "SO-1"), strcpy(order.key, "SO-1/1");
    strcpy(order.currency, "DKK"), order.amount = 6000001; /* 60,000.01 */
    if (obligor_open("{\"store\":\"credit.db\"}", -1, &engine) == OBLIGOR_OK) {
        if (obligor_order_reserve(engine, &order, &decision, NULL, 0) == OBLIGOR_OK
            && decision.outcome >= OBLIGOR_OUTCOME_PREPAY)
            printf("SO-1: outcome %d, available %lld\n", decision.outcome, (long long)decision.available_before);
        obligor_close(engine);
    }
    /* readme: end */
    IS(decision.outcome, OBLIGOR_OUTCOME_REFUSE);
    TRUE(decision.available_before == 6000000);
}

int main(int count, char **words) {
    TRUE(count == 3);
    if (chdir(words[1]) != 0) return 1;
    prepare(words[2]);
    desk();
    return 0;
}
