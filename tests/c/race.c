/* Two processes spend the last of one limit: together they get all of it, and never more. */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <time.h>

#ifdef _WIN32
#include <process.h>
typedef intptr_t process;
#else
#include <sys/wait.h>
#include <unistd.h>
typedef pid_t process;
#endif

/* Each process asks for more than half of what 1001 has: 80 times 10.00 of 1000.00 DKK. */
#define ORDERS 80
#define AMOUNT 1000
#define LIMIT 100000

static const char *const NAMES[] = {"a", "b"};

/* Starts this program again, under a name. */
static process start(char **arguments, const char *name) {
    char *words[5];
    words[0] = arguments[0], words[1] = arguments[1], words[2] = arguments[2], words[4] = NULL;
    words[3] = (char *)name;
#ifdef _WIN32
    return _spawnv(_P_NOWAIT, words[0], (const char *const *)words);
#else
    process child = fork();
    if (child == 0) {
        execv(words[0], words);
        _exit(127);
    }
    return child;
#endif
}

static void finish(process child) {
    int status = -1;
    TRUE(child != -1);
#ifdef _WIN32
    TRUE(_cwait(&status, child, 0) == child);
#else
    TRUE(waitpid(child, &status, 0) == child);
#endif
    IS(status, 0);
}

static FILE *file(const char *folder, const char *what, const char *name, const char *mode) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%s", folder, what, name);
    return fopen(path, mode);
}

/* Begins when the other does too, and leaves in a file how many orders it got. */
static void spend(const char *folder, const char *name) {
    const char *other = strcmp(name, NAMES[0]) == 0 ? NAMES[1] : NAMES[0];
    const struct timespec shortly = {0, 1000000};
    uint32_t engine = host_open(folder);
    int number, granted = 0;
    FILE *note = file(folder, "ready", name, "w");
    TRUE(note != NULL);
    fclose(note);
    for (number = 0; (note = file(folder, "ready", other, "r")) == NULL; number++) {
        TRUE(number < 30000);
        nanosleep(&shortly, NULL);
    }
    fclose(note);
    for (number = 0; number < ORDERS; number++) {
        char document[32];
        obligor_decision decision = host_decision();
        obligor_order order;
        snprintf(document, sizeof document, "SO-%s-%d", name, number);
        order = host_order("1001", document, document, AMOUNT);
        IS(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
        granted += decision.outcome == OBLIGOR_OUTCOME_APPROVE;
    }
    IS(obligor_close(engine), OBLIGOR_OK);
    note = file(folder, "granted", name, "w");
    TRUE(note != NULL && fprintf(note, "%d", granted) > 0);
    IS(fclose(note), 0);
}

int main(int count, char **arguments) {
    const char *folder = arguments[1];
    process children[2];
    uint32_t engine, account = 0;
    obligor_account position;
    int total = 0;
    size_t at;
    if (count == 4) {
        spend(folder, arguments[3]);
        return 0;
    }
    IS(count, 3);
    engine = host_open(folder);
    host_customers(engine);
    IS(obligor_close(engine), OBLIGOR_OK);
    for (at = 0; at < LENGTH(children); at++) children[at] = start(arguments, NAMES[at]);
    for (at = 0; at < LENGTH(children); at++) {
        int granted = -1;
        FILE *note;
        finish(children[at]);
        note = file(folder, "granted", NAMES[at], "r");
        TRUE(note != NULL && fscanf(note, "%d", &granted) == 1);
        fclose(note);
        /* Nobody was shut out: the other cannot take it all. */
        TRUE(granted >= LIMIT / AMOUNT - ORDERS && granted <= ORDERS);
        total += granted;
    }
    IS(total, LIMIT / AMOUNT);
    engine = host_open(folder);
    IS(obligor_account_resolve(engine, "NW01", -1, "1001", -1, &account), OBLIGOR_OK);
    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    IS(obligor_account_read(engine, account, &position), OBLIGOR_OK);
    IS(position.ordered, LIMIT);
    IS(obligor_verify(engine, NULL, NULL, answer, sizeof answer, &needed), OBLIGOR_OK);
    TRUE(strstr(answer, "\"faults\":[]") != NULL);
    IS(obligor_close(engine), OBLIGOR_OK);
    return 0;
}
