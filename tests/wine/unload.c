/* Once an engine was opened the library stays, however often its host unloads it. */
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#define TRUTH(what) \
    do { \
        if (!(what)) return fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what), 1; \
    } while (0)

typedef int32_t (*open_function)(const char *, int64_t, uint32_t *);
typedef int32_t (*close_function)(uint32_t);

static HMODULE loaded;

static void *function(const char *name) {
    union { FARPROC procedure; void *pointer; } address;
    address.procedure = GetProcAddress(loaded, name);
    return address.pointer;
}

int main(int count, char **arguments) {
    union { void *pointer; open_function call; } open;
    union { void *pointer; close_function call; } close;
    char config[4096];
    uint32_t engine = 0;
    int round;
    TRUTH(count == 3);
    for (round = 0; round < 100; round++) {
        loaded = LoadLibraryA("obligor.dll");
        TRUTH(loaded != NULL);
        TRUTH(FreeLibrary(loaded));
        /* Nobody has used it yet. */
        TRUTH(GetModuleHandleA("obligor.dll") == NULL);
    }
    loaded = LoadLibraryA("obligor.dll");
    open.pointer = function("obligor_open");
    close.pointer = function("obligor_close");
    TRUTH(open.pointer != NULL && close.pointer != NULL);
    snprintf(config, sizeof config, "{\"store\":\"%s/credit.db\",\"create\":true}", arguments[1]);
    TRUTH(open.call(config, -1, &engine) == 0);
    for (round = 0; round < 3; round++) FreeLibrary(loaded);
    TRUTH(GetModuleHandleA("obligor.dll") == loaded);
    TRUTH(close.call(engine) == 0);
    return 0;
}
