/*
 * What the programs of tests/c share: a host with an engine on a store of its own.
 *
 * Each program is started with an empty folder for its files and the root of the checkout. It compiles as C99 and as
 * C++17, and ends with 0 if everything holds.
 */
#ifndef HOST_H
#define HOST_H

#include "obligor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Room for any answer the programs ask for. */
static char answer[65536];
static size_t needed;

static void fail(const char *file, int line, const char *what, int32_t is, int32_t should) {
    char words[1024];
    size_t size;
    if (obligor_last_error(words, sizeof words, &size) != OBLIGOR_OK) words[0] = '\0';
    fprintf(stderr, "%s:%d: %s is %d, not %d; last error: %s\n", file, line, what, (int)is, (int)should, words);
    exit(1);
}

/* The status, or any other number, is as it must be. */
#define IS(what, should) \
    do { \
        int32_t is_ = (int32_t)(what), should_ = (int32_t)(should); \
        if (is_ != should_) fail(__FILE__, __LINE__, #what, is_, should_); \
    } while (0)

#define TRUE(what) IS(!!(what), 1)

/* The credit state is a file in the folder, or in the PostgreSQL server that the environment names. */
static inline uint32_t host_open(const char *folder) {
    char config[4096];
    uint32_t engine = 0;
    const char *server = getenv("OBLIGOR_TEST_STORE"), *rest = "\"create\":true,\"clock\":\"2026-11-22T12:00:00Z\"";
    if (server != NULL)
        snprintf(config, sizeof config, "{\"store\":\"%s\",\"secret\":\"env:OBLIGOR_TEST_KEY\",%s}", server, rest);
    else
        snprintf(config, sizeof config, "{\"store\":\"%s/credit.db\",%s}", folder, rest);
    IS(obligor_open(config, -1, &engine), OBLIGOR_OK);
    TRUE(engine != 0);
    return engine;
}

/* Imports rows that are written with \\n for a line break, as JSON wants them. */
static inline void host_import(uint32_t engine, const char *kind, const char *rows) {
    char request[8192];
    snprintf(request, sizeof request, "{\"kind\":\"%s\",\"text\":\"%s\"}", kind, rows);
    IS(obligor_import(engine, request, -1, NULL, NULL, answer, sizeof answer, &needed), OBLIGOR_OK);
}

/* The customers 1001 (limit 1000.00 DKK), 1002 (no limit on record) and 1003 (50000.00 DKK) of company NW01. */
static inline void host_customers(uint32_t engine) {
    host_import(engine, "customers",
                "customer,name,country,company,currency\\n1001,Nordlys A/S,DK,NW01,DKK\\n"
                "1002,Fjord ApS,DK,NW01,DKK\\n1003,Havn A/S,DK,NW01,DKK\\n");
    host_import(engine, "limits",
                "company,customer,currency,limit\\nNW01,1001,DKK,1000.00\\nNW01,1003,DKK,50000.00\\n");
}

static inline void host_put(char *field, size_t size, const char *text) {
    size_t length = strlen(text);
    TRUE(length <= size);
    memset(field, 0, size);
    memcpy(field, text, length);
}

#define PUT(field, text) host_put((field), sizeof(field), (text))

/* An order for an amount in hundredths of a DKK. */
static inline obligor_order host_order(const char *customer, const char *document, const char *key, int64_t amount) {
    obligor_order order;
    memset(&order, 0, sizeof order);
    order.struct_size = sizeof order;
    order.amount = amount;
    PUT(order.currency, "DKK");
    PUT(order.company, "NW01");
    PUT(order.customer, customer);
    PUT(order.document, document);
    PUT(order.key, key);
    return order;
}

static inline obligor_decision host_decision(void) {
    obligor_decision decision;
    memset(&decision, 0, sizeof decision);
    decision.struct_size = sizeof decision;
    return decision;
}

/* Whether the last error has these words in it. */
static inline int host_said(const char *words) {
    char text[1024];
    size_t size;
    IS(obligor_last_error(text, sizeof text, &size), OBLIGOR_OK);
    return strstr(text, words) != NULL;
}

#endif
