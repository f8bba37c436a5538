/*
 * The load of a soak: an ERP's day at one engine, on eight threads, for as long as it is told.
 *
 * `cargo xtask prove soak` starts it with an empty folder, the root of the checkout and a number of seconds, waits
 * until it says "steady" and then looks at its memory, files and threads from outside. What it does is paced, so that an
 * hour of it leaves a machine usable; what it keeps on record grows all the time, and nothing else may.
 */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#define SELLERS 4
#define THREADS (SELLERS + 4)
/* Customers of the desk: numbers 1 to this, each with an account and a limit. */
#define CUSTOMERS 500
/* Open items that are imported at first: so much that every connection's cache is full when the measuring begins. */
#define ITEMS 80000
/* How often a call is made again that could not be decided in time, as on a machine that was put to sleep. */
#define TRIES 100

static uint32_t engine;
static const char *folder;
static double seconds;
static pthread_barrier_t steady;

/* What was done, by what it is. Each thread counts for itself. */
enum kind {
    CHECK, RESERVE, CHANGE, CANCEL, HOLD, RELEASE, IMPORT, LOOKUP, VALIDATE, CUSTOMER, EVENT, EXPLAIN, ERROR, BACKUP,
    VERIFY, REOPEN, KINDS
};
static const char *const NAMES[KINDS] = {
    "checks", "reservations", "changes", "cancellations", "holds", "releases", "imports", "look-ups", "validations",
    "customers", "events", "explanations", "errors", "backups", "verifications", "stores opened"};

typedef struct {
    uint64_t done[KINDS];
    unsigned number;
    /* Room for its answers. */
    char text[65536];
    size_t size;
} thread;

