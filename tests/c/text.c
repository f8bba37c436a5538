/* Texts into the library, by the golden table that Python and C# go through too; and texts out of it. */
#include "host.h"

static uint32_t engine;

/* The fields of a row, without the blanks around them. */
static int split(char *line, char *fields[5]) {
    int count = 0;
    char *next = line;
    while (count < 5 && next != NULL) {
        char *field = next, *end;
        next = strchr(next, '|');
        if (next != NULL) *next++ = '\0';
        while (*field == ' ') field++;
        end = field + strlen(field);
        while (end > field && (end[-1] == ' ' || end[-1] == '\n')) *--end = '\0';
        fields[count++] = field;
    }
    return count;
}

/* The bytes that a field says in hexadecimal, each perhaps repeated. */
static size_t bytes_of(const char *field, char *bytes) {
    size_t length = 0;
    while (*field != '\0') {
        char *end;
        unsigned long byte = strtoul(field, &end, 16), times = 1;
        if (*end == 'x') times = strtoul(end + 1, &end, 10);
        while (times-- > 0) bytes[length++] = (char)byte;
        while (*end == ' ') end++;
        field = end;
    }
    return length;
}

static int32_t status_of(const char *name) {
    static const struct { const char *name; int32_t status; } all[] = {
        {"OK", OBLIGOR_OK}, {"E_ARGUMENT", OBLIGOR_E_ARGUMENT}, {"E_NOT_FOUND", OBLIGOR_E_NOT_FOUND},
        {"E_ENCODING", OBLIGOR_E_ENCODING}, {"E_TOO_LARGE", OBLIGOR_E_TOO_LARGE},
    };
    size_t at;
    for (at = 0; at < LENGTH(all); at++) {
        if (strcmp(all[at].name, name) == 0) return all[at].status;
    }
    fprintf(stderr, "the table has a status this program does not know: %s\n", name);
    exit(1);
}

static uint32_t account_of(const char *customer) {
    uint32_t account = 0;
    IS(obligor_account_resolve(engine, "NW01", 4, customer, -1, &account), OBLIGOR_OK);
    return account;
}

static void row(char *fields[5]) {
    char bytes[256];
    const size_t size = bytes_of(strcmp(fields[1], "NULL") == 0 ? "" : fields[1], bytes);
    /* As large as it must be and no larger, so that valgrind sees a byte read too many. */
    char *text = (char *)malloc(size > 0 ? size : 1);
    uint32_t account = 4711;
    int32_t status, expected = status_of(fields[3]);
    TRUE(text != NULL);
    memcpy(text, bytes, size);
    status = obligor_account_resolve(engine, "NW01", -1, strcmp(fields[1], "NULL") == 0 ? NULL : text,
                                     (int64_t)strtoll(fields[2], NULL, 10), &account);
    free(text);
    if (status != expected) {
        fprintf(stderr, "%s: ", fields[0]);
        IS(status, expected);
    }
    if (expected == OBLIGOR_OK) {
        char name[65];
        memset(name, 'x', 64);
        name[64] = '\0';
        TRUE(account == account_of(strcmp(fields[4], "x*64") == 0 ? name : fields[4]));
    } else {
        /* A text that must keep its blanks stands in quotes. */
        char *part = fields[4] + (fields[4][0] == '"');
        if (part != fields[4]) part[strlen(part) - 1] = '\0';
        IS(account, 4711);
        TRUE(host_said(part));
    }
}

static void the_golden_table(const char *root) {
    char path[4096], line[1024];
    FILE *table;
    int rows = 0;
    snprintf(path, sizeof path, "%s/tests/golden/texts.txt", root);
    table = fopen(path, "r");
    TRUE(table != NULL);
    while (fgets(line, sizeof line, table) != NULL) {
        char *fields[5];
        if (line[0] == '#' || line[0] == '\n') continue;
        IS(split(line, fields), 5);
        row(fields);
        rows++;
    }
    fclose(table);
    TRUE(rows >= 28);
}

/* Every buffer gets all of a text with its NUL, or nothing; what is needed is always said. */
static void every_size_of_buffer(void) {
    char room[512];
    size_t size = 0, cap, at;
    IS(obligor_status_text(OBLIGOR_E_UNDETERMINED, NULL, 0, &size), OBLIGOR_E_BUFFER);
    TRUE(size > 1 && size < sizeof room - 4);
    for (cap = 0; cap <= size + 2; cap++) {
        size_t written = cap < size ? 0 : size;
        memset(room, 0x5A, sizeof room);
        needed = 0;
        IS(obligor_status_text(OBLIGOR_E_UNDETERMINED, room, cap, &needed), cap < size ? OBLIGOR_E_BUFFER : OBLIGOR_OK);
        IS(needed, size);
        if (written > 0) IS(strlen(room) + 1, size);
        for (at = written; at < sizeof room; at++) IS(room[at], 0x5A);
    }
    IS(obligor_status_text(123456, room, sizeof room, &needed), OBLIGOR_OK);
    IS(obligor_status_text(INT32_MIN, room, sizeof room, &needed), OBLIGOR_OK);
    IS(obligor_status_text(0, NULL, 5, &needed), OBLIGOR_E_ARGUMENT);
    IS(needed, 0);
    IS(obligor_status_text(0, room, sizeof room, NULL), OBLIGOR_E_ARGUMENT);
}

/* The texts of a struct are padded with NULs or blanks, or fill their field. */
static void fields_of_a_struct(void) {
    obligor_order order = host_order("K1", "", "", 1);
    obligor_decision decision = host_decision();
    memset(order.company, ' ', sizeof order.company);
    memcpy(order.company, "NW01", 4);
    /* What a host leaves behind a NUL is not read. */
    memset(order.customer, 0xFF, sizeof order.customer);
    memcpy(order.customer, "K1", 3);
    IS(obligor_order_check(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
    IS(decision.has_account, 1);
    memset(order.customer, 'x', sizeof order.customer);
    IS(obligor_order_check(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
    IS(decision.has_account, 1);
    memset(order.customer, 0, sizeof order.customer);
    memcpy(order.customer, "S\xF8ren", 5);
    IS(obligor_order_check(engine, &order, &decision, NULL, 0), OBLIGOR_E_ENCODING);
    TRUE(host_said("customer") && host_said("byte 1"));
}

int main(int count, char **arguments) {
    char rows[512];
    char name[65];
    IS(count, 3);
    memset(name, 'x', 64);
    name[64] = '\0';
    snprintf(rows, sizeof rows,
             "customer,name,country,company,currency\\nK1,A,DK,NW01,DKK\\n\xC3\x86r\xC3\xB8,B,DK,NW01,DKK\\n"
             "%s,C,DK,NW01,DKK\\n",
             name);
    engine = host_open(arguments[1]);
    host_import(engine, "customers", rows);
    the_golden_table(arguments[2]);
    every_size_of_buffer();
    fields_of_a_struct();
    IS(obligor_close(engine), OBLIGOR_OK);
    return 0;
}
