/* Threads of the host: each with its own last error and kept answer, all on one engine, closed under their hands. */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <pthread.h>

#define THREADS 8
#define ROUNDS 60

static uint32_t engine;

static void *work(void *argument) {
    const unsigned number = (unsigned)(size_t)argument;
    char text[2048], name[32];
    size_t size = 0;
    int round;
    for (round = 0; round < ROUNDS; round++) {
        obligor_order order = host_order("1003", "", "", 100);
        obligor_decision decision = host_decision();
        IS(obligor_order_check(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
        IS(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
        /* This thread's error, and no other's. */
        snprintf(name, sizeof name, "no-%u-%d", number, round);
        IS(obligor_call(engine, name, -1, "{}", 2, text, sizeof text, &size), OBLIGOR_E_ARGUMENT);
        TRUE(host_said(name));
        if (round % 20 == 0) {
            snprintf(name, sizeof name, "T-%u-%d", number, round);
            order = host_order("1003", name, name, 100);
            IS(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
            IS(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
        }
        /* This thread's answer, and no other's. */
        IS(obligor_call(engine, "stats", -1, NULL, 0, NULL, 0, &size), OBLIGOR_E_BUFFER);
        IS(obligor_answer(engine, text, sizeof text, &size), OBLIGOR_OK);
        TRUE(strstr(text, "accounts") != NULL);
    }
    return NULL;
}

/* Calls until the engine is closed by another thread: nothing but an answer or the status for that. */
static void *until_closed(void *argument) {
    int32_t status = OBLIGOR_OK;
    (void)argument;
    while (status == OBLIGOR_OK) {
        obligor_order order = host_order("1003", "", "", 100);
        obligor_decision decision = host_decision();
        status = obligor_order_check(engine, &order, &decision, NULL, 0);
        if (status == OBLIGOR_OK) IS(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
    }
    IS(status, OBLIGOR_E_ENGINE);
    return NULL;
}

static void run(void *(*what)(void *), int close_them) {
    pthread_t threads[THREADS];
    size_t at;
    for (at = 0; at < THREADS; at++) IS(pthread_create(&threads[at], NULL, what, (void *)at), 0);
    if (close_them) IS(obligor_close(engine), OBLIGOR_OK);
    for (at = 0; at < THREADS; at++) IS(pthread_join(threads[at], NULL), 0);
}

int main(int count, char **arguments) {
    int round;
    IS(count, 3);
    engine = host_open(arguments[1]);
    host_customers(engine);
    run(work, 0);
    for (round = 0; round < 5; round++) {
        run(until_closed, 1);
        /* The last call took the engine down, so the store is free. */
        engine = host_open(arguments[1]);
    }
    IS(obligor_close(engine), OBLIGOR_OK);
    return 0;
}