static thread threads[THREADS];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void rest(double length) {
    struct timespec time;
    time.tv_sec = (time_t)length;
    time.tv_nsec = (long)((length - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
}

/* Whether there is time left, after a rest. */
static int goes_on(double until, double length) {
    rest(length);
    return now() < until;
}

/* A call that must succeed, and may be told to ask again. */
#define DONE(call) \
    do { \
        int tries_ = 0; \
        int32_t status_; \
        while ((status_ = (call)) == OBLIGOR_E_UNDETERMINED && ++tries_ < TRIES) rest(0.05); \
        IS(status_, OBLIGOR_OK); \
    } while (0)

static void call(thread *self, const char *operation, const char *request) {
    DONE(obligor_call(engine, operation, -1, request, -1, self->text, sizeof self->text, &self->size));
}

/* Imports rows that are written with \n for a line break, as JSON wants them. */
static void import(thread *self, const char *kind, const char *more, const char *rows) {
    const size_t size = strlen(rows) + 256;
    char *request = (char *)malloc(size);
    TRUE(request != NULL);
    snprintf(request, size, "{\"kind\":\"%s\"%s,\"text\":\"%s\"}", kind, more, rows);
    DONE(obligor_import(engine, request, -1, NULL, NULL, self->text, sizeof self->text, &self->size));
    free(request);
    TRUE(strstr(self->text, "\"rejected\":0") != NULL);
    self->done[IMPORT]++;
}

/* Rows for the customers from one number to another. */
static char *rows(const char *header, const char *row, unsigned from, unsigned to) {
    const size_t size = strlen(header) + (size_t)(to - from + 1) * (strlen(row) + 40) + 1;
    char *text = (char *)malloc(size), *at = text;
    unsigned number;
    TRUE(text != NULL);
    at += snprintf(at, size, "%s", header);
    for (number = from; number <= to; number++)
        at += snprintf(at, size - (size_t)(at - text), row, number % CUSTOMERS + 1, number, number % 1000);
    return text;
}

static void import_rows(thread *self, const char *kind, const char *header, const char *row, unsigned from,
                        unsigned to) {
    char *text = rows(header, row, from, to);
    import(self, kind, "", text);
    free(text);
}

static const char ITEM_HEADER[] = "customer,number,residual,company,currency,posted,due\\n";
static const char ITEM_ROW[] = "%u,I-%u,1%03u.50,NW01,DKK,2026-01-05,2099-02-04\\n";

/* The desk as a nightly import leaves it. */
static void furnish(thread *self) {
    char moment[64], more[128];
    const time_t today = time(NULL);
    struct tm parts;
    obligor_order order = host_order("1", "SO-first", "SO-first", 100);
    obligor_decision decision = host_decision();
    unsigned from;
    gmtime_r(&today, &parts);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%SZ", &parts);
    import_rows(self, "customers", "customer,name,country,company,currency\\n", "%u,Kunde %u no %u,DK,NW01,DKK\\n", 0,
                CUSTOMERS - 1);
    import_rows(self, "limits", "customer,company,limit,currency\\n", "%u,NW01,9%u000%03u.00,DKK\\n", 0, CUSTOMERS - 1);
    for (from = 0; from < ITEMS; from += 4000)
        import_rows(self, "open_items", ITEM_HEADER, ITEM_ROW, from, from + 3999);
    snprintf(more, sizeof more, ",\"source\":\"companies\",\"as_of\":\"%s\"", moment);
    import(self, "companies", more,
           "country,orgnr,name,state,legal_form,registered\\n"
           "DK,29458073,Maskinfabrik A/S,NORMAL,60,2001-05-01\\n");
    DONE(obligor_order_reserve(engine, &order, &decision, NULL, 0));
    IS(decision.decision_id, 1);
}

static void by_a_person(thread *self, const char *what, unsigned customer, const char *document, const char *user) {
    char request[512];
    snprintf(request, sizeof request,
             "{\"company\":\"NW01\",\"customer\":\"%u\",\"document\":\"%s\",\"key\":\"%s-%s\",\"user\":\"%s\","
             "\"role\":\"credit_manager\",\"reason\":\"called\"}",
             customer, document, document, user, user);
    call(self, what, request);
}

/* A seller's order: asked about, held, changed, sometimes stopped and released by a person, and given up again. */
static void seller(thread *self, double until) {
    uint64_t round;
    for (round = 0; goes_on(until, 0.05); round++) {
        const unsigned customer = (unsigned)(round * 7 + self->number * 131) % CUSTOMERS + 1;
        obligor_order order, orders[5];
        obligor_decision decision = host_decision(), decisions[5];
        obligor_reason reasons[4];
        char name[16], document[40], key[48];
        uint32_t account = 0;
        int at;
        snprintf(name, sizeof name, "%u", customer);
        snprintf(document, sizeof document, "SO-%u-%llu", self->number, (unsigned long long)round);
        DONE(obligor_account_resolve(engine, "NW01", -1, name, -1, &account));
        memset(reasons, 0, sizeof reasons);
        reasons[0].struct_size = sizeof reasons[0];
        order = host_order("", "", "", 12500);
        memset(order.company, 0, sizeof order.company);
        order.account = account;
        for (at = 0; at < 50; at++) DONE(obligor_order_check(engine, &order, &decision, reasons, 4));
        memset(decisions, 0, sizeof decisions);
        decisions[0].struct_size = sizeof decisions[0];
        for (at = 0; at < 5; at++) orders[at] = host_order(name, "", "", 10000 * (at + 1));
        DONE(obligor_order_check_list(engine, orders, 5, decisions, NULL, 0));
        self->done[CHECK] += 55;

        snprintf(key, sizeof key, "%s-r", document);
        order = host_order(name, document, key, 25000);
        DONE(obligor_order_reserve(engine, &order, &decision, reasons, 4));
        IS(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
        self->done[RESERVE]++;
        snprintf(key, sizeof key, "%s-c", document);
        order = host_order(name, document, key, 30000);
        DONE(obligor_order_change(engine, &order, &decision, reasons, 4));
        IS(decision.increase, 5000);
        self->done[CHANGE]++;
        if (round % 5 == 0) {
            by_a_person(self, "order.hold", customer, document, "eva");
            self->done[HOLD]++;
            by_a_person(self, "order.release", customer, document, "ole");
            self->done[RELEASE]++;
        }
        snprintf(key, sizeof key, "%s-x", document);
        order = host_order(name, document, key, 0);
        memset(order.currency, 0, sizeof order.currency);
        DONE(obligor_order_cancel(engine, &order, &decision, NULL, 0));
        self->done[CANCEL]++;
    }
}

/* The ERP's own changes: open items again and again, and customers that are new. */
static void books(thread *self, double until) {
    unsigned round;
    for (round = 0; goes_on(until, 0.25); round++) {
        char request[256];
        const unsigned from = round * 100 % ITEMS;
        import_rows(self, "open_items", ITEM_HEADER, ITEM_ROW, from, from + 99);
        snprintf(request, sizeof request,
                 "{\"customer\":\"N-%u\",\"name\":\"Ny Kunde %u\",\"country\":\"DK\",\"city\":\"Aarhus\"}", round,
                 round);
        call(self, "customer.put", request);
        self->done[CUSTOMER]++;
    }
}

/* A debtor register of the host's, which knows nothing of anybody. */
static int32_t bureau(const char *request, size_t length, char *buf, size_t cap, size_t *room, void *user) {
    const int size = snprintf(buf, cap, "{\"answer\":\"clear\",\"as_of\":%lld}", (long long)time(NULL) * 1000);
    (void)request, (void)length, (void)user;
    *room = (size_t)size + 1;
    return OBLIGOR_OK;
}

/* A Danish company number: seven digits and one that makes the weighted sum a multiple of eleven. */
static unsigned company_number(unsigned seed) {
    static const unsigned WEIGHTS[] = {2, 7, 6, 5, 4, 3, 2};
    for (;; seed++) {
        const unsigned seven = 1000000 + seed % 8000000;
        unsigned rest_of = seven, sum = 0, check, at;
        for (at = 7; at > 0; at--) sum += WEIGHTS[at - 1] * (rest_of % 10), rest_of /= 10;
        check = (11 - sum % 11) % 11;
        if (check < 10) return seven * 10 + check;
    }
}

#define WHAT_FOR \
    "\"purpose\":\"credit_application\",\"user\":\"anna\",\"basis\":\"legitimate_interest\",\"credit_element\":true"

static const char NEW_CUSTOMER[] =
    "{\"country\":\"DK\",\"name\":\"Maskinfabrik A/S\",\"currency\":\"DKK\","
    "\"identifiers\":[{\"scheme\":\"dk.cvr\",\"number\":\"29458073\"}],\"lookup\":{" WHAT_FOR "}}";

/* Look-ups that the bureau answers and that are answered from what was kept, and judgements of new customers. */
static void registers(thread *self, double until) {
    unsigned round;
    IS(obligor_source_register(engine, "remarks", -1, bureau, NULL), OBLIGOR_OK);
    for (round = 0; goes_on(until, 0.1); round++) {
        char request[512];
        snprintf(request, sizeof request, "{\"country\":\"DK\",\"orgnr\":\"%u\"," WHAT_FOR "}",
                 company_number(round % 3 == 0 ? round * 13 : 5));
        DONE(obligor_debtor_lookup(engine, request, -1, self->text, sizeof self->text, &self->size));
        TRUE(strstr(self->text, "clear") != NULL);
        self->done[LOOKUP]++;
        if (round % 4 == 0) {
            DONE(obligor_customer_validate(engine, NEW_CUSTOMER, -1, self->text, sizeof self->text, &self->size));
            self->done[VALIDATE]++;
        }
    }
}

/* The credit department: events, explanations, questions that are wrong, answers that do not fit at first. */
static void office(thread *self, double until) {
    unsigned round;
    for (round = 0; goes_on(until, 0.1); round++) {
        char request[128];
        const char *id;
        uint32_t count = 0;
        int32_t more = 0;
        call(self, "event.next", "{\"consumer\":\"office\",\"most\":50}");
        for (id = self->text; (id = strstr(id, "{\"id\":")) != NULL; id += 6) {
            snprintf(request, sizeof request, "{\"consumer\":\"office\",\"up_to\":%lld}", strtoll(id + 6, NULL, 10));
            self->done[EVENT]++;
            more = 1;
        }
        if (more) call(self, "event.acknowledge", request);
        DONE(obligor_decision_explain(engine, 1, "da", -1, self->text, sizeof self->text, &self->size));
        self->done[EXPLAIN]++;
        IS(obligor_call(engine, "nothing", -1, "{}", -1, self->text, sizeof self->text, &self->size),
           OBLIGOR_E_ARGUMENT);
        self->done[ERROR]++;
        IS(obligor_call(engine, "policy.get", -1, NULL, 0, NULL, 0, &self->size), OBLIGOR_E_BUFFER);
        IS(obligor_answer(engine, self->text, sizeof self->text, &self->size), OBLIGOR_OK);
        call(self, "order.held", "{\"company\":\"NW01\"}");
        DONE(obligor_order_expire(engine, 1000, &count, &more));
    }
}

static void verify(thread *self) {
    DONE(obligor_verify(engine, NULL, NULL, self->text, sizeof self->text, &self->size));
    TRUE(strstr(self->text, "\"faults\":[]") != NULL);
    self->done[VERIFY]++;
}

/* The night's work, over and over, for a tenth of the time: a copy, a check, another store opened and closed. */
static void upkeep(thread *self, double until) {
    double began = now();
    while (goes_on(until, 0.5 + 9 * (now() - began))) {
        char path[4096], config[4608];
        uint32_t other = 0;
        began = now();
        snprintf(path, sizeof path, "%s/copy.db", folder);
        DONE((remove(path), obligor_backup(engine, path, -1)));
        self->done[BACKUP]++;
        verify(self);
        snprintf(config, sizeof config, "{\"store\":\"%s/other.db\",\"create\":true}", folder);
        DONE(obligor_open(config, -1, &other));
        IS(obligor_close(other), OBLIGOR_OK);
        self->done[REOPEN]++;
    }
}

static void *work(void *argument) {
    thread *self = (thread *)argument;
    double until;
    /* Each reads everything once, all at the same time: so as many connections are open as ever will be. */
    verify(self);
    pthread_barrier_wait(&steady);
    until = now() + seconds;
    if (self->number < SELLERS) seller(self, until);
    else if (self->number == SELLERS) books(self, until);
    else if (self->number == SELLERS + 1) registers(self, until);
    else if (self->number == SELLERS + 2) office(self, until);
    else upkeep(self, until);
    return NULL;
}

int main(int count, char **arguments) {
    pthread_t running[THREADS];
    char config[4352];
    unsigned at, kind;
    IS(count, 4);
    folder = arguments[1];
    seconds = atof(arguments[3]);
    snprintf(config, sizeof config, "{\"store\":\"%s/credit.db\",\"create\":true}", folder);
    IS(obligor_open(config, -1, &engine), OBLIGOR_OK);
    furnish(&threads[0]);
    IS(pthread_barrier_init(&steady, NULL, THREADS + 1), 0);
    for (at = 0; at < THREADS; at++) {
        threads[at].number = at;
        IS(pthread_create(&running[at], NULL, work, &threads[at]), 0);
    }
    pthread_barrier_wait(&steady);
    puts("steady");
    fflush(stdout);
    for (at = 0; at < THREADS; at++) IS(pthread_join(running[at], NULL), 0);
    verify(&threads[0]);
    IS(obligor_close(engine), OBLIGOR_OK);
    for (kind = 0; kind < KINDS; kind++) {
        uint64_t sum = 0;
        for (at = 0; at < THREADS; at++) sum += threads[at].done[kind];
        printf("%llu %s\n", (unsigned long long)sum, NAMES[kind]);
        TRUE(sum > 0);
    }
    return 0;
}
